from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    relationship_bond_ids = fields.One2many(
        "relationship.bond", "commercial_partner_id", string="Bonds with Staff", readonly=True,
        groups="relationship_insight.group_relationship_staff")
