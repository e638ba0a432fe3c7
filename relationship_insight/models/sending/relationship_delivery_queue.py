from datetime import datetime, timedelta
from operator import itemgetter

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ...tools import local_hours

QUEUE_BATCH = 5000
# How long before its hour a message is put into the queue.
QUEUE_AHEAD = timedelta(hours=1)
SPREAD = 2654435761  # Knuth's multiplier: neighbouring ids end up far apart


class RelationshipDelivery(models.Model):
    """The queue: which messages are due, and at what hour of the customer's day."""

    _inherit = "relationship.delivery"

    @api.model
    def _queue_invitations(self, limit=QUEUE_BATCH):
        """Queue the invitations whose day has come; two workers never queue the same.

        :return: number of invitations queued, ``limit`` when there may be more
        """
        rows = self.env.execute_query(SQL(
            """
            WITH due AS MATERIALIZED (
                SELECT invitation.id
                  FROM relationship_invitation invitation
                  JOIN relationship_campaign campaign ON campaign.id = invitation.campaign_id
                 WHERE invitation.state = 'planned' AND invitation.channel IN ('email', 'sms')
                   AND invitation.date_planned <= %(until)s AND campaign.state = 'running'
                   AND NOT EXISTS (
                       SELECT FROM relationship_delivery delivery
                        WHERE delivery.invitation_id = invitation.id AND delivery.step = 0)
                 ORDER BY invitation.date_planned, invitation.id
                 LIMIT %(limit)s
                   FOR UPDATE OF invitation SKIP LOCKED
            )
            %(insert)s
            """,
            until=fields.Datetime.now() + QUEUE_AHEAD, limit=limit,
            insert=self._sql_insert(SQL("0"), SQL("invitation.date_planned"))))
        self._place([row[0] for row in rows])
        return len(rows)

    def _sql_insert(self, step, date):
        """INSERT of the messages of the invitations in ``due``."""
        return SQL(
            """
            INSERT INTO relationship_delivery (
                invitation_id, step, campaign_id, wave_id, company_id, partner_id, channel,
                email, phone, lang, tz, state, date_due, attempts,
                create_uid, create_date, write_uid, write_date)
            SELECT invitation.id, %(step)s, invitation.campaign_id, invitation.wave_id,
                   invitation.company_id, invitation.partner_id, invitation.channel,
                   invitation.email, invitation.phone, invitation.lang, invitation.tz, 'queued',
                   %(date)s, 0, %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM due JOIN relationship_invitation invitation ON invitation.id = due.id
            ON CONFLICT (invitation_id, step) DO NOTHING
            RETURNING id
            """, step=step, date=date, uid=self.env.uid, now=fields.Datetime.now())

    @api.model
    def _place(self, ids, after=None):
        """Move messages into the hours in which their customers may be reached.

        :param list ids: of messages; those whose time lies in such hours already stay
        :param datetime after: none is placed before it; now, if not given
        """
        if not ids:
            return
        after = after or fields.Datetime.now()
        rows = self.env.execute_query(SQL(
            """
            SELECT company_id, channel, COALESCE(tz, ''), GREATEST(date_due, %s) AS at, id
              FROM relationship_delivery WHERE id = ANY(%s) ORDER BY 1, 2, 3, 4
            """, after, list(ids)))
        placed = []
        for (company_id, channel, name), members in groupby(rows, key=itemgetter(0, 1, 2)):
            company = self.env["res.company"].browse(company_id)
            name = name or company._relationship_tz()
            hours = company._relationship_hours(channel), company._relationship_weekdays()
            start = end = datetime.min
            for *_group, moment, delivery_id in members:
                if moment >= end:
                    start, end = local_hours.next_window(moment, name, *hours)
                if moment < start:  # spread over the hours, each message always at its place
                    share = delivery_id * SPREAD % 2**32 / 2**32
                    moment = (start + (end - start) * share).replace(microsecond=0)
                placed.append((delivery_id, moment))
        self.env.cr.execute(SQL(
            """
            UPDATE relationship_delivery SET date_due = placed.moment
              FROM UNNEST(%s::int[], %s::timestamp[]) AS placed (id, moment)
             WHERE relationship_delivery.id = placed.id
               AND relationship_delivery.date_due <> placed.moment
            """, [row[0] for row in placed], [row[1] for row in placed]))
        self.invalidate_model(["date_due"])

    @api.model
    def _is_open(self, company, channel, name, moment):
        """Whether customers in a time zone may be reached at a moment."""
        return local_hours.is_open(
            moment, name or company._relationship_tz(), company._relationship_hours(channel),
            company._relationship_weekdays())
