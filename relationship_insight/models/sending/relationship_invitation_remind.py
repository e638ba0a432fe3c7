from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..campaign.res_company import FLOOR_HOURS

REMINDABLE = ("sent", "opened", "started")


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _filter_remindable(self):
        """Return those of these invitations that the rules allow to remind now.

        Open or half answered, still valid, by e-mail or SMS, wanted, with reminders left in the
        year, and nobody else's message to the same person within 24 hours. Of several open
        invitations to one person the oldest is reminded.
        """
        if not self:
            return self
        self.env.flush_all()
        now = fields.Datetime.now()
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (i.partner_id) i.id
              FROM relationship_invitation i
              JOIN relationship_campaign cam ON cam.id = i.campaign_id AND cam.state = 'running'
              JOIN res_company c ON c.id = i.company_id
              JOIN res_partner p ON p.id = i.partner_id AND p.active
         LEFT JOIN relationship_contact_preference w
                ON w.partner_id = p.id AND w.company_id = c.id
         LEFT JOIN mail_blacklist blocked
                ON blocked.email = p.email_normalized AND blocked.active
        CROSS JOIN LATERAL (
                SELECT MAX(%(touched)s) AS last,
                       SUM(other.step) FILTER (WHERE other.company_id = c.id
                           AND other.date_planned > %(year)s) AS reminders
                  FROM relationship_invitation other
                 WHERE other.partner_id = p.id AND %(contact)s
              ) past
             WHERE i.id = ANY(%(ids)s) AND i.state IN %(states)s AND i.date_done IS NULL
               AND i.channel IN ('email', 'sms') AND i.opted_out IS NULL
               AND (i.date_expire IS NULL OR i.date_expire > %(now)s)
               AND (i.channel != 'email' OR blocked.id IS NULL)
               AND w.opted_out IS NOT TRUE
               AND (w.paused_until IS NULL OR w.paused_until <= %(today)s)
               AND NOT EXISTS (
                    SELECT 1 FROM relationship_contact_preference_campaign_rel r
                     WHERE r.relationship_contact_preference_id = w.id
                       AND r.relationship_campaign_id = cam.id)
               AND NOT %(holdout)s
               AND past.last + %(floor)s::interval <= %(now)s
               AND COALESCE(past.reminders, 0) < c.relationship_budget_reminders
          ORDER BY i.partner_id, i.date_planned, i.id
            """,
            touched=self._sql_last_touch(SQL("other")),
            contact=self._sql_contact(SQL("other")),
            holdout=self._sql_holdout(SQL("p.commercial_partner_id"), SQL("c")),
            ids=self.ids, states=REMINDABLE, now=now, today=now.date(),
            year=now - timedelta(days=365), floor=f"{FLOOR_HOURS} hours"))
        return self.browse(row[0] for row in rows)
