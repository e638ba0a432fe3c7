from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.cron_wake import trigger, was_woken
from ...tools.scope import Scope
from ...tools.sql_kept import sql_kept
from ..insight.refresh.bonds import LISTENING
from ..talk.relationship_touch import NOT_A_TALK

SEASON = 365
# Orders and talks by level, unit and customer, for the length of one transaction.
PAIRS = SQL.identifier("relationship_sale_pair")
# The sales team of each colleague, by the contact's id.
TEAM_OF = SQL(
    """
    SELECT u.partner_id AS staff, MIN(member.crm_team_id)::varchar AS team
      FROM crm_team_member member JOIN res_users u ON u.id = member.user_id
     WHERE member.active GROUP BY 1
    """
)


class RelationshipSilence(models.Model):
    """Count orders and talks of every unit and every pair, in a handful of statements."""

    _inherit = "relationship.silence"

    @api.model
    def _cron_refresh(self):
        """Nightly: look at every company anew."""
        if was_woken(self.env):
            return
        self._refresh()
        self.env["relationship.profile"]._tell_screens([])

    @api.model
    def _refresh(self, companies=None, asof=None):
        """Compute all units and pairs as of today, or a day.

        :param companies: res.company, None for all
        """
        self.env.flush_all()
        for company in companies or self.env["relationship.profile"]._companies():
            day = asof or company._relationship_today()
            self._read_days(company, day)
            self.env.cr.execute(
                SQL("DELETE FROM relationship_silence WHERE company_id = %s", company.id)
            )
            self.env.cr.execute(
                SQL("DELETE FROM relationship_silent_pair WHERE company_id = %s", company.id)
            )
            for period in (180, 90):
                self._read_pairs(day, period)
                self._judge(company, day, period)
        self.env.cr.execute(
            SQL("DROP TABLE IF EXISTS relationship_sale_day, relationship_talk_day, %s", PAIRS)
        )
        self.env.invalidate_all()

    @api.model
    def _hide_below_minimum(self, companies):
        """Empty what a raised minimum hides at once, and have all of it looked at anew."""
        for company in companies:
            self.search(
                [
                    ("company_id", "=", company.id),
                    ("status", "!=", "suppressed"),
                    ("customer_count", "<", company.relationship_minimum_group),
                ]
            ).unlink()
        trigger(self.env, "relationship_insight.ir_cron_relationship_silence")

    @api.model
    def _read_days(self, company, asof):
        """Fill ``relationship_sale_day`` and ``relationship_talk_day`` with what is looked at."""
        scope = Scope.at(company, asof)
        shop, shop_join = self._sql_shop()
        self.env.cr.execute("DROP TABLE IF EXISTS relationship_sale_day, relationship_talk_day")
        self.env.cr.execute(
            SQL(
                """
            CREATE TEMPORARY TABLE relationship_sale_day ON COMMIT DROP AS
            SELECT partner.commercial_partner_id AS customer, source.staff_id AS staff,
                   %(shop)s AS shop, source.channel, %(day)s AS day,
                   COUNT(*) FILTER (WHERE %(visit)s) AS visits,
                   SUM(source.amount) AS amount, MIN(profile.first_purchase) AS first
              FROM (%(sources)s) source
              JOIN res_partner partner ON partner.id = source.partner_id
         LEFT JOIN relationship_profile profile
                ON profile.commercial_partner_id = partner.commercial_partner_id
               AND profile.company_id = %(company)s
              %(shop_join)s
             WHERE source.date > %(since)s
          GROUP BY 1, 2, 3, 4, 5
            """,
                shop=shop,
                shop_join=shop_join,
                day=scope.local_day(SQL("source.date")),
                sources=self.env["relationship.purchase"]._purchase_union(scope),
                company=company.id,
                visit=sql_kept(SQL("source")),
                since=scope.until - timedelta(days=SEASON + 180),
            )
        )
        self.env.cr.execute(
            SQL(
                """
            CREATE TEMPORARY TABLE relationship_talk_day ON COMMIT DROP AS
            SELECT commercial_partner_id AS customer, staff_id AS staff, %(day)s AS day, channel,
                   BOOL_OR(purpose IN %(listening)s) AS listened, BOOL_OR(purpose = 'sell') AS sold
              FROM relationship_note note
             WHERE company_id = %(company)s AND visibility = 'company' AND channel NOT IN %(silent)s
               AND date <= %(until)s AND date > %(since)s
          GROUP BY 1, 2, 3, 4
            """,
                day=scope.local_day(SQL("note.date")),
                listening=LISTENING,
                silent=NOT_A_TALK,
                company=company.id,
                until=scope.until,
                since=scope.until - timedelta(days=180),
            )
        )
        self.env.cr.execute("ANALYZE relationship_sale_day; ANALYZE relationship_talk_day")

    @api.model
    def _sql_shop(self):
        """Hook: SQL of the name of the shop of a purchase (``source``), and the joins it needs."""
        return SQL("NULL::varchar"), SQL("")

    @api.model
    def _read_pairs(self, asof, period):
        """Fill ``PAIRS``: orders and talks by level, unit and customer.

        Before is the same season last year for customers who bought already then, or the period
        before this one; newer customers can't grow and have none.
        """
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", PAIRS))
        self.env.cr.execute(
            SQL(
                """
            CREATE TEMPORARY TABLE %(pairs)s ON COMMIT DROP AS
            WITH team_of AS (%(team_of)s),
            unit_sale AS (
                SELECT 'staff' AS level, staff::varchar AS unit, day_row.*
                  FROM relationship_sale_day day_row WHERE staff IS NOT NULL
             UNION ALL
                SELECT 'team', team, day_row.*
                  FROM relationship_sale_day day_row JOIN team_of USING (staff)
             UNION ALL
                SELECT 'shop', shop, day_row.*
                  FROM relationship_sale_day day_row WHERE shop IS NOT NULL
            ),
            unit_talk AS (
                SELECT 'staff' AS level, staff::varchar AS unit, talk.*
                  FROM relationship_talk_day talk
             UNION ALL
                SELECT 'team', team, talk.*
                  FROM relationship_talk_day talk JOIN team_of USING (staff)
             UNION ALL
                SELECT 'shop', sold.shop, talk.*
                  FROM relationship_talk_day talk
                  JOIN (
                    SELECT DISTINCT customer, shop FROM relationship_sale_day
                     WHERE shop IS NOT NULL
                  ) sold USING (customer)
            ),
            sale AS (
                SELECT level, unit, customer, MODE() WITHIN GROUP (ORDER BY channel) AS channel,
                       COALESCE(SUM(visits) FILTER (WHERE %(now)s), 0)::int AS x1,
                       COALESCE(SUM(amount) FILTER (WHERE %(now)s), 0) AS m1,
                       CASE WHEN MIN(first) <= %(season_start)s
                            THEN COALESCE(SUM(visits) FILTER (WHERE %(season)s), 0)
                            WHEN MIN(first) <= %(prior_start)s
                            THEN COALESCE(SUM(visits) FILTER (WHERE %(prior)s), 0) END::int AS x0,
                       CASE WHEN MIN(first) <= %(season_start)s
                            THEN COALESCE(SUM(amount) FILTER (WHERE %(season)s), 0)
                            WHEN MIN(first) <= %(prior_start)s
                            THEN COALESCE(SUM(amount) FILTER (WHERE %(prior)s), 0) END AS m0
                  FROM unit_sale GROUP BY 1, 2, 3
            ),
            talk AS (
                SELECT level, unit, customer, COUNT(*)::int AS y,
                       COUNT(*) FILTER (WHERE listened)::int AS listen,
                       COUNT(*) FILTER (WHERE sold)::int AS sell
                  FROM unit_talk WHERE %(now)s GROUP BY 1, 2, 3
            ),
            anybody AS (
                SELECT DISTINCT customer FROM relationship_talk_day WHERE %(now)s
            )
            SELECT level, unit, customer, channel, COALESCE(x1, 0) AS x1, x0,
                   COALESCE(m1, 0) AS m1, m0, COALESCE(y, 0) AS y, COALESCE(listen, 0) AS listen,
                   COALESCE(sell, 0) AS sell, anybody.customer IS NOT NULL AS known
              FROM sale
         FULL JOIN talk USING (level, unit, customer)
         LEFT JOIN anybody USING (customer)
             WHERE x1 > 0 OR x0 > 0 OR y > 0
            """,
                team_of=TEAM_OF,
                now=SQL("day > %s::date", asof - timedelta(days=period)),
                season=SQL(
                    "day > %s::date AND day <= %s::date",
                    asof - timedelta(days=SEASON + period),
                    asof - timedelta(days=SEASON),
                ),
                prior=SQL(
                    "day > %s::date AND day <= %s::date",
                    asof - timedelta(days=2 * period),
                    asof - timedelta(days=period),
                ),
                season_start=SQL("%s::date", asof - timedelta(days=SEASON + period)),
                prior_start=SQL("%s::date", asof - timedelta(days=2 * period)),
                pairs=PAIRS,
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", PAIRS))

    @api.model
    def _read_units(self, company, asof, period):
        """Return the sums of each level, unit and channel as dicts."""
        then = (asof - timedelta(days=period)).replace(day=1) - timedelta(days=1)
        return self._fetch(
            SQL(
                """
            WITH dyad AS (
                SELECT COALESCE(bond.staff_id, past.staff_id) AS staff,
                       COALESCE(bond.own_strength, 0)
                           - COALESCE(past.own_strength, 0) AS change
                  FROM (
                    SELECT * FROM relationship_bond WHERE company_id = %(company)s
                  ) bond
             FULL JOIN (
                    SELECT * FROM relationship_bond_snapshot
                     WHERE company_id = %(company)s AND date = %(then)s
                  ) past ON past.commercial_partner_id = bond.commercial_partner_id
                        AND past.staff_id = bond.staff_id
                 WHERE EXISTS (
                    SELECT 1 FROM relationship_bond_snapshot
                     WHERE company_id = %(company)s AND date = %(then)s)
            ),
            moved AS (
                SELECT belongs.level, belongs.unit,
                       PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY change) AS bond_change
                  FROM dyad
                  JOIN (
                    SELECT DISTINCT 'staff' AS level, staff, staff::varchar AS unit FROM dyad
                 UNION ALL
                    SELECT 'team', team_of.* FROM (%(team_of)s) team_of
                  ) belongs USING (staff)
              GROUP BY 1, 2
            )
            SELECT level, unit, channel,
                   COUNT(*) FILTER (WHERE x1 > 0) AS n,
                   COUNT(*) FILTER (WHERE x1 > 0 AND x0 IS NOT NULL) AS comparable,
                   COALESCE(SUM(x0), 0) AS x0,
                   COALESCE(SUM(x1) FILTER (WHERE x0 IS NOT NULL), 0) AS x1,
                   COALESCE(SUM(m0), 0) AS m0,
                   COALESCE(SUM(m1) FILTER (WHERE x0 IS NOT NULL), 0) AS m1,
                   SUM(x1) AS orders, COALESCE(SUM(y) FILTER (WHERE x1 > 0), 0) AS y,
                   COALESCE(SUM(y * y) FILTER (WHERE x1 > 0), 0) AS squares,
                   SUM(y) AS logged, SUM(listen) AS listen, SUM(sell) AS sell,
                   COUNT(*) FILTER (WHERE x1 > 0 AND NOT known) AS never,
                   COALESCE(SUM(profile.feeling_balance) FILTER (WHERE x1 > 0), 0) AS feelings,
                   COUNT(profile.feeling_balance) FILTER (WHERE x1 > 0) AS felt,
                   MIN(moved.bond_change) AS bond_change
              FROM %(pairs)s pair
         LEFT JOIN relationship_profile profile
                ON profile.commercial_partner_id = pair.customer
               AND profile.company_id = %(company)s
         LEFT JOIN moved USING (level, unit)
          GROUP BY 1, 2, 3
            """,
                company=company.id,
                then=SQL("%s::date", then),
                team_of=TEAM_OF,
                pairs=PAIRS,
            )
        )

    @api.model
    def _fetch(self, query):
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()
