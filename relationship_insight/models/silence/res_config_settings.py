from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_coverage_days = fields.Integer(
        related="company_id.relationship_coverage_days", readonly=False
    )
