from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_relationship_receipt_campaign_id = fields.Many2one(
        related="pos_config_id.relationship_receipt_campaign_id", readonly=False)
