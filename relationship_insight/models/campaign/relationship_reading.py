from odoo import fields, models


class RelationshipReading(models.Model):
    _inherit = "relationship.reading"

    invitation_id = fields.Many2one(
        "relationship.invitation",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="relationship_insight.group_relationship_relations",
    )
