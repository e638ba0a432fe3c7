from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ...stats.survival import kaplan_meier, log_rank, matched_difference, share_by, time_until
from ...tools.scope import Scope
from ...tools.sql_kept import sql_kept

MONTHS = 24
AGAIN_DAYS = 180
# Read at most so many customers of a month: enough for narrow intervals, the same in a large shop.
REFERRED_SAMPLE, OTHER_SAMPLE = 250, 750
POINTS = 30
# Told while buying: that says nothing about how long it takes.
AT_ONCE = ("pos", "sale")


class RelationshipReferralFigures(models.Model):
    """How long it takes: to buy, to come back, to bring a friend; also of those who did not yet."""

    _inherit = "relationship.referral.figures"

    @api.model
    def _prepare_curve(self, counts, company, until=MONTHS * 30):
        """Return a curve as the page draws it; False below the smallest group that is shown.

        :param list counts: (days, customers it happened to, others last looked at then)
        :return: dict with ``n``, ``happened``, ``points`` (day, share it happened to, low, high),
            ``median`` (days, earliest, latest; None: not reached) and ``year`` (share, low, high)
        """
        n = sum(events + censored for _days, events, censored in counts)
        if n < company._relationship_floor():
            return False
        steps = kaplan_meier(counts)
        longest = min(max((row[0] for row in counts), default=0), until)
        days = sorted({round(longest * place / POINTS) for place in range(POINTS + 1)})
        return {
            "n": n,
            "happened": sum(events for _days, events, _censored in counts),
            "points": [[day, *(round(end, 4) for end in share_by(steps, day))] for day in days],
            "median": time_until(steps),
            "year": share_by(steps, 365) if longest >= 365 else False,
        }

    @api.model
    def _count_time_to_buy(self, company, today):
        """From being announced by a friend to the first purchase."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT days, COUNT(*) FILTER (WHERE bought)::int,
                   COUNT(*) FILTER (WHERE NOT bought)::int
              FROM (
                SELECT order_date IS NOT NULL AS bought,
                       GREATEST(0, COALESCE(order_date, LEAST(deadline, %(now)s))::date
                           - date::date) AS days
                  FROM relationship_referral
                 WHERE company_id = %(company)s AND date >= %(start)s AND source NOT IN %(at_once)s
                   AND state IN ('confirmed', 'qualified', 'rewarded', 'expired')
              ) told
          GROUP BY days
            """,
                company=company.id,
                start=today - relativedelta(months=MONTHS),
                now=today,
                at_once=AT_ONCE,
            )
        )
        return self._prepare_curve(rows, company)

    @api.model
    def _count_time_to_bring(self, company, today):
        """From a customer's own first purchase to the first friend they brought."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT days, COUNT(*) FILTER (WHERE brought)::int,
                   COUNT(*) FILTER (WHERE NOT brought)::int
              FROM (
                SELECT friend.day IS NOT NULL AS brought,
                       GREATEST(0, COALESCE(friend.day, %(now)s) - profile.first_purchase) AS days
                  FROM relationship_profile profile
             LEFT JOIN (
                    SELECT referrer_commercial_id AS customer, MIN(date)::date AS day
                      FROM relationship_referral
                     WHERE company_id = %(company)s
                       AND state IN ('confirmed', 'qualified', 'rewarded')
                  GROUP BY 1) friend ON friend.customer = profile.commercial_partner_id
                 WHERE profile.company_id = %(company)s AND profile.first_purchase >= %(start)s
              ) customers
          GROUP BY days
            """,
                company=company.id,
                start=today - relativedelta(months=MONTHS),
                now=today,
            )
        )
        return self._prepare_curve(rows, company)

    @api.model
    def _count_again(self, company, today):
        """Referred customers against others: the time to a second purchase, and alike ones."""
        self._sample_cohort(company, today)
        sides = {True: [], False: []}
        for referred, days, events, censored in self.env.execute_query(
            SQL(
                """
                SELECT referred, COALESCE(second, %(now)s) - first,
                       COUNT(second)::int, (COUNT(*) - COUNT(second))::int
                  FROM referral_cohort_days GROUP BY 1, 2
                """,
                now=today,
            )
        ):
            sides[referred].append((days, events, censored))
        curves = {
            name: self._prepare_curve(sides[referred], company)
            for name, referred in (("referred", True), ("organic", False))
        }
        if not all(curves.values()):
            return False
        test = log_rank(sides[True], sides[False])
        return {
            **curves,
            "p_value": test.p_value if test else None,
            "matched": self._match_cohort(company, today),
        }

    @api.model
    def _match_cohort(self, company, today):
        """Compare those who first came in one month, at one place, with as large a first basket."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(*) FILTER (WHERE referred AND again)::int,
                   COUNT(*) FILTER (WHERE referred)::int,
                   COUNT(*) FILTER (WHERE NOT referred AND again)::int,
                   COUNT(*) FILTER (WHERE NOT referred)::int
              FROM (
                SELECT referred, place, DATE_TRUNC('month', first) AS month,
                       COALESCE(second - first <= %(days)s, FALSE) AS again,
                       LEAST(3, FLOOR(4 * PERCENT_RANK() OVER (ORDER BY basket))) AS quarter
                  FROM referral_cohort_days WHERE first <= %(seen)s
              ) customers
          GROUP BY month, place, quarter
            """,
                days=AGAIN_DAYS,
                seen=today - relativedelta(days=AGAIN_DAYS),
            )
        )
        matched = matched_difference(rows)
        floor = company._relationship_floor()
        if not matched or min(matched.n_one, matched.n_other) < floor:
            return False
        return matched._asdict()

    @api.model
    def _sample_cohort(self, company, today):
        """Fill a temporary table with customers of the last 24 months and their first two days."""
        cr = self.env.cr
        cr.execute("DROP TABLE IF EXISTS referral_cohort, referral_cohort_days")
        cr.execute(
            SQL(
                """
            CREATE TEMPORARY TABLE referral_cohort ON COMMIT DROP AS
            SELECT node, referred FROM (
                SELECT profile.commercial_partner_id AS node, standing.id IS NOT NULL AS referred,
                       ROW_NUMBER() OVER (
                           PARTITION BY standing.id IS NOT NULL,
                                        DATE_TRUNC('month', profile.first_purchase)
                               ORDER BY HASHINT4(profile.commercial_partner_id)) AS place
                  FROM relationship_profile profile
             LEFT JOIN relationship_referral_standing standing
                    ON standing.commercial_partner_id = profile.commercial_partner_id
                   AND standing.company_id = profile.company_id
                   AND standing.referrer_id IS NOT NULL
                 WHERE profile.company_id = %(company)s AND profile.first_purchase >= %(start)s
              ) customers
             WHERE place <= CASE WHEN referred THEN %(referred)s ELSE %(others)s END
            """,
                company=company.id,
                start=today - relativedelta(months=MONTHS),
                referred=REFERRED_SAMPLE,
                others=OTHER_SAMPLE,
            )
        )
        cr.execute("CREATE UNIQUE INDEX ON referral_cohort (node)")
        cr.execute("ANALYZE referral_cohort")
        scope = Scope(
            company,
            partners=SQL(
                "SELECT person.id FROM referral_cohort cohort"
                " JOIN res_partner person ON person.commercial_partner_id = cohort.node"
            ),
        )
        place, joins = self._sql_place()
        cr.execute(
            SQL(
                """
            CREATE TEMPORARY TABLE referral_cohort_days ON COMMIT DROP AS
            WITH days AS (
                SELECT cohort.node, cohort.referred, %(day)s AS day, MIN(%(place)s) AS place,
                       SUM(p.net_amount) AS amount
                  FROM (%(purchases)s) p
                  JOIN res_partner person ON person.id = p.partner_id
                  JOIN referral_cohort cohort ON cohort.node = person.commercial_partner_id
                  %(joins)s
                 WHERE %(kept)s
              GROUP BY 1, 2, 3
            ), ordered AS (
                SELECT *, LEAD(day) OVER visits AS second, ROW_NUMBER() OVER visits AS number
                  FROM days WINDOW visits AS (PARTITION BY node ORDER BY day)
            )
            SELECT node, referred, day AS first, second, place, amount AS basket
              FROM ordered WHERE number = 1
            """,
                day=scope.local_day(SQL("p.date")),
                place=place,
                joins=joins,
                purchases=self.env["relationship.purchase"]._purchase_union(scope),
                kept=sql_kept(SQL("p")),
            )
        )

    @api.model
    def _sql_place(self):
        """Hook: SQL of where a purchase (``p``) was made, as text, and the joins it needs."""
        return SQL("p.channel"), SQL()
