from odoo import fields, models
from odoo.tools import SQL

# Rows in which no indexed column changes are rewritten in place, if their page has room.
FILLFACTOR = 75


class RelationshipReferralStanding(models.Model):
    """One customer's place in the chains of one company. Written only by the refresh."""

    _name = "relationship.referral.standing"
    _inherit = "relationship.customer.link"
    _description = "Who Brought Whom"
    _order = "value_band desc, value desc, id"
    _rec_name = "commercial_partner_id"
    _rec_names_search = ["commercial_partner_id"]
    _log_access = False

    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    referrer_id = fields.Many2one(
        "res.partner",
        string="Brought By",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    root_id = fields.Many2one(
        "res.partner",
        string="First of the Chain",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    referral_id = fields.Many2one(
        "relationship.referral", readonly=True, ondelete="set null", index="btree_not_null"
    )
    generation = fields.Integer(
        readonly=True, aggregator=None, help="0: nobody brought them, 1: their friends, …"
    )
    direct_count = fields.Integer(string="Friends Brought", readonly=True)
    downstream_count = fields.Integer(
        string="With Friends of Friends", readonly=True, aggregator=None
    )
    chain_depth = fields.Integer(string="Generations Below", readonly=True, aggregator="max")
    direct_revenue = fields.Monetary(string="Spent by Friends", readonly=True)
    downstream_revenue = fields.Monetary(
        string="Spent by All Below", readonly=True, aggregator=None
    )
    value = fields.Monetary(
        string="Referral Value",
        readonly=True,
        help="Margin on what their friends spent so far, less rewards. Friends of friends count "
        "half, their friends a quarter. A friend who would have come anyway counts what winning "
        "a customer costs you.",
    )
    value_band = fields.Integer(
        readonly=True,
        aggregator=None,
        help="Steps of about a quarter of the value, to sort by: it moves less often than that.",
    )
    last_friend = fields.Date(string="Last Friend Brought", readonly=True)
    in_cycle = fields.Boolean(
        string="In a Circle",
        readonly=True,
        help="Their chain runs in a circle. It is cut at its newest referral.",
    )

    _customer_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id)", "A customer is counted once per company."
    )
    _value_idx = models.Index("(company_id, value_band DESC)")

    def init(self):
        res = super().init()
        self.env.cr.execute(
            SQL("ALTER TABLE %s SET (fillfactor = %s)", SQL.identifier(self._table), FILLFACTOR)
        )
        return res
