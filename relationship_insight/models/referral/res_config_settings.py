from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Referral Currency"
    )
    relationship_referral_margin = fields.Float(
        related="company_id.relationship_referral_margin", readonly=False
    )
    relationship_acquisition_cost = fields.Monetary(
        related="company_id.relationship_acquisition_cost",
        readonly=False,
        currency_field="relationship_currency_id",
    )
