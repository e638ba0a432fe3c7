from datetime import datetime, timedelta
from operator import itemgetter

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ...tools import local_hours
from ..campaign import contact_rules
from ..campaign.relationship_invitation import IGNORED, OPEN_STATES
from .relationship_delivery import WISHES_STEP

QUEUE_BATCH = 5000
# How long before its hour a message is put into the queue.
QUEUE_AHEAD = timedelta(hours=1)
SPREAD = 2654435761  # Knuth's multiplier: neighbouring ids end up far apart
MOST_REMINDERS = 2
OLDEST = timedelta(days=90)
# Decisions older than this say nothing about now.
LATELY = timedelta(days=365)


class RelationshipDelivery(models.Model):
    """The queue: which messages are due, and at what hour of the customer's day."""

    _inherit = "relationship.delivery"

    @api.model
    def _queue_invitations(self, limit=QUEUE_BATCH):
        """Queue the invitations whose day has come; two workers never queue the same.

        :return: number of invitations queued, ``limit`` when there may be more
        """
        rows = self.env.execute_query(
            SQL(
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
                until=fields.Datetime.now() + QUEUE_AHEAD,
                limit=limit,
                insert=self._sql_insert(SQL("0"), SQL("invitation.date_planned")),
            )
        )
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
            """,
            step=step,
            date=date,
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    @api.model
    def _place(self, ids, after=None):
        """Move messages into the hours in which their customers may be reached.

        :param list ids: of messages; those whose time lies in such hours already stay
        :param datetime after: none is placed before it; now, if not given
        """
        if not ids:
            return
        after = after or fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT company_id, channel, COALESCE(tz, ''), GREATEST(date_due, %s) AS at, id
              FROM relationship_delivery WHERE id = ANY(%s) ORDER BY 1, 2, 3, 4
            """,
                after,
                list(ids),
            )
        )
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
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_delivery SET date_due = placed.moment
              FROM UNNEST(%s::int[], %s::timestamp[]) AS placed (id, moment)
             WHERE relationship_delivery.id = placed.id
               AND relationship_delivery.date_due <> placed.moment
            """,
                [row[0] for row in placed],
                [row[1] for row in placed],
            )
        )
        self.invalidate_model(["date_due"])

    @api.model
    def _is_open(self, company, channel, name, moment):
        """Whether customers in a time zone may be reached at a moment."""
        return local_hours.is_open(
            moment,
            name or company._relationship_tz(),
            company._relationship_hours(channel),
            company._relationship_weekdays(),
        )

    # Reminders: to invitations that nobody finished, as the rules for all campaigns allow.

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
        return self.env.execute_query(
            SQL(
                """
            SELECT invitation.id, invitation.step + 1, invitation.date_sent
              FROM relationship_invitation invitation
              JOIN relationship_campaign campaign ON campaign.id = invitation.campaign_id
             WHERE invitation.state IN %(open)s
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
            """,
                now=fields.Datetime.now(),
                most=MOST_REMINDERS,
                open=OPEN_STATES,
                date=after[0],
                id=after[1],
                limit=QUEUE_BATCH,
            )
        )

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
        rows = self.env.execute_query(
            SQL(
                "WITH due AS (SELECT UNNEST(%s::int[]) AS id) %s",
                invitation_ids,
                self._sql_insert(SQL("%s", step), SQL("%s", fields.Datetime.now())),
            )
        )
        self._place([row[0] for row in rows])
        return len(rows)

    # Who ignored so many that nobody asks them any more is asked once how they would like it.

    @api.model
    def _queue_wishes(self):
        """Queue that question for those who were left in peace, once in a life.

        It belongs to the last invitation they ignored, and keeps the rest between two messages.

        :return: number of messages queued
        """
        now = fields.Datetime.now()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
            WITH quiet AS MATERIALIZED (
                SELECT DISTINCT l.partner_id, l.company_id, c.relationship_quarantine_days AS rest,
                       wish.id AS wish_id
                  FROM relationship_eligibility l
                  JOIN res_company c ON c.id = l.company_id
                  JOIN res_partner p ON p.id = l.partner_id
                  %(joins)s
                 WHERE l.reason = 'backoff' AND l.outcome = 'skipped' AND l.date > %(lately)s
                   AND wish.date_wishes_asked IS NULL AND %(contactable)s
            ), due AS MATERIALIZED (
                SELECT last.id, quiet.partner_id, quiet.company_id
                  FROM quiet
            CROSS JOIN LATERAL (
                    SELECT i.id, i.campaign_id, i.date_start
                      FROM relationship_invitation i
                     WHERE i.partner_id = quiet.partner_id AND i.company_id = quiet.company_id
                       AND %(contact)s
                  ORDER BY i.date_planned DESC, i.id DESC LIMIT 1
                  ) last
                  JOIN relationship_invitation i ON i.id = last.id AND i.channel = 'email'
                   AND i.access_token IS NOT NULL AND i.date_start IS NULL
                   AND i.state IN %(ignored)s
                  JOIN relationship_campaign cam ON cam.id = i.campaign_id
                   AND cam.state = 'running' AND cam.active AND NOT %(left)s
                 WHERE %(touched)s + make_interval(days => quiet.rest) <= %(now)s
                 LIMIT %(limit)s
            ), asked AS (
                INSERT INTO relationship_contact_preference (
                    partner_id, company_id, pace, date_wishes_asked,
                    create_uid, create_date, write_uid, write_date)
                SELECT partner_id, company_id, 'normal', %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM due
                ON CONFLICT (partner_id, company_id)
                DO UPDATE SET date_wishes_asked = EXCLUDED.date_wishes_asked
                 WHERE relationship_contact_preference.date_wishes_asked IS NULL
            )
            %(insert)s
            """,
                ignored=IGNORED,
                lately=now - LATELY,
                now=now,
                joins=contact_rules.sql_joins(SQL("p"), SQL("c")),
                contactable=contact_rules.sql_contactable(
                    SQL("p"), SQL("c"), now.date(), SQL("'email'")
                ),
                left=contact_rules.sql_left(SQL("quiet.wish_id"), SQL("cam.id")),
                contact=self.env["relationship.invitation"]._sql_contact(SQL("i")),
                touched=self.env["relationship.invitation"]._sql_last_touch(SQL("i")),
                limit=QUEUE_BATCH,
                uid=self.env.uid,
                insert=self._sql_insert(SQL("%s", WISHES_STEP), SQL("%s", now)),
            )
        )
        self.env["relationship.contact.preference"].invalidate_model()
        self._place([row[0] for row in rows])
        return len(rows)
