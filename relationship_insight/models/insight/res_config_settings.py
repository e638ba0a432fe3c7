from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    relationship_target_interval = fields.Integer(
        related="company_id.relationship_target_interval", readonly=False
    )
    relationship_behaviour_half_life = fields.Integer(
        related="company_id.relationship_behaviour_half_life", readonly=False
    )
    relationship_attitude_half_life = fields.Integer(
        related="company_id.relationship_attitude_half_life", readonly=False
    )
    relationship_attitude_threshold = fields.Float(
        related="company_id.relationship_attitude_threshold", readonly=False
    )
    relationship_minimum_group = fields.Integer(
        related="company_id.relationship_minimum_group", readonly=False
    )
    relationship_store_names = fields.Char(
        related="company_id.relationship_store_names", readonly=False
    )
