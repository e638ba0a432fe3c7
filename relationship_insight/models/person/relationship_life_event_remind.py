from odoo import api, fields, models
from odoo.tools import SQL

REMIND_BATCH = 500


class RelationshipLifeEvent(models.Model):
    """The reminder: one activity per event and year."""

    _inherit = "relationship.life.event"

    @api.model
    def _cron_remind(self):
        """Roll the days forward, then remind of those that come near."""
        self._roll_forward(fields.Date.today())
        while events := self._take_due(REMIND_BATCH):
            events._remind()
            remaining = len(self._find_due(REMIND_BATCH))
            if not self.env["ir.cron"]._commit_progress(len(events), remaining=remaining):
                return

    @api.model
    def _find_due(self, limit):
        """Return ids of events near enough that nobody was reminded of this year.

        A day is today's as soon as it is somewhere on Earth where the company is; the lead days
        are counted from there.
        """
        self.flush_model()
        return [row[0] for row in self.env.execute_query(SQL(
            """
            SELECT event.id FROM relationship_life_event event
              JOIN res_partner partner ON partner.id = event.partner_id AND partner.active
             WHERE event.active AND event.next_date >= %(today)s
               AND event.next_date - COALESCE(event.lead_days, 0) <= %(today)s
               AND event.next_date IS DISTINCT FROM event.reminded_for
          ORDER BY event.next_date, event.id LIMIT %(limit)s
            """, today=SQL("%s::date", fields.Date.today()), limit=limit))]

    @api.model
    def _take_due(self, limit):
        return self.browse(self._find_due(limit)).try_lock_for_update()

    def _remind(self):
        """Create one activity each, and note that it was done for this year."""
        users = self._get_reminded_users()
        vals_list = []
        for event in self:
            if event not in users:
                continue
            user = users[event]
            env = self.env(context={**self.env.context, "lang": user.lang})
            vals_list.append(event.with_env(env)._prepare_reminder_vals(user))
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals_list)
        for day, events in self.grouped("next_date").items():
            events.reminded_for = day

    def _get_reminded_users(self):
        """Return {event: user}: named on it, the salesperson, or whoever noted it."""
        relations = "relationship_insight.group_relationship_relations"
        found = {}
        for event in self:
            choices = (
                event.user_id, event.partner_id.user_id, event.commercial_partner_id.user_id,
                event.create_uid)
            for user in choices:
                allowed = user.active and not user.share and (
                    not event.sensitive or user.has_group(relations))
                if allowed:
                    found[event] = user
                    break
        return found

    def _prepare_reminder_vals(self, user):
        """Return the values of the reminder. A sensitive day stays out of the chatter."""
        self.ensure_one()
        summary = self.env._(
            "%(event)s of %(customer)s on %(day)s", event=self.display_name,
            customer=self.partner_id.display_name, day=self.date_display)
        vals = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": summary,
            "date_deadline": self.next_date,
            "user_id": user.id,
            "automated": True,
        }
        if not self.sensitive:
            vals.update(self.partner_id._get_activity_place(self.company_id))
        return vals
