from odoo import fields, models

from .relationship_profile import LOYALTY_CLASSES


class RelationshipTransition(models.Model):
    """One change of a customer's class, with the evidence of that day. Append-only."""

    _name = "relationship.transition"
    _description = "Change of Class"
    _order = "date desc, id desc"
    _rec_name = "commercial_partner_id"

    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True,
        ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade")
    date = fields.Date(required=True, readonly=True)
    class_from = fields.Selection(LOYALTY_CLASSES, string="Before", readonly=True)
    class_to = fields.Selection(LOYALTY_CLASSES, string="After", readonly=True)
    confidence = fields.Char(readonly=True)
    p_true = fields.Float(readonly=True, aggregator="avg")
    p_latent = fields.Float(readonly=True, aggregator="avg")
    p_spurious = fields.Float(readonly=True, aggregator="avg")
    p_low = fields.Float(readonly=True, aggregator="avg")
    attitude_before = fields.Float(readonly=True, aggregator="avg")
    attitude_after = fields.Float(readonly=True, aggregator="avg")
    rate_before = fields.Float(readonly=True, aggregator="avg")
    rate_after = fields.Float(readonly=True, aggregator="avg")
    reading_ids = fields.Json(readonly=True, help="The newest readings on that day.")
