import math

from odoo import api, models
from odoo.tools import SQL

from ...tools.sql_ids import sql_ids
from ...tools.sql_math import sql_decay, sql_exp, sql_gamma_q, sql_hyp2f1
from ..evidence.relationship_purchase import Scope

HORIZON_DAYS = 90


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _cte_orders(self, company, asof, customers=None):
        """SQL ``orders``: one row per order up to ``asof``, with the local day it counts for.

        ``visit_day`` is the day of an order of which something was paid and kept.
        """
        customer, partners = self._sql_entity(SQL("source.partner_id"), customers)
        return SQL(
            """
            orders AS (
                SELECT customer, day, amount, CASE WHEN visit THEN day END AS visit_day
                  FROM (
                    SELECT %(customer)s AS customer, %(day)s AS day, source.amount,
                           source.amount > 0 AND source.net_amount > 0.005 AS visit
                      FROM (%(sources)s) source
                      %(partners)s
                     WHERE source.partner_id IS NOT NULL
                  ) source
            )
            """,
            customer=customer,
            partners=partners,
            day=self._sql_local_day(SQL("source.date"), company),
            sources=self.env["relationship.purchase"]._purchase_union(
                self._purchase_scope(company, asof, customers)),
        )

    @api.model
    def _sql_entity(self, partner, customers):
        """Return the SQL of the commercial entity of a partner column, and the join it needs."""
        if customers is not None:
            return SQL("partner.commercial_partner_id"), SQL(
                "JOIN res_partner partner ON partner.id = %s", partner)
        # Most customers are their own entity: joining the others only is much smaller.
        return SQL("COALESCE(partner.commercial_partner_id, %s)", partner), SQL(
            """
            LEFT JOIN res_partner partner ON partner.id = %s
                  AND partner.commercial_partner_id != partner.id
            """, partner)

    @api.model
    def _purchase_scope(self, company, asof, customers):
        partners = customers is not None and SQL(
            "SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)", sql_ids(customers))
        return Scope(self._end_of_day(company, asof), partners or None, company.id)

    @api.model
    def _query_bought(self, company, asof, params, customers=None):
        """SELECT what each customer bought: one row per customer with orders."""
        decay = SQL("%s::float8", math.log(2) / params["half_life"])
        return SQL(
            """
            WITH %(orders)s,
            gapped AS (
                SELECT customer, day, amount, visit_day,
                       visit_day - LAG(visit_day) OVER (
                           PARTITION BY customer ORDER BY visit_day) AS gap
                  FROM orders
            )
            SELECT customer,
                   COUNT(visit_day) FILTER (WHERE %(new_day)s) AS purchase_days,
                   MIN(visit_day) AS first_purchase,
                   MAX(visit_day) AS last_purchase,
                   SUM(amount) AS spend_total,
                   COALESCE(SUM(amount) FILTER (WHERE day > %(year_ago)s), 0) AS spend_12m,
                   SUM(%(aged)s) FILTER (WHERE %(new_day)s) AS mass,
                   COUNT(gap) FILTER (WHERE gap > 0) AS gap_count,
                   SUM((gap * gap)::float8) AS gap_squares,
                   SUM(gap * LN(gap::float8)) FILTER (WHERE gap > 0) AS gap_logs,
                   PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap)
                       FILTER (WHERE gap > 0) AS gap_median
              FROM gapped
          GROUP BY customer
            """,
            orders=self._cte_orders(company, asof, customers),
            # A second order of a day comes with a gap of 0.
            new_day=SQL("gap IS DISTINCT FROM 0"),
            year_ago=SQL("%s::date - 365", asof),
            aged=sql_decay(SQL("%s::date - visit_day", asof), decay),
        )

    @api.model
    def _query_behaviour(self, company, asof, params, customers=None):
        """SELECT how each customer behaves, as ``stats.rate`` and ``stats.bgnbd`` have it."""
        decay = SQL("%s::float8", math.log(2) / params["half_life"])
        return SQL(
            """
            WITH exposed AS (
                SELECT bought.*, promo.discount,
                       (%(asof)s - first_purchase)::float8 AS t,
                       (last_purchase - first_purchase)::float8 AS t_x,
                       (purchase_days - 1)::float8 AS x,
                       (last_purchase - first_purchase)::float8 AS gap_sum,
                       mass - %(aged_first)s AS x_w,
                       (1 - %(aged_first)s) / %(decay)s AS t_w
                  FROM relationship_new_bought bought
             LEFT JOIN relationship_new_promo promo USING (customer)
            ),
            argued AS (
                SELECT exposed.*,
                       %(r)s + GREATEST(x_w, 0) AS ga,
                       %(theta)s * (%(alpha)s + t_w) AS gx,
                       %(horizon)s / (%(bg_alpha)s + t + %(horizon)s) AS bg_z,
                       %(bg_a)s + %(bg_b)s + x - 1 AS bg_c
                  FROM exposed
                OFFSET 0
            )
            SELECT argued.*,
                   ga / (%(alpha)s + t_w) AS rate,
                   %(p_behaviour)s AS p_behaviour,
                   %(p_alive)s AS p_alive,
                   %(expected)s AS expected_90d,
                   gap_sum / NULLIF(gap_count, 0) AS gap_mean,
                   CASE WHEN gap_count >= 3 THEN
                       SQRT(GREATEST(gap_squares - gap_sum ^ 2 / gap_count, 0)
                           / (gap_count - 1)) / (gap_sum / gap_count)
                   END AS gap_cv,
                   (%(asof)s - last_purchase) / NULLIF(gap_median, 0) AS overdue_ratio,
                   %(clumpiness)s AS clumpiness,
                   COALESCE(discount / NULLIF(discount + GREATEST(spend_total, 0), 0), 0)
                       AS promo_share
              FROM argued
            """,
            asof=SQL("%s::date", asof),
            decay=decay,
            aged_first=sql_decay(SQL("%s::date - first_purchase", asof), decay),
            r=SQL("%s::float8", params["r"]),
            alpha=SQL("%s::float8", params["alpha"]),
            theta=SQL("%s::float8", params["theta"]),
            p_behaviour=self._sql_p_behaviour(params),
            clumpiness=self._sql_clumpiness(),
            **self._sql_dropout(params),
        )

    @api.model
    def _sql_p_behaviour(self, params):
        """P(rate >= theta), the gamma posterior's upper tail."""
        longest = params["theta"] * (params["alpha"] + params["half_life"] / math.log(2))
        return SQL(
            "CASE WHEN purchase_days > 0 THEN %s END",
            sql_gamma_q(SQL("ga"), SQL("gx"), longest))

    @api.model
    def _sql_dropout(self, params):
        """P(alive) by MBG/NBD and purchases expected in 90 days by BG/NBD, once both are fitted.

        The hypergeometric function is taken after Euler's transformation, which leaves it
        small constants and never overflows: 2F1(A, B; C; z) = (1-z)^(C-A-B) 2F1(C-A, C-B; C; z).
        """
        bgnbd, mbgnbd = params.get("bgnbd"), params.get("mbgnbd")
        if not (bgnbd and mbgnbd):
            return {
                "bg_alpha": SQL("1.0"), "bg_a": SQL("0.0"), "bg_b": SQL("0.0"),
                "horizon": SQL("1.0"), "p_alive": SQL("NULL::float8"),
                "expected": SQL("NULL::float8"),
            }
        r, alpha, a, b = bgnbd
        # Where the formula has no value, a parameter is moved by next to nothing.
        a = a if abs(a - 1) > 1e-6 else 1 + 1e-6
        b = b if abs(a + b - 1) > 1e-6 else b + 1e-6
        m_r, m_alpha, m_a, m_b = mbgnbd
        number = lambda value: SQL("%s::float8", value)  # noqa: E731
        terms = math.ceil(14 / -math.log(HORIZON_DAYS / (alpha + HORIZON_DAYS + 1))) + 4
        return {
            "bg_alpha": number(alpha), "bg_a": number(a), "bg_b": number(b),
            "horizon": number(HORIZON_DAYS),
            # Of who bought once the model only knows that they didn't come back.
            "p_alive": SQL(
                "CASE WHEN purchase_days > 1 THEN 1 / (1 + %s) END",
                sql_exp(SQL(
                    "LN(%(a)s / (%(b)s + x))"
                    " + (%(r)s + x) * LN((%(alpha)s + t) / (%(alpha)s + t_x))",
                    a=number(m_a), b=number(m_b), r=number(m_r), alpha=number(m_alpha)))),
            "expected": SQL(
                """
                CASE WHEN purchase_days > 0 THEN
                    bg_c / (%(a)s - 1) * (1 - POWER(1 - bg_z, %(a)s - 1) * (%(hyper)s))
                    / (1 + CASE WHEN x > 0 THEN %(drop)s ELSE 0 END)
                END
                """,
                a=number(a),
                hyper=sql_hyp2f1(a + b - 1 - r, a - 1, SQL("bg_c"), SQL("bg_z"), min(terms, 200)),
                drop=sql_exp(SQL(
                    "LN(%(a)s / (%(b)s + x - 1))"
                    " + (%(r)s + x) * LN((%(alpha)s + t) / (%(alpha)s + t_x))",
                    a=number(a), b=number(b), r=number(r), alpha=number(alpha)))),
        }

    @api.model
    def _sql_clumpiness(self):
        """Zhang, Bradlow & Small 2015: 1 + sum x ln x / ln(n + 1) over T + 1 days, with ends."""
        days = SQL("(t + 2)")
        return SQL(
            """
            CASE WHEN purchase_days > 1 AND t >= purchase_days THEN
                1 + ((COALESCE(gap_logs, 0) + (t - t_x + 1) * LN(t - t_x + 1)) / %(days)s
                     - LN(%(days)s)) / LN(purchase_days + 1)
            END
            """, days=days)

    @api.model
    def _query_promo(self, company, asof, params, customers=None):
        """SELECT what each customer was let off by discounts, with taxes."""
        return SQL(
            "SELECT customer, GREATEST(SUM(discount), 0) AS discount"
            " FROM (%s) line GROUP BY customer",
            SQL(" UNION ALL ").join(
                self._promo_sources(self._purchase_scope(company, asof, customers))))

    @api.model
    def _promo_sources(self, scope):
        """Return SELECTs (customer, discount): what lines let off, and what went back with them."""
        Purchase = self.env["relationship.purchase"]
        reward = Purchase._sql_is_reward("sale.order.line", SQL("l"))
        return [
            SQL(
                """
                SELECT partner.commercial_partner_id AS customer,
                       %(let_off)s / COALESCE(NULLIF(so.currency_rate, 0), 1)::float8 AS discount
                  FROM %(orders)s
                  JOIN sale_order_line l ON l.order_id = so.id
                  JOIN res_partner partner ON partner.id = so.partner_id
                 WHERE so.state = 'sale' AND (l.discount > 0 OR %(reward)s) AND %(scope)s
                """,
                let_off=Purchase._sql_let_off(
                    SQL("l.price_total"), SQL("l.price_unit * l.product_uom_qty"),
                    SQL("l.discount"), reward),
                reward=reward,
                orders=scope.orders("sale_order", "so"),
                scope=scope.sql(SQL("so.date_order"), SQL("so.partner_id"), SQL("so.company_id")),
            ),
            SQL(
                """
                SELECT partner.commercial_partner_id AS customer, credit.let_off AS discount
                  FROM (%s) credit
                  JOIN res_partner partner ON partner.id = credit.partner_id
                """, Purchase._sql_credits(scope)),
        ]
