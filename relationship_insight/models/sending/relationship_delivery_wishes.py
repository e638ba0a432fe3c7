from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..campaign.relationship_campaign_plan_facts import BOUNCES_MAX
from .relationship_delivery import WISHES_STEP
from .relationship_delivery_queue import QUEUE_BATCH

# Decisions older than this say nothing about now.
LATELY = timedelta(days=365)


class RelationshipDelivery(models.Model):
    """Who ignored so many that nobody asks them any more is asked once how they would like it."""

    _inherit = "relationship.delivery"

    @api.model
    def _queue_wishes(self):
        """Queue that question for those who were left in peace, once in a life.

        It belongs to the last invitation they ignored, and keeps the rest between two messages.

        :return: number of messages queued
        """
        now = fields.Datetime.now()
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """
            WITH quiet AS MATERIALIZED (
                SELECT DISTINCT l.partner_id, l.company_id, c.relationship_quarantine_days AS rest
                  FROM relationship_eligibility l
                  JOIN res_company c ON c.id = l.company_id
                  JOIN res_partner p ON p.id = l.partner_id AND p.active
                   AND p.email_normalized IS NOT NULL
                   AND COALESCE(p.message_bounce, 0) < %(bounces)s
             LEFT JOIN relationship_contact_preference w
                    ON w.partner_id = l.partner_id AND w.company_id = l.company_id
             LEFT JOIN mail_blacklist blocked
                    ON blocked.email = p.email_normalized AND blocked.active
                 WHERE l.reason = 'backoff' AND l.outcome = 'skipped' AND l.date > %(lately)s
                   AND w.date_wishes_asked IS NULL AND w.opted_out IS NOT TRUE
                   AND (w.paused_until IS NULL OR w.paused_until <= %(today)s)
                   AND blocked.id IS NULL AND NOT %(holdout)s
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
                   AND i.state IN ('sent', 'uncertain', 'opened', 'expired')
                  JOIN relationship_campaign cam ON cam.id = i.campaign_id
                   AND cam.state = 'running' AND cam.active
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
            bounces=BOUNCES_MAX, lately=now - LATELY, today=now.date(), now=now,
            holdout=self.env["relationship.invitation"]._sql_holdout(
                SQL("p.commercial_partner_id"), SQL("c")),
            contact=self.env["relationship.invitation"]._sql_contact(SQL("i")),
            touched=self.env["relationship.invitation"]._sql_last_touch(SQL("i")),
            limit=QUEUE_BATCH, uid=self.env.uid,
            insert=self._sql_insert(SQL("%s", WISHES_STEP), SQL("%s", now))))
        self.env["relationship.contact.preference"].invalidate_model()
        self._place([row[0] for row in rows])
        return len(rows)
