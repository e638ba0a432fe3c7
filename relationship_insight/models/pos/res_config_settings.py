from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_relationship_receipt_campaign_id = fields.Many2one(
        related="pos_config_id.relationship_receipt_campaign_id", readonly=False
    )
    pos_relationship_strip_1 = fields.Selection(
        related="pos_config_id.relationship_strip_1", readonly=False
    )
    pos_relationship_strip_2 = fields.Selection(
        related="pos_config_id.relationship_strip_2", readonly=False
    )
    pos_relationship_strip_3 = fields.Selection(
        related="pos_config_id.relationship_strip_3", readonly=False
    )
    pos_relationship_strip_everybody = fields.Boolean(
        related="pos_config_id.relationship_strip_everybody", readonly=False
    )
