from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date

from ..insight.relationship_bond import WORD_GROUP
from ..talk.relationship_promise import GOING

CHECKS = (30, 90)
LAST_TALKS = 3


class RelationshipHandoverLine(models.Model):
    """One customer who gets a new face, and what became of the bond."""

    _name = "relationship.handover.line"
    _description = "Customer Handed Over"
    _inherit = ["relationship.guarded", "relationship.customer.link"]
    _order = "spend_12m desc, id"
    _check_company_auto = True
    _rec_name = "commercial_partner_id"

    handover_id = fields.Many2one(
        "relationship.handover", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="handover_id.company_id", store=True, index=True)
    staff_id = fields.Many2one(
        related="handover_id.staff_id", string="From", store=True, readonly=True
    )
    date = fields.Date(related="handover_id.date", string="Handed Over On", store=True)
    handover_state = fields.Selection(related="handover_id.state", string="Handover State")
    currency_id = fields.Many2one(related="company_id.currency_id")
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    successor_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        ondelete="set null",
        domain=[("share", "=", False)],
        check_company=True,
    )
    why = fields.Selection(
        [
            ("salesperson", "Is their salesperson"),
            ("team", "Is in the account team"),
            ("bond", "Knows them best"),
            ("rest", "Takes the rest"),
        ],
        string="Why This Successor",
        readonly=True,
    )
    spend_12m = fields.Monetary(string="Spend, 12 Months", readonly=True)
    promise_count = fields.Integer(string="Open Promises", readonly=True)
    activity_count = fields.Integer(string="Activities", readonly=True)
    introduction_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", index="btree_not_null"
    )
    introduced_on = fields.Date(readonly=True)
    state = fields.Selection(
        [
            ("open", "To introduce"),
            ("introduced", "Introduced"),
        ],
        default="open",
        required=True,
        readonly=True,
    )
    bond_before = fields.Float(
        string="Bond with the Leaver",
        readonly=True,
        aggregator="avg",
        digits=(6, 2),
        groups=WORD_GROUP,
    )
    bond_30 = fields.Float(
        string="Bond after 30 Days",
        readonly=True,
        aggregator="avg",
        digits=(6, 2),
        groups=WORD_GROUP,
    )
    bond_90 = fields.Float(
        string="Bond after 90 Days",
        readonly=True,
        aggregator="avg",
        digits=(6, 2),
        groups=WORD_GROUP,
    )
    check_30_date = fields.Date(
        string="Check at 30 Days", compute="_compute_checks", store=True, index=True
    )
    check_90_date = fields.Date(
        string="Check at 90 Days", compute="_compute_checks", store=True, index=True
    )
    checked_30 = fields.Boolean(string="Measured at 30 Days", readonly=True)
    checked_90 = fields.Boolean(string="Measured at 90 Days", readonly=True)
    brief = fields.Html(compute="_compute_brief", sanitize=False)

    _customer_uniq = models.Constraint(
        "UNIQUE(handover_id, commercial_partner_id)", "This customer is on the list already."
    )

    @api.depends("handover_id.date")
    def _compute_checks(self):
        for line in self:
            day = line.handover_id.date
            line.check_30_date = day and day + relativedelta(days=CHECKS[0])
            line.check_90_date = day and day + relativedelta(days=CHECKS[1])

    @api.depends_context("uid", "lang")
    @api.depends("commercial_partner_id", "staff_id")
    def _compute_brief(self):
        """Write what a successor should know, from what the reader may read."""
        for line in self:
            customer = line.commercial_partner_id
            talks = self.env["relationship.note"].search(
                [("commercial_partner_id", "=", customer.id)], limit=LAST_TALKS
            )
            promises = self.env["relationship.promise"].search(
                [
                    ("commercial_partner_id", "=", customer.id),
                    ("state", "in", GOING),
                    ("note_id", "!=", False),
                ],
                limit=10,
            )
            channels = dict(talks._fields["channel"]._description_selection(self.env))
            parts = [
                Markup("<b>%s</b>") % self.env._("Last talks"),
                self._get_brief_list(
                    [
                        self.env._(
                            "%(date)s, %(staff)s, %(channel)s: %(summary)s",
                            date=format_date(self.env, talk.date),
                            staff=talk.staff_id.name,
                            channel=channels.get(talk.channel, ""),
                            summary=talk.summary or "–",
                        )
                        for talk in talks
                    ],
                    self.env._("No talk you may read."),
                ),
                Markup("<b>%s</b>") % self.env._("Open promises"),
                self._get_brief_list(
                    [
                        self.env._(
                            "%(promise)s, until %(date)s",
                            promise=promise.name,
                            date=format_date(self.env, promise.date_due),
                        )
                        for promise in promises
                    ],
                    self.env._("None you may read."),
                ),
            ]
            line.brief = Markup("").join(parts)

    def _get_brief_list(self, sentences, nothing):
        if not sentences:
            return Markup("<p>%s</p>") % nothing
        return Markup("<ul>%s</ul>") % Markup("").join(
            Markup("<li>%s</li>") % sentence for sentence in sentences
        )

    def action_introduced(self):
        """Note that the successor met the customer, and close the introduction.

        :raise AccessError: for anybody but the successor and managers
        """
        self.check_access("read")
        is_manager = self.env.user.has_group("relationship_insight.group_relationship_manager")
        if not is_manager and any(line.successor_id != self.env.user for line in self):
            raise AccessError(self.env._("Only the successor can say so."))
        lines_sudo = self.sudo().filtered(lambda line: line.state == "open")
        lines_sudo.write({"state": "introduced", "introduced_on": fields.Date.context_today(self)})
        lines_sudo.introduction_id.filtered("active").action_done()

    @api.model
    def _cron_check(self, batch_size=200):
        """Measure the successor's bond 30 and 90 days on, and ask the successor to look."""
        self._mark_introduced()
        today = fields.Date.today()
        done = 0
        for days in CHECKS:
            date, flag = f"check_{days}_date", f"checked_{days}"
            lines = self.search(
                [("handover_state", "=", "done"), (date, "<=", today), (flag, "=", False)],
                limit=batch_size,
                order=f"{date}, id",
            ).try_lock_for_update()
            lines.filtered(lambda line, flag=flag: not line[flag])._check(days)
            done += len(lines)
        remaining = self.search_count(
            [
                ("handover_state", "=", "done"),
                "|",
                "&",
                ("check_30_date", "<=", today),
                ("checked_30", "=", False),
                "&",
                ("check_90_date", "<=", today),
                ("checked_90", "=", False),
            ]
        )
        self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    @api.model
    def _mark_introduced(self):
        """An introduction that was ticked off anywhere counts as held."""
        lines = self.search(
            [
                ("state", "=", "open"),
                ("introduction_id", "!=", False),
                ("introduction_id.active", "=", False),
            ]
        )
        lines.write({"state": "introduced", "introduced_on": fields.Date.today()})

    def _check(self, days):
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_handover_line line
               SET %(column)s = COALESCE((
                    SELECT bond.strength FROM relationship_bond bond
                      JOIN res_users successor ON successor.partner_id = bond.staff_id
                     WHERE successor.id = line.successor_id
                       AND bond.commercial_partner_id = line.commercial_partner_id
                       AND bond.company_id = line.company_id), 0)::numeric(10, 2),
                   %(flag)s = TRUE
             WHERE line.id = ANY(%(ids)s)
            """,
                column=SQL.identifier(f"bond_{days}"),
                flag=SQL.identifier(f"checked_{days}"),
                ids=self.ids,
            )
        )
        self.invalidate_recordset()
        todo = self.env.ref("mail.mail_activity_data_todo")
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": todo.id,
                    "summary": self.env._(
                        "%(days)s days after taking over: how do you get along?", days=days
                    ),
                    "user_id": line.successor_id.id,
                    "res_model_id": model,
                    "res_id": line.commercial_partner_id.id,
                }
                for line in self
                if line.successor_id.active
            ]
        )
