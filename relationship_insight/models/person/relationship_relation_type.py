from odoo import fields, models


class RelationshipRelationType(models.Model):
    """What two people are to each other, said from both sides."""

    _name = "relationship.relation.type"
    _description = "Kind of Relation"
    _inherit = "relationship.guarded"
    _order = "sequence, id"

    name = fields.Char(
        required=True, translate=True, help="What the other person is to the customer: “Child”."
    )
    inverse_name = fields.Char(
        string="Seen from the Other Side",
        translate=True,
        help="What the customer is to the other person: “Parent”. Empty: the same word.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
