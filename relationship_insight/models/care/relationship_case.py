import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.sql_once import once

OPEN_STATES = ("new", "working", "answered")
# Fallback where a company has no working hours: a working day of eight hours.
HOURS_PER_DAY = 8


class RelationshipCase(models.Model):
    """One thing to put right, or to do, for one customer. The steps are those of ISO 10002."""

    _name = "relationship.case"
    _description = "Care Case"
    _inherit = [
        "relationship.guarded",
        "relationship.of.customer",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_deadline, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(string="Subject", required=True, tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Entity", compute="_compute_customer", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("complaint", "Complaint"),
            ("low", "Unhappy answer"),
            ("callback", "Asked to be called"),
            ("before", "Advice before the sale"),
            ("after", "Help after the sale"),
        ],
        required=True,
        default="complaint",
        tracking=True,
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("working", "In touch"),
            ("answered", "Answer given"),
            ("closed", "Closed"),
            ("cancelled", "No case"),
        ],
        required=True,
        default="new",
        copy=False,
        tracking=True,
        group_expand=True,
        index=True,
    )
    priority = fields.Selection([("0", "Normal"), ("1", "Important")], default="0", tracking=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index="btree_not_null",
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        check_company=True,
    )
    team_id = fields.Many2one("crm.team", string="Sales Team", index="btree_not_null")
    channel = fields.Selection(
        [
            ("store", "In store"),
            ("visit", "Visit"),
            ("call", "Phone"),
            ("email", "E-mail"),
            ("web", "Web page"),
            ("chat", "Chat"),
            ("sms", "SMS"),
            ("event", "Event"),
        ]
    )
    description = fields.Text(string="What Happened", help="In the customer's own words.")
    wish = fields.Text(string="What the Customer Wants")
    cause = fields.Text(string="Why It Happened")
    answer = fields.Text(string="What We Did")
    accepted = fields.Selection(
        [
            ("yes", "Satisfied"),
            ("partly", "Partly"),
            ("no", "Not satisfied"),
        ],
        string="Is the Customer Satisfied?",
        copy=False,
        tracking=True,
    )
    date_received = fields.Datetime(
        string="Received", required=True, default=fields.Datetime.now, copy=False
    )
    date_deadline = fields.Datetime(
        string="Get in Touch By",
        copy=False,
        compute="_compute_date_deadline",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_escalation = fields.Datetime(
        string="Escalate On",
        copy=False,
        compute="_compute_date_deadline",
        store=True,
        precompute=True,
    )
    date_contacted = fields.Datetime(string="First Contact", readonly=True, copy=False)
    date_answered = fields.Datetime(string="Answer Given On", readonly=True, copy=False)
    date_closed = fields.Datetime(string="Closed On", readonly=True, copy=False)
    date_escalated = fields.Datetime(string="Escalated On", readonly=True, copy=False)
    hours_to_contact = fields.Float(
        compute="_compute_hours",
        store=True,
        aggregator="avg",
        help="Hours from the customer's word to our first contact.",
    )
    hours_to_close = fields.Float(compute="_compute_hours", store=True, aggregator="avg")
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    reading_ids = fields.Many2many("relationship.reading", string="What They Told Us", copy=False)
    note_ids = fields.One2many(
        "relationship.note", compute="_compute_note_ids", string="Conversations Since"
    )
    order_model = fields.Char(string="Document Type", readonly=True)
    order_id = fields.Many2oneReference(string="Document", model_field="order_model", readonly=True)
    source_key = fields.Char(
        readonly=True,
        copy=False,
        default=lambda self: uuid.uuid4().hex,
        help="Makes an answer that arrives twice open one case.",
    )

    _source_key_uniq = models.UniqueIndex("(source_key) WHERE source_key IS NOT NULL")
    _late_idx = models.Index(
        "(date_escalation) WHERE date_contacted IS NULL AND date_escalated IS NULL"
    )

    @api.depends("date_received", "company_id")
    def _compute_date_deadline(self):
        for case in self:
            company = case.company_id
            case.date_deadline = case._plan_hours(
                company.relationship_case_contact_hours, case.date_received
            )
            case.date_escalation = case._plan_hours(
                company.relationship_case_escalate_hours, case.date_received
            )

    @api.depends("date_received", "date_contacted", "date_closed")
    def _compute_hours(self):
        for case in self:
            case.hours_to_contact = case._hours_until(case.date_contacted)
            case.hours_to_close = case._hours_until(case.date_closed)

    @api.depends("date_deadline", "date_contacted", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for case in self:
            case.is_late = bool(
                case.state in OPEN_STATES
                and not case.date_contacted
                and case.date_deadline
                and case.date_deadline < now
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "in", OPEN_STATES),
            ("date_contacted", "=", False),
            ("date_deadline", "<", fields.Datetime.now()),
        ]

    @api.depends("commercial_partner_id", "date_received")
    def _compute_note_ids(self):
        for case in self:
            case.note_ids = self.env["relationship.note"].search(
                [
                    ("commercial_partner_id", "=", case.commercial_partner_id.id),
                    ("company_id", "=", case.company_id.id),
                    ("date", ">=", case.date_received),
                ],
                limit=20,
            )

    def _plan_hours(self, hours, start):
        """Return the moment ``hours`` working hours after ``start`` (24-hour days without any)."""
        self.ensure_one()
        if not start:
            return False
        calendar = self.company_id.resource_calendar_id
        planned = calendar and calendar.plan_hours(hours, start, compute_leaves=True)
        return planned or fields.Datetime.add(start, days=hours / HOURS_PER_DAY)

    def _hours_until(self, moment):
        return (moment - self.date_received).total_seconds() / 3600 if moment else 0

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        cases._schedule_contact()
        return cases

    def write(self, vals):
        res = super().write(vals)
        if "user_id" in vals:
            self._reassign_contact()
        return res

    @api.model
    def _open_once(self, vals):
        """Return the case of this occasion of this customer, opened where there is none yet.

        A key that names a case of somebody else, wherever it came from, keeps nobody from theirs.

        :param dict vals: values of a case, ``source_key`` among them
        :raise ConcurrencyError: when another request opens the same; Odoo then tries again
        """
        known = self.sudo().search([("source_key", "=", vals["source_key"])], limit=1)
        partner = self.env["res.partner"].browse(vals["partner_id"])
        if known._is_of(partner, vals["company_id"]):
            return known
        with once(self.env.cr, "This care case was opened just now."):
            return self.sudo().create(
                {name: value for name, value in vals.items() if name != "source_key" or not known}
            )

    def _is_of(self, partner, company_id):
        """Whether there is a case here, of this customer in this company."""
        return (
            bool(self)
            and self.company_id.id == company_id
            and (self.commercial_partner_id == partner.commercial_partner_id)
        )

    def _schedule_contact(self):
        """Give the owner of each new case one activity, due when the customer expects a word."""
        for case in self.filtered(lambda c: c.state == "new" and c.user_id):
            case.activity_schedule(
                "relationship_insight.mail_activity_type_case_contact",
                date_deadline=(case.date_deadline or fields.Datetime.now()).date(),
                user_id=case.user_id.id,
                summary=case.name,
            )

    def _reassign_contact(self):
        activities = self._get_contact_activities()
        for case in self.filtered("user_id"):
            activities.filtered(lambda a, case=case: a.res_id == case.id).user_id = case.user_id

    def _get_contact_activities(self):
        kind = self.env.ref(
            "relationship_insight.mail_activity_type_case_contact", raise_if_not_found=False
        )
        return self.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def action_contacted(self):
        """The customer was reached: the clock of the first contact stops."""
        self._check_open()
        self._get_contact_activities().action_feedback()
        for case in self:
            case._step("working", "date_contacted")

    def action_log_conversation(self):
        """Log the talk with the customer; it stands on the customer like any other."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_note_action_log"
            ),
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_purpose": "complaint" if self.kind == "complaint" else "solve",
                "default_channel": "call_out",
                "default_order_model": self._name,
                "default_order_id": self.id,
            },
        }

    def action_answer(self):
        """What we decided or did was told to the customer."""
        self._check_open()
        if not all(case.answer for case in self):
            raise UserError(self.env._("Write down what you did for the customer first."))
        for case in self:
            case._step("answered", "date_contacted", "date_answered")
        self._get_contact_activities().action_feedback()

    def action_close(self):
        """Close the cases; a customer who isn't satisfied keeps one open."""
        self._check_open()
        for case in self:
            if not case.answer:
                raise UserError(self.env._("Write down what you did for the customer first."))
            if not case.accepted:
                raise UserError(
                    self.env._(
                        "Ask the customer whether the answer satisfies them, and say so here."
                    )
                )
        for case in self:
            case._step("closed", "date_contacted", "date_answered")
        self._get_contact_activities().action_feedback()

    def action_cancel(self):
        """There is nothing to put right; the case leaves every figure."""
        self.state = "cancelled"
        self._get_contact_activities().unlink()

    def action_reopen(self):
        """Take closed cases up again."""
        self.accepted = False
        for case in self:
            case._step("working")

    def _step(self, state, *moments):
        """Move on by a button, which alone sets the moments that the clocks go by."""
        self.ensure_one()
        self.check_access("write")
        now = fields.Datetime.now()
        self.sudo().write(
            {
                "state": state,
                "date_closed": now if state == "closed" else False,
                **{name: self[name] or now for name in moments},
            }
        )

    def _check_open(self):
        if any(case.state not in OPEN_STATES for case in self):
            raise UserError(self.env._("This case is closed. Reopen it first."))

    @api.model
    def _cron_escalate(self, batch_size=100):
        """Tell those responsible, once, about cases in which nobody got in touch in time."""
        domain = [
            ("state", "in", OPEN_STATES),
            ("date_contacted", "=", False),
            ("date_escalated", "=", False),
            ("date_escalation", "<", fields.Datetime.now()),
        ]
        cases = self.search(
            domain, limit=batch_size, order="date_escalation, id"
        ).try_lock_for_update()
        for case in cases:
            case._escalate()
        self.env["ir.cron"]._commit_progress(
            len(cases), remaining=self.search_count(domain) if cases else 0
        )

    def _escalate(self):
        """Hand the case up to the team's leader, else to the company's person for care."""
        self.ensure_one()
        user = self._get_escalation_user()
        self.write({"date_escalated": fields.Datetime.now(), "priority": "1"})
        if user:
            spoken = self.with_context(lang=user.lang)
            spoken.activity_schedule(
                "mail.mail_activity_data_warning",
                user_id=user.id,
                summary=spoken.env._("Nobody has been in touch with this customer yet"),
            )

    def _get_escalation_user(self):
        self.ensure_one()
        leader = self.team_id.user_id
        if leader and leader != self.user_id:
            return leader
        return self.company_id.relationship_case_user_id or self._find_desk_owner(
            self.company_id, None
        )

    # Who takes care: there is somebody, or nothing is promised.

    @api.model
    def _find_owner(self, partner, company, fallback=None, besides=None):
        """Return who takes care of a customer; empty only where nobody in the company could.

        The customer's salesperson, the fallback, the company's person for care, one of Customer
        Relations, one of their managers: the first who may work there and see cases.

        :param partner: the customer, may be empty
        :param fallback: users to ask before the company's person for care
        :param besides: contact of the one whom it is about, who is left out
        """
        users = (
            partner.user_id
            | partner.commercial_partner_id.user_id
            | (fallback or self.env["res.users"])
            | company.relationship_case_user_id
        ).sudo()
        found = users.filtered(lambda user: user._may_own_cases(company, besides))
        return found[:1] or self._find_desk_owner(company, besides)

    @api.model
    def _find_desk_owner(self, company, besides):
        desk, managers = (
            self.env.ref(f"relationship_insight.group_relationship_{name}")
            for name in ("relations", "manager")
        )
        users = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", desk.ids),
                    ("company_ids", "in", company.ids),
                    ("share", "=", False),
                ],
                order="id",
            )
        )
        users = users.filtered(lambda user: user._may_own_cases(company, besides))
        return users.sorted(lambda user: managers in user.all_group_ids)[:1]
