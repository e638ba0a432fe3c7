from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.scope import Scope

BOUNCES_MAX = 5
IGNORED_AFTER_DAYS = 14


class RelationshipCampaign(models.Model):
    """What the decision knows: the lines whose turn it is, and when these people were asked last.

    A person is an e-mail address, or a contact without one: two contacts who share an address
    are one person, who must not be asked twice.
    """

    _inherit = "relationship.campaign"

    @api.model
    def _plan_collect_lines(self, company, now):
        """Put the lines of the ledger whose turn it is into a table of this transaction.

        :return: their number
        """
        Invitation = self.env["relationship.invitation"]
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS relationship_plan_line"))
        self.env.cr.execute(SQL(
            """
            CREATE TEMPORARY TABLE relationship_plan_line ON COMMIT DROP AS
            SELECT l.id, l.campaign_id, l.wave_id, l.partner_id, l.date_first, l.date_expire,
                   l.reason AS reason_before, l.order_model, l.order_id, l.shop_model, l.shop_id,
                   l.staff_id, l.stratum, l.inclusion_probability,
                   COALESCE(p.email_normalized, 'contact ' || p.id) AS person,
                   p.commercial_partner_id, p.email_normalized AS email,
                   p.phone_sanitized AS phone, COALESCE(w.lang, p.lang) AS lang, p.tz,
                   cam.kind, cam.link_days, cam.gap_invited_days, cam.gap_answered_days,
                   substr(cam.priority, 1, 1)::int AS rank, ver.id AS version_id,
                   ver.asks_emotion_frequency AS emotion, ins.is_relationship AS relationship,
                   w.paused_until,
                   CASE w.pace WHEN 'half' THEN 2 WHEN 'quarter' THEN 4 ELSE 1 END AS pace,
                   %(holdout)s AS holdout,
                   p.active IS NOT TRUE OR w.opted_out IS TRUE OR EXISTS (
                        SELECT 1 FROM relationship_contact_preference_campaign_rel r
                         WHERE r.relationship_contact_preference_id = w.id
                           AND r.relationship_campaign_id = cam.id) AS opted_out,
                   blocked.email IS NOT NULL OR COALESCE(p.message_bounce, 0) >= %(bounces)s
                       AS blacklisted,
                   %(channel)s AS channel,
                   profile.first_purchase, profile.last_purchase, FALSE AS undone
              FROM relationship_eligibility l
              JOIN relationship_campaign cam ON cam.id = l.campaign_id AND cam.state = 'running'
              JOIN relationship_instrument ins ON ins.id = cam.instrument_id
         LEFT JOIN relationship_wave wave ON wave.id = l.wave_id
         LEFT JOIN relationship_instrument_version live
                ON live.instrument_id = ins.id AND live.state = 'live'
              JOIN relationship_instrument_version ver
                ON ver.id = COALESCE(wave.version_id, live.id)
              JOIN res_partner p ON p.id = l.partner_id
              JOIN res_company c ON c.id = l.company_id
         LEFT JOIN relationship_contact_preference w
                ON w.partner_id = l.partner_id AND w.company_id = l.company_id
         LEFT JOIN relationship_profile profile
                ON profile.commercial_partner_id = p.commercial_partner_id
               AND profile.company_id = l.company_id
         LEFT JOIN mail_blacklist blocked
                ON blocked.email = p.email_normalized AND blocked.active
         LEFT JOIN phone_blacklist silent
                ON silent.number = p.phone_sanitized AND silent.active
             WHERE l.company_id = %(company)s AND l.outcome = 'deferred'
               AND l.date_until <= %(now)s
            """,
            holdout=Invitation._sql_holdout(SQL("p.commercial_partner_id"), SQL("c")),
            bounces=BOUNCES_MAX,
            channel=self._sql_channel(),
            company=company.id,
            now=now))
        count = self.env.cr.rowcount
        if count:
            self.env.cr.execute(SQL("ANALYZE relationship_plan_line"))
        return count

    @api.model
    def _sql_channel(self):
        """SQL of the first channel that reaches a contact, their own wish before the campaign's."""
        return SQL("CASE %s END", SQL(" ").join(
            SQL(
                """
                WHEN %(channel)s = 'email' AND p.email_normalized IS NOT NULL
                     AND blocked.email IS NULL AND COALESCE(p.message_bounce, 0) < %(bounces)s
                THEN 'email'
                WHEN %(channel)s = 'sms' AND %(sms)s AND p.phone_sanitized IS NOT NULL
                     AND silent.number IS NULL
                THEN 'sms'
                WHEN %(channel)s IN ('link', 'portal') THEN %(channel)s
                """,
                channel=channel, bounces=BOUNCES_MAX, sms="sms.sms" in self.env)
            for channel in (
                SQL("w.channel"), SQL("cam.channel_1"), SQL("cam.channel_2"),
                SQL("cam.channel_3"))))

    @api.model
    def _plan_collect_facts(self, company, now):
        """Put what these people were asked and answered so far into tables, one line each."""
        Invitation = self.env["relationship.invitation"]
        # Two statements a table: the planner needs to know how many people there are.
        for name, query in (
            ("people", SQL(
                """
                SELECT p.id, person FROM res_partner p
                  JOIN (SELECT DISTINCT person FROM relationship_plan_line) due
                    ON due.person = COALESCE(p.email_normalized, 'contact ' || p.id)
                """)),
            ("touch", SQL(
                """
                SELECT people.person, i.campaign_id, i.company_id = %(company)s AS own,
                       %(contact)s AS contact, i.date_planned,
                       CASE WHEN %(contact)s THEN %(touched)s END AS touched,
                       GREATEST(i.date_start, i.date_done) AS answered,
                       ver.asks_emotion_frequency AS emotion, ins.is_relationship AS relationship,
                       i.state IN ('sent', 'uncertain', 'opened', 'expired')
                           AND i.date_start IS NULL AND i.date_planned < %(ignored)s
                           AND i.date_planned > COALESCE(w.date_wished, '-infinity') AS ignored
                  FROM relationship_plan_people people
                  JOIN relationship_invitation i ON i.partner_id = people.id
                  JOIN relationship_instrument_version ver ON ver.id = i.version_id
                  JOIN relationship_instrument ins ON ins.id = ver.instrument_id
             LEFT JOIN relationship_contact_preference w
                    ON w.partner_id = people.id AND w.company_id = %(company)s
                """,
                company=company.id,
                contact=Invitation._sql_contact(SQL("i")),
                touched=Invitation._sql_last_touch(SQL("i")),
                ignored=now - timedelta(days=IGNORED_AFTER_DAYS))),
            ("fact", SQL(
                """
                SELECT person, MAX(touched) AS touched_anywhere,
                       MAX(touched) FILTER (WHERE own) AS touched,
                       MAX(answered) FILTER (WHERE own) AS answered,
                       MAX(GREATEST(touched, answered)) FILTER (WHERE own AND relationship)
                           AS relationship,
                       MAX(GREATEST(touched, answered)) FILTER (WHERE own AND emotion) AS emotion,
                       MAX(date_planned) FILTER (WHERE own AND contact AND nth = %(budget)s)
                           AS budget,
                       COUNT(*) FILTER (WHERE own AND contact AND ignored
                           AND date_planned > COALESCE(heard, '-infinity')) AS ignored
                  FROM (
                    SELECT *, row_number() OVER (
                                  PARTITION BY person, own AND contact ORDER BY date_planned DESC
                              ) AS nth,
                           MAX(date_planned) FILTER (WHERE own AND answered IS NOT NULL)
                               OVER (PARTITION BY person) AS heard
                      FROM relationship_plan_touch
                  ) touch
              GROUP BY person
                """, budget=company.relationship_budget_invitations)),
            ("own", SQL(
                """
                SELECT person, campaign_id, MAX(touched) AS touched, MAX(answered) AS answered
                  FROM relationship_plan_touch GROUP BY person, campaign_id
                """)),
        ):
            table = SQL.identifier(f"relationship_plan_{name}")
            self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
            self.env.cr.execute(SQL(
                "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, query))
            self.env.cr.execute(SQL("ANALYZE %s", table))

    @api.model
    def _plan_mark_undone(self, company):
        """Mark lines that waited, and whose purchase was returned or cancelled meanwhile."""
        self.env.cr.execute(SQL(
            """
            SELECT 1 FROM relationship_plan_line
             WHERE order_id IS NOT NULL AND reason_before != 'not_due' LIMIT 1
            """))
        if not self.env.cr.fetchone():
            return
        buyers = SQL(
            """
            SELECT DISTINCT partner_id FROM relationship_plan_line
             WHERE order_id IS NOT NULL AND reason_before != 'not_due'
            """)
        self.env.cr.execute(SQL(
            """
            WITH kept AS MATERIALIZED (
                SELECT order_model, order_id FROM (%s) source
                 WHERE NOT is_refund AND net_amount > 0.005
            )
            UPDATE relationship_plan_line line SET undone = TRUE
             WHERE line.reason_before != 'not_due'
               AND line.order_model IN (SELECT model FROM %s known (model))
               AND NOT EXISTS (
                SELECT 1 FROM kept WHERE kept.order_model = line.order_model
                   AND kept.order_id = line.order_id)
            """,
            self.env["relationship.purchase"]._purchase_union(
                Scope(company, partners=buyers)),
            SQL("(VALUES ('sale.order'), ('pos.order'))")))
