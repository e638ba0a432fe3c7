from odoo import models


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    def _sync_feelings(self):
        """Keep one valid reading per feeling of a shared note; a private note has none."""
        Reading = self.env["relationship.reading"].sudo()
        vals_list = []
        for note in self:
            wanted = note.feeling_ids if note.visibility != "me" else note.feeling_ids.browse()
            stale = note.sudo().reading_ids.filtered(
                lambda r, note=note, wanted=wanted: not r.voided and (
                    r.measure_id not in wanted
                    or r.partner_id != note.partner_id
                    or r.date != note.date
                    or r.staff_id != note.staff_id
                    or r.company_id != note.company_id))
            if stale:
                stale._void(self.env._("The conversation was corrected."))
            kept = note.sudo().reading_ids.filtered(lambda r: not r.voided).measure_id
            vals_list += [note._prepare_feeling_vals(measure) for measure in wanted - kept]
        Reading.create(vals_list)

    def _prepare_feeling_vals(self, measure):
        """Return the values of the reading for one feeling noted in this conversation."""
        self.ensure_one()
        channels = {"call_in": "call", "call_out": "call"}
        return {
            "measure_id": measure.id,
            # Staff see that a feeling was there, not how strong: the middle of the scale.
            "value": round((measure.scale_min + measure.scale_max) / 2),
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "channel": channels.get(self.channel, self.channel),
            "staff_id": self.staff_id.id,
            "origin": "pos" if self.order_model == "pos.order" else "staff",
            "note_id": self.id,
            "order_model": self.order_model,
            "order_id": self.order_id,
        }

    def _schedule_promises(self):
        """Turn each promise into an activity of the staff member, on the customer."""
        for note in self.filtered("promise"):
            user = note.staff_id.user_ids[:1] or self.env.user
            note.promise_activity_id = note.partner_id.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=note.promise_date,
                summary=note.promise,
                note=note.summary if note.visibility != "me" else False,
                user_id=user.id,
            )
