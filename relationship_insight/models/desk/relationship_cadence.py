from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

STAGES = [
    ("active", "In touch"),
    ("cooling", "Cooling"),
    ("dormant", "Dormant"),
    ("stale", "Stale"),
]
TASK_STATES = [
    ("proposed", "Proposed"),
    ("accepted", "Planned"),
    ("dismissed", "Dismissed"),
]
# What people decide; the rest is worked out from the conversations.
HAND_FIELDS = {"hand_tier_id", "own_ideal_days", "own_max_days"}


class RelationshipCadence(models.Model):
    """When to talk with one customer again: one row per customer and company.

    It counts only conversations that everyone in the groups may read, so that no date tells of
    the others. All but what people decide is written in set-based SQL, by ``_refresh``.
    """

    _name = "relationship.cadence"
    _description = "Keeping in Touch"
    _inherit = ["relationship.guarded", "relationship.customer.link"]
    _order = "next_date, id"
    _rec_name = "commercial_partner_id"
    _rec_names_search = ["commercial_partner_id"]

    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    # Not related: every contact that moves or goes would ask for its rows here. See
    # ``_follow_salesperson``.
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True, ondelete="set null")
    is_own = fields.Boolean(
        string="Own Customer", compute="_compute_is_own", search="_search_is_own"
    )
    spend_12m = fields.Monetary(string="Spend, 12 Months", readonly=True)

    # How often
    tier_id = fields.Many2one(
        "relationship.tier",
        string="Level",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    hand_tier_id = fields.Many2one(
        "relationship.tier",
        string="Level by Hand",
        index="btree_not_null",
        ondelete="set null",
        domain="[('company_id', '=', company_id)]",
    )
    own_ideal_days = fields.Integer(string="Talk Every (days)", help="0: as for the level.")
    own_max_days = fields.Integer(string="At the Latest After (days)", help="0: as for the level.")
    ideal_days = fields.Integer(string="Every (days)", readonly=True, aggregator="avg")
    max_days = fields.Integer(string="Latest (days)", readonly=True, aggregator="avg")

    # Where it stands
    last_date = fields.Datetime(string="Last Talk", readonly=True)
    last_note_id = fields.Many2one(
        "relationship.note",
        string="Last Conversation",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    last_staff_id = fields.Many2one(
        "res.partner",
        string="Last Talked With",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    last_in = fields.Datetime(string="They Came to Us", readonly=True)
    last_out = fields.Datetime(string="We Came to Them", readonly=True)
    basis_date = fields.Date(
        string="Counted From", readonly=True, help="The last talk; without any, the first purchase."
    )
    next_date = fields.Date(string="Talk Next", readonly=True)
    latest_date = fields.Date(string="At the Latest", readonly=True)
    stage = fields.Selection(STAGES, readonly=True, index=True)

    # What was decided
    snoozed_until = fields.Date(readonly=True)
    not_relevant = fields.Boolean(readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", string="Who Decided", readonly=True, ondelete="set null"
    )

    # The proposed task: one per silence
    task_state = fields.Selection(TASK_STATES, string="Task", readonly=True)
    task_date = fields.Date(string="Task For", readonly=True)
    task_basis = fields.Date(readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _customer_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id)", "There is one plan per customer and company."
    )
    _due_idx = models.Index("(company_id, user_id, next_date)")

    @api.depends("commercial_partner_id")
    def _compute_display_name(self):
        for cadence in self:
            cadence.display_name = cadence.commercial_partner_id.display_name

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_own(self):
        own = self.sudo().search([("id", "in", self.ids), ("is_own", "=", True)])
        for cadence in self:
            cadence.is_own = cadence.sudo() in own

    @api.model
    def _search_is_own(self, operator, value):
        if operator != "in":
            return NotImplemented
        bonds = self.env["relationship.bond"]._search_own()
        return Domain("user_id", "in", [self.env.uid, False]) | Domain(
            "commercial_partner_id", "in", bonds.subselect("commercial_partner_id")
        )

    @api.constrains("own_ideal_days", "own_max_days")
    def _check_own_days(self):
        for cadence in self:
            ideal, latest = cadence.own_ideal_days, cadence.own_max_days
            if min(ideal, latest) < 0 or (ideal and latest and latest < ideal):
                raise ValidationError(self.env._("The latest day can't come before the ideal one."))

    @api.constrains("hand_tier_id")
    def _check_hand_tier(self):
        if any(c.hand_tier_id and c.hand_tier_id.company_id != c.company_id for c in self):
            raise ValidationError(self.env._("This level belongs to another company."))

    def write(self, vals):
        res = super().write(vals)
        if HAND_FIELDS & set(vals):
            self.sudo()._refresh(self.commercial_partner_id.ids)
        return res

    @api.model
    def _get_or_create(self, partner, company):
        """Return the plan of a customer, made on the spot for one without any evidence."""
        domain = [
            ("commercial_partner_id", "=", partner.commercial_partner_id.id),
            ("company_id", "=", company.id),
        ]
        cadence = self.search(domain, limit=1)
        if not cadence and not self.sudo().search_count(domain):
            self.sudo().create(
                {
                    "commercial_partner_id": partner.commercial_partner_id.id,
                    "company_id": company.id,
                }
            )
            self.sudo()._refresh(partner.commercial_partner_id.ids)
            cadence = self.search(domain, limit=1)
        return cadence

    @api.model
    def _follow_salesperson(self, partners):
        """Note whose customers these are now."""
        partners.flush_recordset(["user_id"])
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_cadence cadence SET user_id = partner.user_id
              FROM res_partner partner
             WHERE partner.id = cadence.commercial_partner_id AND partner.id = ANY(%s)
               AND cadence.user_id IS DISTINCT FROM partner.user_id
            """,
                partners.ids,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["user_id"])

    # ------------------------------------------------------------
    # Decisions
    # ------------------------------------------------------------

    def action_snooze(self, days=14):
        """Not now: ask again in some days."""
        self.check_access("write")
        days = max(1, min(int(days), 365))
        self.sudo().write(
            {
                "snoozed_until": fields.Date.context_today(self) + timedelta(days=days),
                "decided_by_id": self.env.uid,
            }
        )
        self._drop_proposals()
        return True

    def action_not_relevant(self):
        """No need to keep in touch with this customer."""
        self.check_access("write")
        self.sudo().write({"not_relevant": True, "decided_by_id": self.env.uid})
        self._drop_proposals()
        return True

    def action_relevant(self):
        """Keep in touch again, from now on."""
        self.check_access("write")
        self.sudo().write(
            {"not_relevant": False, "snoozed_until": False, "decided_by_id": self.env.uid}
        )
        self.sudo()._refresh(self.commercial_partner_id.ids)
        return True

    def _drop_proposals(self):
        self.sudo().filtered(lambda c: c.task_state == "proposed").write(
            {"task_state": "dismissed"}
        )

    def action_accept_task(self):
        """Plan the proposed task as an activity."""
        self.check_access("write")
        for cadence in self.sudo().filtered(lambda c: c.task_state == "proposed"):
            customer = cadence.commercial_partner_id
            cadence.activity_id = (
                self.env["mail.activity"]
                .sudo()
                .create(
                    {
                        "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                        "summary": self.env._("Get in touch again"),
                        "date_deadline": max(cadence.task_date, fields.Date.context_today(self)),
                        "user_id": self.env.uid,
                        "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                        "res_id": customer.id,
                    }
                )
            )
            cadence.task_state = "accepted"
        return True

    def action_dismiss_task(self):
        """No task this time; the next silence may propose one again."""
        self.check_access("write")
        self._drop_proposals()
        return True
