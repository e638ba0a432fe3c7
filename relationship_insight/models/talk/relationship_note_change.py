from odoo import fields, models

# What was said, noted and promised, and with whom: what nobody changes unseen for another.
TRACED = (
    "channel", "date", "initiator", "partner_id", "promise", "purpose", "staff_id", "summary",
    "visibility",
)


class RelationshipNoteChange(models.Model):
    """What a conversation said before somebody else than its author corrected it."""

    _name = "relationship.note.change"
    _description = "Corrected Conversation"
    _order = "id desc"

    note_id = fields.Many2one(
        "relationship.note", string="Conversation", required=True, readonly=True, index=True,
        ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", string="Changed By", required=True, readonly=True, ondelete="cascade")
    date = fields.Datetime(
        string="Changed On", required=True, readonly=True, default=fields.Datetime.now)
    before = fields.Text(string="What It Said Before", readonly=True)


class RelationshipNote(models.Model):
    """A colleague's words are corrected, never lost: void and replace, as for readings."""

    _inherit = "relationship.note"

    change_ids = fields.One2many(
        "relationship.note.change", "note_id", string="Corrected by Others", readonly=True)

    def write(self, vals):
        before = {} if self.env.su else {
            note: note._get_traced() for note in self.sudo()
            if note.create_uid != self.env.user} if set(TRACED) & set(vals) else {}
        res = super().write(vals)
        self.env["relationship.note.change"].sudo().create([
            {"note_id": note.id, "user_id": self.env.uid, "before": "\n".join(lost)}
            for note, old in before.items()
            if (lost := [line for line in old if line not in note._get_traced()])])
        return res

    def _get_traced(self):
        """Return what this conversation says, one line a field."""
        self.ensure_one()
        lines = []
        for name in TRACED:
            field = self._fields[name]
            value = field.convert_to_export(self[name], self)
            lines.append(f"{field._description_string(self.env)}: {value or '–'}")
        return lines


class RelationshipNoteFurther(models.Model):
    """The promises of a colleague's conversation are corrected with the same trace."""

    _inherit = "relationship.note.further"

    def write(self, vals):
        if not self.env.su and {"name", "date_due"} & set(vals):
            self.sudo()._trace_correction()
        return super().write(vals)

    def unlink(self):
        if not self.env.su:
            self.check_access("unlink")
            self.sudo()._trace_correction()
        return super().unlink()

    def _trace_correction(self):
        """Keep what these promises said, where somebody else than their author changes them."""
        self.env["relationship.note.change"].create([
            {
                "note_id": line.note_id.id,
                "user_id": self.env.uid,
                "before": f"{line.name} ({line.date_due})",
            }
            for line in self if line.note_id.create_uid != self.env.user])
