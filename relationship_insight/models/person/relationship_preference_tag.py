from odoo import fields, models

from .relationship_preference import KINDS


class RelationshipPreferenceTag(models.Model):
    """A chip: what staff tap instead of typing."""

    _name = "relationship.preference.tag"
    _description = "Preference Tag"
    _inherit = "relationship.guarded"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    emoji = fields.Char(size=8)
    kind = fields.Selection(
        KINDS,
        string="Usually",
        required=True,
        default="like",
        help="What a tap on this tag means, until somebody says otherwise.",
    )
    sequence = fields.Integer(default=10)
    sensitive = fields.Boolean(help="Shown to Customer Relations and managers only.")
    review_days = fields.Integer(string="Ask Again After (days)", help="0: as set for the company.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null")
