from odoo import api, models
from odoo.tools import plaintext2html


class RelationshipNote(models.Model):
    _inherit = "relationship.note"

    def _get_open_promises(self):
        """Return the activities of these conversations that are not done yet."""
        return self._filter_made(self.sudo().promise_activity_id).filtered("active")

    def _sync_promises(self, changed=("promise",)):
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
