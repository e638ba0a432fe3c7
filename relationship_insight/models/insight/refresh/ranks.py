from odoo.tools import SQL

from .classes import WHOLE
from .purchases import BEHAVIOUR
from .step import Step

ABOVE_ALL = 1e15
RANKED = "relationship_new_rank"
FIGURES = dict.fromkeys(("behaviour_pct", "rfm_recency", "rfm_frequency", "rfm_monetary"))


def ranked(grid=None):
    """Where each customer stands: among all others, or of a few in last night's grid."""
    return Step(RANKED, _exact() if grid is None else _in_grid(grid), FIGURES)


def _exact():
    """SELECT the mid-rank percentile of the rate and the RFM quintiles of all customers."""
    return SQL(
        """
        SELECT customer,
               CASE WHEN tenure_days >= 1 THEN
                   100 * (RANK() OVER (PARTITION BY tenure_days >= 1 ORDER BY rate)
                          + (COUNT(*) OVER (PARTITION BY tenure_days >= 1, rate) - 1) / 2.0 - 0.5)
                   / COUNT(*) OVER (PARTITION BY tenure_days >= 1)
               END AS behaviour_pct,
               %(recency)s AS rfm_recency, %(frequency)s AS rfm_frequency,
               %(monetary)s AS rfm_monetary
          FROM %(behaviour)s
         WHERE purchase_days > 0
        """,
        recency=_sql_fifth(SQL("last_purchase")),
        frequency=_sql_fifth(SQL("purchase_days")),
        monetary=_sql_fifth(SQL("spend")),
        behaviour=SQL.identifier(BEHAVIOUR),
    )


def _sql_fifth(column):
    """SQL of the fifth (1 to 5) of a column's average rank: equal values are in one fifth."""
    return SQL(
        """
        (1 + (2 * RANK() OVER (ORDER BY %(column)s) + COUNT(*) OVER (PARTITION BY %(column)s)
              - 2) * 5 / (2 * COUNT(*) OVER ()))::int
        """,
        column=column,
    )


def _in_grid(grid):
    """SELECT the place of a few customers among the thousandths of last night."""

    def place(column, bounds):
        if not bounds:
            return SQL("NULL::int")
        return SQL("WIDTH_BUCKET(%s::float8, %s::float8[]) + 1", column, bounds)

    rates = grid.get("rate") or []
    percentile = SQL("NULL::float8")
    if rates:
        percentile = SQL(
            """
            CASE WHEN tenure_days >= 1 THEN 50.0 * (
                WIDTH_BUCKET(rate * (1 - 1e-9), %(rates)s::float8[])
                + WIDTH_BUCKET(rate * (1 + 1e-9), %(rates)s::float8[])
            ) / %(n)s END
            """,
            rates=rates,
            n=len(rates),
        )
    return SQL(
        """
        SELECT customer, %(percentile)s AS behaviour_pct,
               %(recency)s AS rfm_recency, %(frequency)s AS rfm_frequency,
               %(monetary)s AS rfm_monetary
          FROM %(behaviour)s
         WHERE purchase_days > 0
        """,
        percentile=percentile,
        recency=place(SQL("(last_purchase - DATE '1970-01-01')"), grid.get("recency")),
        frequency=place(SQL("purchase_days"), grid.get("frequency")),
        monetary=place(SQL("spend"), grid.get("monetary")),
        behaviour=SQL.identifier(BEHAVIOUR),
    )


def read_grid(env):
    """Return tonight's distribution, by which single customers can be ranked in between."""
    [(rates, *bounds)] = env.execute_query(
        SQL(
            """
        SELECT (SELECT PERCENTILE_DISC(%(points)s::float8[]) WITHIN GROUP (ORDER BY rate)
                  FROM %(whole)s WHERE tenure_days >= 1), %(bounds)s
          FROM %(whole)s
         WHERE purchase_days > 0
        """,
            whole=SQL.identifier(WHOLE),
            points=[(point + 0.5) / 1000 for point in range(1000)],
            bounds=SQL(", ").join(
                SQL("(MIN(%s) FILTER (WHERE %s >= %s))::float8", value, SQL.identifier(fifth), step)
                for fifth, value in (
                    ("rfm_recency", SQL("(last_purchase - DATE '1970-01-01')")),
                    ("rfm_frequency", SQL("purchase_days")),
                    ("rfm_monetary", SQL("spend_total")),
                )
                for step in range(2, 6)
            ),
        )
    )
    # A fifth that nobody is in begins above everybody.
    bounds = [ABOVE_ALL if bound is None else bound for bound in bounds]
    return {
        "rate": rates or [],
        "recency": bounds[:4],
        "frequency": bounds[4:8],
        "monetary": bounds[8:],
    }
