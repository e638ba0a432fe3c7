from odoo import fields, models


class RelationshipMentionMatch(models.TransientModel):
    _name = "relationship.mention.match"
    _description = "Match a Store"
    _inherit = "relationship.guarded"

    mention_ids = fields.Many2many("relationship.mention", required=True, readonly=True)
    competitor_id = fields.Many2one("relationship.competitor", required=True)

    def action_match(self):
        """Code past and future answers with these names as this competitor."""
        self.mention_ids._match(self.competitor_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
