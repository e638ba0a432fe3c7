from odoo import api, models
from odoo.exceptions import ValidationError

CHANNELS = {"call_in": "call", "call_out": "call", "call_missed": "call"}


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    @api.constrains("feeling_ids")
    def _check_feelings(self):
        """Staff note feelings; a customer's ratings are the customer's to give."""
        if any(measure.kind != "emotion" for measure in self.feeling_ids):
            raise ValidationError(self.env._("Only feelings can be noted in a conversation."))

    def _sync_feelings(self):
        """Keep one valid reading per feeling of a shared conversation.

        One that is no longer shared leaves none behind, not even a voided one, which others
        could read: its feelings stay in the conversation itself.
        """
        Reading = self.env["relationship.reading"].sudo()
        shared = self._get_shared()
        Reading.search([
            ("note_id", "in", (self - shared).ids), ("measure_id.kind", "=", "emotion"),
        ]).unlink()
        wanted = {
            (note.id, measure.id): note._prepare_feeling_vals(measure)
            for note in shared for measure in note.feeling_ids
        }
        kept, stale = set(), {}
        for reading in Reading.search([("note_id", "in", self.ids), ("voided", "=", False)]):
            note, key = reading.note_id, (reading.note_id.id, reading.measure_id.id)
            if note in shared and reading.kind != "emotion":
                continue
            if key in wanted and key not in kept and self._is_reading_as(reading, wanted[key]):
                kept.add(key)
            else:
                stale[reading] = key
        missing = [key for key in wanted if key not in kept]
        created = dict(zip(missing, Reading.create([wanted[key] for key in missing])))
        reason = self.env._("The conversation was corrected.")
        for reading, key in stale.items():
            reading._void(reason, created.get(key))

    def _is_reading_as(self, reading, vals):
        return all(
            reading._fields[name].convert_to_write(reading[name], reading) == value
            for name, value in vals.items() if name != "value")

    def _prepare_feeling_vals(self, measure):
        """Return the values of the reading for one feeling noted in this conversation."""
        self.ensure_one()
        return {
            "measure_id": measure.id,
            # Staff see that a feeling was there, not how strong: the middle of the scale.
            "value": measure._get_middle(),
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "channel": CHANNELS.get(self.channel, self.channel),
            "staff_id": self.staff_id.id,
            "origin": "pos" if self.order_model == "pos.order" else "staff",
            "note_id": self.id,
            "order_model": self.order_model,
            "order_id": self.order_id,
        }
