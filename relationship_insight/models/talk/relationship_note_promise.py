from odoo import api, fields, models
from odoo.tools import plaintext2html


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    further_ids = fields.One2many(
        "relationship.note.further", "note_id", string="Further Promises")

    def _get_open_promises(self):
        """Return the activities of these conversations that are not done yet."""
        return self._filter_made(self.sudo().promise_activity_id).filtered("active")

    def _sync_promises(self, changed=("promise",)):
        """Bring all promises of these conversations in step: activities, ledger, further ones.

        :param changed: names of the fields that were written
        """
        self.with_context(relationship_no_promise=True)._sync_activities(changed)
        self._sync_ledger()
        if {"partner_id", "staff_id", "team_id", "visibility"} & set(changed):
            self.further_ids._sync_activities(changed)

    def _sync_activities(self, changed):
        """Keep one open activity per promise, in step with the conversation.

        A promise that was kept or cancelled stays so until its words change.

        :param changed: names of the fields that were written
        """
        due = {}
        self._drop_foreign_activities("promise_activity_id", self)
        for note in self:
            activity = note.sudo().promise_activity_id
            if not note.promise:
                activity.filtered("active").unlink()
                continue
            vals = note._prepare_promise_vals()
            if note._follow_activity(activity, vals, changed, "promise", "promise_date"):
                due[note] = vals
        # In sudo: staff who may not edit the customer still may promise them something.
        activities = self.env["mail.activity"].sudo().create(list(due.values()))
        for note, activity in zip(due, activities):
            note.sudo().with_context(relationship_no_refresh=True).promise_activity_id = activity

    @api.model
    def _get_team_people(self, team):
        """Return the active users who read what only this team may."""
        team = team.sudo()
        return (team.user_id | team.member_ids).filtered("active")

    @api.model
    def _follow_activity(self, activity, vals, changed, words, day):
        """Bring the activity of one promise in step; return whether the promise needs a new one.

        :param dict vals: what the activity should be; left whole if it needs a new one
        :param changed: names of the fields that were written
        :param str words: name of the field that says what was promised
        :param str day: name of the field that says for when
        """
        if not activity.active:
            return words in changed and activity.summary != vals["summary"]
        if (activity.res_model_id.id, activity.res_id) != (vals["res_model_id"], vals["res_id"]):
            activity.unlink()
            return True
        if day not in changed:
            del vals["date_deadline"]
        if not {"staff_id", "team_id", "visibility"} & set(changed):
            del vals["user_id"]  # It may be a colleague's by now.
        activity.write(vals)
        return False

    def _prepare_promise_vals(self):
        """Return the values of the activity for the promise.

        The activity never carries what was said. One everybody may see stands on the customer,
        unless several companies share them; the others belong to one user alone, since all
        employees read a customer's activities, and to nobody whom the conversation isn't for.
        """
        self.ensure_one()
        shared = self.visibility == "company"
        user = self.env.user
        if self.visibility != "me":
            owner = self.staff_id.sudo().user_ids.filtered(lambda u: not u.share)[:1]
            if shared or owner in self._get_team_people(self.team_id):
                user = owner or user
        vals = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self.promise,
            "date_deadline": self.promise_date or self.env.cr.now().date(),
            "user_id": user.id,
            "res_model_id": False,
            "res_id": False,
            "note": False,
        }
        if shared:
            vals.update(self.partner_id._get_activity_place(self.company_id))
        if not vals["res_id"]:
            vals["note"] = plaintext2html(self.env._(
                "Promised to %(customer)s.", customer=self.partner_id.display_name))
        return vals

    # Promises made in a conversation enter the ledger with their activity.

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
        # First: the ledger points at both, and the database would check it in between.
        self.sudo().further_ids.unlink()
        self._get_open_promises().unlink()
        promises = self.env["relationship.promise"].sudo().search([("note_id", "in", self.ids)])
        promises.filtered(lambda p: p.visibility == "me").unlink()
        promises = promises.exists()
        promises._get_going()._withdraw()
        promises.name = False
        return super().unlink()

    # Several promises of one conversation: the first one has its own fields.

    @api.model
    def _find_by_activities(self, activities):
        """Return {activity: conversation} of those that remind of a promise made in one."""
        found = {
            note.promise_activity_id: note
            for note in self.search([("promise_activity_id", "in", activities.ids)])}
        lines = self.env["relationship.note.further"].search(
            [("activity_id", "in", activities.ids)])
        found.update({line.activity_id: line.note_id for line in lines})
        return found
