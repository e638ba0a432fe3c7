import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id

from ..campaign import contact_rules
from ..campaign.relationship_invitation import OPEN_STATES
from .relationship_delivery import GONE, WISHES_STEP

FLOOR = timedelta(hours=24)
# How long a worker may keep messages it has not begun to send.
RESERVED = timedelta(minutes=10)
# Longer than a server can keep us waiting with one message: every step of it has its time-out.
LONGEST_SEND = timedelta(minutes=15)
WORKER = SQL("pid || ' ' || EXTRACT(EPOCH FROM backend_start)")


class RelationshipDelivery(models.Model):
    """Who sends which message: reserve some, claim one, commit, send it, record the outcome."""

    _inherit = "relationship.delivery"

    @api.model
    def _worker(self):
        """Name of this database connection; it is gone when the process is."""
        ((name,),) = self.env.execute_query(
            SQL("SELECT %s FROM pg_stat_activity WHERE pid = pg_backend_pid()", WORKER)
        )
        return name

    @api.model
    def _reserve(self, company, channel, campaigns, limit, worker):
        """Reserve due messages for this worker, within what the company may send. Commits.

        Nobody else takes them for some minutes; a worker that dies loses nothing by it.

        :return: (the messages, name of the claim)
        """
        claim = secrets.token_hex(8)
        # Counting and taking must be one step, or two workers exceed the limit. The lock outlives
        # its transaction, for what is counted must be seen as it is after waiting for it.
        lock = SQL("HASHTEXT('relationship.delivery'), %s", company.id)
        self.env.cr.execute(SQL("SELECT pg_advisory_lock(%s)", lock))
        try:
            self._commit()
            ids = self._lasting(
                lambda: self._reserve_due(company, channel, campaigns, limit, worker, claim)
            )
        finally:
            self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s)", lock))
            self._commit()
        return self.browse(ids), claim

    @api.model
    def _reserve_due(self, company, channel, campaigns, limit, worker, claim):
        now = fields.Datetime.now()
        limit = min(limit, self._capacity(company))
        closed = self._closed_zones(company, channel)
        rows = self.env.execute_query(
            SQL(
                """
            UPDATE relationship_delivery
               SET claim = %(claim)s, date_reserve = %(now)s, worker = %(worker)s
             WHERE id IN (
                   SELECT delivery.id FROM relationship_delivery delivery
                    WHERE delivery.state = 'queued' AND delivery.company_id = %(company)s
                      AND delivery.date_due <= %(now)s AND delivery.channel = %(channel)s
                      AND delivery.campaign_id = ANY(%(campaigns)s)
                      AND (delivery.date_reserve IS NULL OR delivery.date_reserve < %(old)s)
                      AND COALESCE(delivery.tz, '') <> ALL(%(closed)s)
                      AND NOT EXISTS (
                          SELECT FROM relationship_sending_pause pause
                           WHERE pause.company_id = delivery.company_id AND pause.domain <> ''
                             AND pause.domain = SPLIT_PART(delivery.email, '@', 2)
                             AND pause.date_until > %(now)s)
                    ORDER BY delivery.date_due, delivery.id
                    LIMIT %(limit)s
                      FOR UPDATE OF delivery SKIP LOCKED)
            RETURNING id
            """,
                claim=claim,
                now=now,
                old=now - RESERVED,
                company=company.id,
                channel=channel,
                closed=closed,
                campaigns=campaigns.ids,
                limit=max(0, limit),
                worker=worker,
            )
        )
        self.invalidate_model()
        return sorted(row[0] for row in rows)

    @api.model
    def _capacity(self, company):
        """How many more messages may go out now; those of other workers count."""
        now = fields.Datetime.now()
        left = float("inf")
        for allowed, hours in (
            (company.relationship_send_hourly, 1),
            (company.relationship_send_daily, 24),
        ):
            if allowed:
                ((used,),) = self.env.execute_query(
                    SQL(
                        """
                    SELECT (SELECT COUNT(*) FROM relationship_delivery
                             WHERE company_id = %(company)s AND date_claim > %(since)s)
                         + (SELECT COUNT(*) FROM relationship_delivery
                             WHERE company_id = %(company)s AND state = 'queued'
                               AND date_reserve > %(reserved)s)
                    """,
                        company=company.id,
                        since=now - timedelta(hours=hours),
                        reserved=now - RESERVED,
                    )
                )
                left = min(left, allowed - used)
        return max(0, left)

    @api.model
    def _closed_zones(self, company, channel):
        """Time zones where it is too early, too late, or the wrong day for a channel now.

        Messages that missed their hours, because a server was down, wait for the next ones.
        """
        now = fields.Datetime.now()
        zones = self.env.execute_query(
            SQL(
                "SELECT COALESCE(tz, ''), ARRAY_AGG(id) FROM relationship_delivery"
                " WHERE state = 'queued' AND company_id = %s AND date_due <= %s AND channel = %s"
                " AND date_reserve IS NULL GROUP BY 1",
                company.id,
                now,
                channel,
            )
        )
        closed = []
        for name, ids in zones:
            if not self._is_open(company, channel, name, now):
                self._place(ids)
                closed.append(name)
        return closed

    @api.model
    def _release(self, claim):
        """Give back what this worker reserved and did not get to."""
        self.env.cr.execute(
            SQL(
                "UPDATE relationship_delivery SET claim = NULL, date_reserve = NULL"
                " WHERE claim = %s AND state = 'queued'",
                claim,
            )
        )

    def _claim(self, claim, worker):
        """Claim one message, if nothing speaks against sending it now; the caller commits.

        :return: the address to send to, or None when it is not to be sent
        """
        self.ensure_one()
        now = fields.Datetime.now()
        rows = self.env.execute_query(self._sql_verdict(claim, now))
        if not rows:
            return None
        invitation_id, verdict, address, free_from, expires = rows[0]
        if verdict is None and free_from and expires and free_from >= expires:
            verdict = "closed"
        if verdict is not None:
            self._record("cancelled", verdict)
            return None
        if free_from:
            self._put_off(free_from)
            return None
        column = SQL.identifier("email" if self.channel == "email" else "phone")
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_delivery
               SET state = 'sending', date_claim = %s, worker = %s, %s = %s, message_id = %s
             WHERE id = %s
            """,
                now,
                worker,
                column,
                address,
                generate_tracking_message_id(f"{invitation_id}-relationship.invitation"),
                self.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_invitation
               SET %s = %s, state = CASE WHEN state = 'planned' THEN 'sending' ELSE state END
             WHERE id = %s
            """,
                column,
                address,
                invitation_id,
            )
        )
        return address

    def _sql_verdict(self, claim, now):
        """What speaks against the message now; NULL if nothing does. Locks what it looks at."""
        partner, company = SQL("partner"), SQL("company")
        return SQL(
            """
            SELECT invitation.id,
                   CASE WHEN %(archived)s THEN 'archived'
                        WHEN %(holdout)s THEN 'closed'
                        WHEN invitation.access_token IS NULL
                          OR invitation.date_expire <= %(now)s AND delivery.step <> %(wishes)s
                          OR invitation.state NOT IN ('planned', 'sending', 'uncertain')
                             AND delivery.step = 0
                          OR invitation.state NOT IN %(open)s
                             AND delivery.step NOT IN (0, %(wishes)s)
                        THEN 'closed'
                        WHEN invitation.opted_out IS NOT NULL OR %(opted_out)s THEN 'mail_optout'
                        WHEN %(paused)s THEN 'paused'
                        WHEN %(no_address)s THEN CASE
                             WHEN delivery.channel = 'sms' THEN 'sms_number_missing'
                             WHEN COALESCE(partner.email, '') = '' THEN 'mail_email_missing'
                             ELSE 'mail_email_invalid' END
                        WHEN %(blocked)s THEN 'mail_bl'
                        WHEN %(bounced)s THEN 'mail_bounce'
                        WHEN delivery.channel = 'email' AND EXISTS (
                                     SELECT FROM relationship_delivery same
                                      WHERE same.wave_id = delivery.wave_id
                                        AND same.step = delivery.step AND same.id <> delivery.id
                                        AND same.email = partner.email_normalized
                                        AND same.channel = 'email' AND same.state IN %(gone)s)
                        THEN 'mail_dup'
                   END,
                   CASE WHEN delivery.channel = 'sms' THEN partner.phone_sanitized
                        ELSE partner.email_normalized END,
                   GREATEST((SELECT MAX(other.date_claim) FROM relationship_delivery other
                              WHERE other.partner_id = partner.id AND other.id <> delivery.id
                                AND other.date_claim > %(floor)s AND other.state IN %(gone)s),
                            (SELECT MAX(other.date_claim) FROM relationship_delivery other
                              WHERE other.email = partner.email_normalized
                                AND other.id <> delivery.id
                                AND other.date_claim > %(floor)s AND other.state IN %(gone)s)
                   ) + %(day)s,
                   CASE WHEN delivery.step <> %(wishes)s THEN invitation.date_expire END
              FROM relationship_delivery delivery
              JOIN relationship_invitation invitation ON invitation.id = delivery.invitation_id
              JOIN res_company company ON company.id = delivery.company_id
              LEFT JOIN res_partner partner ON partner.id = invitation.partner_id
              %(joins)s
             WHERE delivery.id = %(id)s AND delivery.state = 'queued' AND delivery.claim = %(claim)s
               FOR UPDATE OF delivery, invitation SKIP LOCKED
            """,
            id=self.id,
            claim=claim,
            now=now,
            floor=now - FLOOR,
            day=FLOOR,
            open=OPEN_STATES,
            gone=GONE,
            wishes=WISHES_STEP,
            joins=contact_rules.sql_joins(partner, company),
            **contact_rules.get_refusals(partner, company, now.date(), SQL("delivery.campaign_id")),
            **contact_rules.get_address_refusals(partner, SQL("delivery.channel")),
        )

    @api.model
    def _mark_lost(self, worker):
        """Tell messages as uncertain whose worker is gone: they may be sent, or not.

        A connection ends with its process, and a worker that begins anew isn't sending. Where a
        pooler hides that, the time tells. What was only reserved goes back into the queue.
        """
        now = fields.Datetime.now()
        gone = SQL(
            "(worker = %s OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE %s = worker))",
            worker,
            WORKER,
        )
        rows = self.env.execute_query(
            SQL(
                """
            UPDATE relationship_delivery
               SET state = 'uncertain', failure_type = 'interrupted', write_date = %s
             WHERE state = 'sending' AND (date_claim < %s OR %s)
            RETURNING invitation_id, step
            """,
                now,
                now - LONGEST_SEND,
                gone,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE relationship_invitation SET state = 'uncertain', failure_type = "
                "'interrupted'"
                " WHERE id = ANY(%s) AND state = 'sending'",
                [invitation_id for invitation_id, step in rows if not step],
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE relationship_delivery SET claim = NULL, date_reserve = NULL"
                " WHERE state = 'queued' AND date_reserve IS NOT NULL AND %s",
                gone,
            )
        )
        self._mark_proven()
        self.invalidate_model()
        self.env["relationship.invitation"].invalidate_model()
        return len(rows)

    @api.model
    def _mark_proven(self):
        """Who opened the link of a message has got it."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_delivery delivery
               SET state = 'sent', date_sent = delivery.date_claim, failure_type = NULL
              FROM relationship_invitation invitation
             WHERE delivery.state = 'uncertain' AND delivery.step = 0
               AND invitation.id = delivery.invitation_id
               AND COALESCE(invitation.date_open, invitation.date_start) > delivery.date_claim
            """
            )
        )
