import math
from functools import partial

from odoo.tools import SQL

from ....tools.sql_kept import sql_kept
from ....tools.sql_math import sql_decay, sql_decimal, sql_exp, sql_gamma_q, sql_hyp2f1
from .step import Step

HORIZON_DAYS = 90
BOUGHT = "relationship_new_bought"
PROMO = "relationship_new_promo"
BEHAVIOUR = "relationship_new_behaviour"
FIGURES = {
    **dict.fromkeys(("purchase_days", "spend_total", "spend_12m"), 0),
    **dict.fromkeys(
        (
            "first_purchase",
            "last_purchase",
            "tenure_days",
            "recency_days",
            "spend_per_day",
            "x_weighted",
            "t_weighted",
            "rate",
            "rate_year",
            "p_behaviour",
            "p_alive",
            "expected_90d",
            "gap_mean",
            "gap_median",
            "gap_cv",
            "overdue_ratio",
            "clumpiness",
            "promo_share",
        )
    ),
}


def cte_orders(scope):
    """SQL ``orders``: one row per order of the scope, with the local day it counts for.

    ``visit_day`` is the day of an order of which something was paid and kept.
    """
    customer, partners = scope.entity(SQL("source.partner_id"))
    return SQL(
        """
        orders AS (
            SELECT customer, day, amount, CASE WHEN visit THEN day END AS visit_day
              FROM (
                SELECT %(customer)s AS customer, %(day)s AS day, source.amount,
                       %(visit)s AS visit
                  FROM (%(sources)s) source
                  %(partners)s
                 WHERE source.partner_id IS NOT NULL
              ) source
        )
        """,
        customer=customer,
        partners=partners,
        day=scope.local_day(SQL("source.date")),
        sources=scope.env["relationship.purchase"]._purchase_union(scope),
        visit=sql_kept(SQL("source")),
    )


def bought(scope):
    """What each customer bought: one row per customer with orders."""
    return Step(
        BOUGHT,
        SQL(
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
               SUM(amount) AS spend,
               COALESCE(SUM(amount) FILTER (WHERE day > %(year_ago)s), 0) AS spend_year,
               SUM(%(aged)s) FILTER (WHERE %(new_day)s) AS mass,
               COUNT(gap) FILTER (WHERE gap > 0) AS gap_count,
               SUM((gap * gap)::float8) AS gap_squares,
               SUM(gap * LN(gap::float8)) FILTER (WHERE gap > 0) AS gap_logs,
               PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap)
                   FILTER (WHERE gap > 0) AS gap_median
          FROM gapped
      GROUP BY customer
        """,
            orders=cte_orders(scope),
            # A second order of a day comes with a gap of 0.
            new_day=SQL("gap IS DISTINCT FROM 0"),
            year_ago=SQL("%s - 365", scope.asof),
            aged=sql_decay(SQL("%s - visit_day", scope.asof), _decay(scope)),
        ),
    )


def promo(scope):
    """What each customer was let off by discounts, with taxes."""
    return Step(
        PROMO,
        SQL(
            "SELECT customer, GREATEST(SUM(discount), 0) AS discount"
            " FROM (%s) line GROUP BY customer",
            SQL(" UNION ALL ").join(scope.env["relationship.purchase"]._promo_sources(scope)),
        ),
    )


def behaviour(scope):
    """How each customer behaves, as ``stats.rate`` and ``stats.bgnbd`` have it."""
    params = scope.params
    digits = scope.company.currency_id.decimal_places
    money = partial(sql_decimal, digits=digits)
    return Step(
        BEHAVIOUR,
        SQL(
            """
        WITH exposed AS (
            SELECT bought.*, promo.discount,
                   (%(asof)s - first_purchase)::float8 AS t,
                   (last_purchase - first_purchase)::float8 AS t_x,
                   (purchase_days - 1)::float8 AS x,
                   (last_purchase - first_purchase)::float8 AS gap_sum,
                   mass - %(aged_first)s AS x_w,
                   (1 - %(aged_first)s) / %(decay)s AS t_w
              FROM %(bought)s bought
         LEFT JOIN %(promo)s promo USING (customer)
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
        SELECT customer, spend, purchase_days, first_purchase, last_purchase,
               t::int AS tenure_days,
               %(asof)s - last_purchase AS recency_days,
               %(spend_total)s AS spend_total,
               %(spend_12m)s AS spend_12m,
               ROUND((spend / NULLIF(purchase_days, 0))::numeric, %(digits)s) AS spend_per_day,
               x_w AS x_weighted, t_w AS t_weighted,
               ga / (%(alpha)s + t_w) AS rate,
               ga / (%(alpha)s + t_w) * 365 AS rate_year,
               %(p_behaviour)s AS p_behaviour,
               %(p_alive)s AS p_alive,
               ROUND(%(expected)s * 10000) / 10000 AS expected_90d,
               gap_sum / NULLIF(gap_count, 0) AS gap_mean,
               gap_median,
               CASE WHEN gap_count >= 3 THEN
                   SQRT(GREATEST(gap_squares - gap_sum ^ 2 / gap_count, 0)
                       / (gap_count - 1)) / (gap_sum / gap_count)
               END AS gap_cv,
               (%(asof)s - last_purchase) / NULLIF(gap_median, 0) AS overdue_ratio,
               %(clumpiness)s AS clumpiness,
               COALESCE(discount / NULLIF(discount + GREATEST(spend, 0), 0), 0) AS promo_share
          FROM argued
        """,
            bought=SQL.identifier(BOUGHT),
            promo=SQL.identifier(PROMO),
            asof=scope.asof,
            decay=_decay(scope),
            aged_first=sql_decay(SQL("%s - first_purchase", scope.asof), _decay(scope)),
            r=SQL("%s::float8", params["r"]),
            alpha=SQL("%s::float8", params["alpha"]),
            theta=SQL("%s::float8", params["theta"]),
            spend_total=money(SQL("spend")),
            spend_12m=money(SQL("spend_year")),
            digits=digits,
            p_behaviour=_sql_p_behaviour(params),
            clumpiness=_sql_clumpiness(),
            **_sql_dropout(params),
        ),
        FIGURES,
        makes_customers=True,
    )


def _decay(scope):
    return SQL("%s::float8", math.log(2) / scope.params["half_life"])


def _sql_p_behaviour(params):
    """P(rate >= theta), the gamma posterior's upper tail."""
    longest = params["theta"] * (params["alpha"] + params["half_life"] / math.log(2))
    return SQL(
        "CASE WHEN purchase_days > 0 THEN %s END", sql_gamma_q(SQL("ga"), SQL("gx"), longest)
    )


def _sql_dropout(params):
    """P(alive) by MBG/NBD and purchases expected in 90 days by BG/NBD, once both are fitted.

    The hypergeometric function is taken after Euler's transformation, which leaves it
    small constants and never overflows: 2F1(A, B; C; z) = (1-z)^(C-A-B) 2F1(C-A, C-B; C; z).
    """
    bgnbd, mbgnbd = params.get("bgnbd"), params.get("mbgnbd")
    if not (bgnbd and mbgnbd):
        return {
            "bg_alpha": SQL("1.0"),
            "bg_a": SQL("0.0"),
            "bg_b": SQL("0.0"),
            "horizon": SQL("1.0"),
            "p_alive": SQL("NULL::float8"),
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
        "bg_alpha": number(alpha),
        "bg_a": number(a),
        "bg_b": number(b),
        "horizon": number(HORIZON_DAYS),
        # Of who bought once the model only knows that they didn't come back.
        "p_alive": SQL(
            "CASE WHEN purchase_days > 1 THEN 1 / (1 + %s) END",
            sql_exp(
                SQL(
                    "LN(%(a)s / (%(b)s + x))"
                    " + (%(r)s + x) * LN((%(alpha)s + t) / (%(alpha)s + t_x))",
                    a=number(m_a),
                    b=number(m_b),
                    r=number(m_r),
                    alpha=number(m_alpha),
                )
            ),
        ),
        "expected": SQL(
            """
            CASE WHEN purchase_days > 0 THEN
                bg_c / (%(a)s - 1) * (1 - POWER(1 - bg_z, %(a)s - 1) * (%(hyper)s))
                / (1 + CASE WHEN x > 0 THEN %(drop)s ELSE 0 END)
            END
            """,
            a=number(a),
            hyper=sql_hyp2f1(a + b - 1 - r, a - 1, SQL("bg_c"), SQL("bg_z"), min(terms, 200)),
            drop=sql_exp(
                SQL(
                    "LN(%(a)s / (%(b)s + x - 1))"
                    " + (%(r)s + x) * LN((%(alpha)s + t) / (%(alpha)s + t_x))",
                    a=number(a),
                    b=number(b),
                    r=number(r),
                    alpha=number(alpha),
                )
            ),
        ),
    }


def _sql_clumpiness():
    """Zhang, Bradlow & Small 2015: 1 + sum x ln x / ln(n + 1) over T + 1 days, with ends."""
    days = SQL("(t + 2)")
    return SQL(
        """
        CASE WHEN purchase_days > 1 AND t >= purchase_days THEN
            1 + ((COALESCE(gap_logs, 0) + (t - t_x + 1) * LN(t - t_x + 1)) / %(days)s
                 - LN(%(days)s)) / LN(purchase_days + 1)
        END
        """,
        days=days,
    )
