from odoo import models

SUMMARY_LENGTH = 160


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    def _get_card_row(self):
        """Return what the customer card shows of this conversation."""
        self.ensure_one()
        channels = dict(self._fields["channel"]._description_selection(self.env))
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        summary = " ".join((self.summary or "").split())
        if len(summary) > SUMMARY_LENGTH:
            summary = summary[:SUMMARY_LENGTH].rstrip() + "…"
        return {
            "id": self.id,
            "date": self.date,
            "staff": self.staff_id.sudo().name,
            "channel": channels.get(self.channel),
            "purpose": purposes.get(self.purpose),
            "summary": summary,
            "private": self.visibility == "me",
        }
