from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    relationship_preference_ids = fields.One2many(
        "relationship.preference",
        "partner_id",
        string="What We Know",
        groups="relationship_insight.group_relationship_staff",
    )
