from odoo import api, fields, models


class RelationshipNote(models.Model):
    """The warning in the dialog, before the call is made."""

    _inherit = "relationship.note"

    contact_warning = fields.Char(compute="_compute_contact_warning")

    @api.depends("partner_id", "initiator", "channel")
    @api.depends_context("uid", "lang")
    def _compute_contact_warning(self):
        for note in self:
            outbound = not note._origin and note.initiator == "staff"
            note.contact_warning = outbound and note.partner_id.relationship_contact_warning
