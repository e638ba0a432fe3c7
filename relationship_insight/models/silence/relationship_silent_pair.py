from odoo import fields, models


class RelationshipSilentPair(models.Model):
    """One customer who buys more while a colleague talks with them hardly at all.

    Something to ask about, never a verdict: repeat orders and contracts need no talk.
    """

    _name = "relationship.silent.pair"
    _inherit = "relationship.customer.link"
    _description = "Customer to Ask About"
    _order = "p_value, sales_now desc, id"
    _rec_name = "commercial_partner_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    staff_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    period = fields.Selection(
        [("180", "Half a year"), ("90", "Quarter")], required=True, readonly=True
    )
    date = fields.Date(string="As Of", required=True, readonly=True)
    date_from = fields.Date(string="Evidence Since", required=True, readonly=True)
    status = fields.Selection(
        [
            ("silent", "Sales rose, almost no talk on record"),
            ("logging", "Sales rose, hardly any talk recorded with anybody"),
        ],
        string="What It Says",
        required=True,
        readonly=True,
    )
    orders_before = fields.Integer(readonly=True)
    orders_now = fields.Integer(readonly=True)
    sales_before = fields.Monetary(readonly=True)
    sales_now = fields.Monetary(readonly=True)
    talk_count = fields.Integer(string="Talks", readonly=True)
    expected_talks = fields.Float(string="Talks Expected", readonly=True, aggregator=None)
    growth_p = fields.Float(
        string="Such Growth by Chance",
        readonly=True,
        aggregator=None,
        help="How often orders would rise this much though nothing changed. A small share: it is "
        "hardly chance.",
    )
    deficit_p = fields.Float(string="So Few Talks by Chance", readonly=True, aggregator=None)
    p_value = fields.Float(
        string="Both by Chance",
        readonly=True,
        aggregator=None,
        help="Adjusted for how many were looked at.",
    )
