from odoo import api, fields, models


class RelationshipNote(models.Model):
    """Promises made in a conversation enter the ledger with their activity."""

    _inherit = "relationship.note"

    def _sync_promises(self, changed=("promise",)):
        result = super(
            RelationshipNote, self.with_context(relationship_no_promise=True),
        )._sync_promises(changed)
        self._sync_ledger()
        return result

    def _filter_made(self, activities):
        """Return those of these activities that promises of these conversations made.

        No other is ever touched, whatever a link says.
        """
        if not activities:
            return activities
        promises = self.env["relationship.promise"].sudo().search(
            [("note_id", "in", self.ids), ("activity_id", "in", activities.ids)])
        return activities & promises.activity_id

    def _drop_foreign_activities(self, name, records):
        """Forget the activities in this field of records that these conversations didn't make."""
        linked = records.sudo()
        foreign = linked[name] - self._filter_made(linked[name])
        linked.filtered(lambda record: record[name] & foreign)[name] = False

    def _sync_ledger(self):
        """Keep one open promise per conversation, in step with its words and its activity."""
        Promise = self.env["relationship.promise"].sudo()
        known = Promise.search([("note_id", "in", self.ids), ("further_id", "=", False)])
        by_note = known.grouped("note_id")
        vals_list = []
        for note in self.sudo():
            rows = by_note.get(note, Promise)
            activity = note.promise_activity_id
            if not note.promise:
                rows._get_going()._withdraw()
                continue
            vals_list += self._follow_ledger(rows, activity, note._prepare_ledger_vals(activity))
        Promise.create(vals_list)

    @api.model
    def _follow_ledger(self, rows, activity, vals):
        """Bring the ledger rows of one promise in step; return the values of one that is missing.

        :param rows: all rows of this promise so far
        """
        going = rows._get_going()
        rows.write({key: vals[key] for key in ("visibility", "team_id", "partner_id")})
        if not activity.active or activity in rows.activity_id - going.activity_id:
            return []
        if not going:
            return [vals]
        going = going[-1:]
        moved = going.date_due < fields.Date.context_today(self) and (
            going.activity_id == activity)
        going.write({
            key: vals[key] for key in ("name", "activity_id", "staff_id", "date_due")
            if not (moved and key == "date_due")})
        return []

    def _prepare_ledger_vals(self, activity):
        self.ensure_one()
        owner = activity.user_id.partner_id or self.staff_id
        return {
            "name": self.promise,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "staff_id": owner.id,
            "team_id": self.team_id.id,
            "user_id": self.create_uid.id,
            "visibility": self.visibility,
            "note_id": self.id,
            "activity_id": activity.id,
            "date_made": self.date.date(),
            "date_due": activity.date_deadline or self.promise_date or self.date.date(),
        }

    def unlink(self):
        """The words go with the conversation; whether the promise was kept stays."""
        self.check_access("unlink")
        self._get_open_promises().unlink()
        promises = self.env["relationship.promise"].sudo().search([("note_id", "in", self.ids)])
        promises.filtered(lambda p: p.visibility == "me").unlink()
        promises = promises.exists()
        promises._get_going()._withdraw()
        promises.name = False
        return super().unlink()
