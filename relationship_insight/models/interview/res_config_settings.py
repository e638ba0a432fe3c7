from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_relationship_interviews = fields.Boolean(
        string="Interviews",
        group="relationship_insight.group_relationship_relations",
        implied_group="relationship_insight.group_relationship_interviews",
    )
