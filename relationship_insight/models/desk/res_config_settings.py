from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_review_days = fields.Integer(
        related="company_id.relationship_review_days", readonly=False
    )
    relationship_cooling_days = fields.Integer(
        related="company_id.relationship_cooling_days", readonly=False
    )
    relationship_dormant_days = fields.Integer(
        related="company_id.relationship_dormant_days", readonly=False
    )
    relationship_stale_days = fields.Integer(
        related="company_id.relationship_stale_days", readonly=False
    )
    relationship_contact_gap = fields.Integer(
        related="company_id.relationship_contact_gap", readonly=False
    )
    relationship_promise_grace = fields.Integer(
        related="company_id.relationship_promise_grace", readonly=False
    )
