from odoo import fields, models

from .relationship_bond import WORD_GROUP
from .relationship_profile import CLASS_CHANCES, CLASS_HELP, LOYALTY_CLASSES


class RelationshipSnapshot(models.Model):
    """A customer's figures at the end of a month. Append-only."""

    _name = "relationship.snapshot"
    _inherit = "relationship.doing"
    _description = "Customer Insight at a Month's End"
    _order = "date desc, id desc"
    _rec_name = "commercial_partner_id"

    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True, index=True)
    loyalty_class = fields.Selection(
        LOYALTY_CLASSES, string="Class", readonly=True, help=CLASS_HELP
    )
    previous_class = fields.Selection(LOYALTY_CLASSES, readonly=True)
    class_pending = fields.Integer(readonly=True, aggregator=None)
    class_date = fields.Date(readonly=True)
    unknown_reason = fields.Char(readonly=True)
    confidence = fields.Char(readonly=True)
    p_true = fields.Float(string=CLASS_CHANCES["true"], readonly=True, aggregator="avg")
    p_latent = fields.Float(string=CLASS_CHANCES["latent"], readonly=True, aggregator="avg")
    p_spurious = fields.Float(string=CLASS_CHANCES["spurious"], readonly=True, aggregator="avg")
    p_low = fields.Float(string=CLASS_CHANCES["low"], readonly=True, aggregator="avg")
    attitude = fields.Float(readonly=True, aggregator="avg")
    attitude_mass = fields.Float(string="Attitude Evidence", readonly=True, aggregator="avg")
    p_attitude = fields.Float(
        string="Chance That They Are Attached", readonly=True, aggregator="avg"
    )
    p_behaviour = fields.Float(string="Chance That They Buy Often", readonly=True, aggregator="avg")
    rate = fields.Float(readonly=True, aggregator="avg")
    purchase_days = fields.Integer(readonly=True, aggregator="avg")
    spend_12m = fields.Float(readonly=True)
    feeling_balance = fields.Float(readonly=True, aggregator="avg")
    pride = fields.Float(readonly=True, aggregator="avg")
    bond = fields.Float(readonly=True, aggregator="avg", groups=WORD_GROUP)
    relational_share = fields.Float(readonly=True, aggregator="avg")
    situational_share = fields.Float(readonly=True, aggregator="avg")
    score_version = fields.Integer(readonly=True, aggregator=None)

    _customer_date_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id, date)", "A customer is kept once a month."
    )
