from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .relationship_delivery_queue import QUEUE_BATCH

MOST_REMINDERS = 2
OLDEST = timedelta(days=90)


class RelationshipDelivery(models.Model):
    """Reminders: to invitations that nobody finished, as the rules for all campaigns allow."""

    _inherit = "relationship.delivery"

    @api.model
    def _queue_reminders(self):
        """Queue every reminder that is due. Commits after each batch.

        :return: number of reminders queued
        """
        queued, last = 0, (fields.Datetime.now() - OLDEST, 0)
        while rows := self._lasting(lambda last=last: self._get_reminders_due(last)):
            queued += self._lasting(lambda rows=rows: self._queue_allowed(rows))
            last = rows[-1][2], rows[-1][0]
            self.env["ir.cron"]._commit_progress(len(rows))
            if len(rows) < QUEUE_BATCH:
                break
        return queued

    @api.model
    def _get_reminders_due(self, after):
        """Return [(invitation id, step, date sent)] of a batch of reminders whose day has come."""
        return self.env.execute_query(SQL(
            """
            SELECT invitation.id, invitation.step + 1, invitation.date_sent
              FROM relationship_invitation invitation
              JOIN relationship_campaign campaign ON campaign.id = invitation.campaign_id
             WHERE invitation.state IN ('sent', 'opened', 'started')
               AND invitation.channel IN ('email', 'sms') AND campaign.state = 'running'
               AND invitation.step < %(most)s AND invitation.opted_out IS NULL
               AND (invitation.date_sent, invitation.id) > (%(date)s, %(id)s)
               AND invitation.date_sent + MAKE_INTERVAL(days => CASE invitation.step
                   WHEN 0 THEN NULLIF(campaign.reminder_day_1, 0)
                   ELSE NULLIF(campaign.reminder_day_2, 0) END) <= %(now)s
               AND (invitation.date_expire IS NULL OR invitation.date_expire > %(now)s)
               AND NOT EXISTS (
                   SELECT FROM relationship_delivery delivery
                    WHERE delivery.invitation_id = invitation.id
                      AND delivery.step = invitation.step + 1)
             ORDER BY invitation.date_sent, invitation.id
             LIMIT %(limit)s
            """, now=fields.Datetime.now(), most=MOST_REMINDERS, date=after[0], id=after[1],
            limit=QUEUE_BATCH))

    @api.model
    def _queue_allowed(self, rows):
        """Queue those of the due reminders that the rules for all campaigns allow now."""
        due = self.env["relationship.invitation"].sudo().browse(row[0] for row in rows)
        allowed = set(due._filter_remindable()._ids)
        queued = 0
        for step in sorted({row[1] for row in rows}):
            ids = [row[0] for row in rows if row[1] == step and row[0] in allowed]
            queued += self._queue_step(ids, step)
        return queued

    @api.model
    def _queue_step(self, invitation_ids, step):
        """Queue a reminder of these invitations, unless another worker has done so."""
        rows = self.env.execute_query(SQL(
            "WITH due AS (SELECT UNNEST(%s::int[]) AS id) %s",
            invitation_ids, self._sql_insert(SQL("%s", step), SQL("%s", fields.Datetime.now()))))
        self._place([row[0] for row in rows])
        return len(rows)
