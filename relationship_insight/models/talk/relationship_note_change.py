from odoo import fields, models


class RelationshipNoteChange(models.Model):
    """What a conversation said before somebody else than its author corrected it."""

    _name = "relationship.note.change"
    _description = "Corrected Conversation"
    _order = "id desc"

    note_id = fields.Many2one(
        "relationship.note",
        string="Conversation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users", string="Changed By", required=True, readonly=True, ondelete="cascade"
    )
    date = fields.Datetime(
        string="Changed On", required=True, readonly=True, default=fields.Datetime.now
    )
    before = fields.Text(string="What It Said Before", readonly=True)
