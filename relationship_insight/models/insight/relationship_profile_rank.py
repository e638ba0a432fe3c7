from odoo import api, models
from odoo.tools import SQL

ABOVE_ALL = 1e15


class RelationshipProfile(models.Model):
    """Where a customer stands among the others."""

    _inherit = "relationship.profile"

    @api.model
    def _query_exact_ranks(self):
        """SELECT the mid-rank percentile of the rate and the RFM quintiles of all customers."""
        return SQL(
            """
            SELECT customer,
                   CASE WHEN t >= 1 THEN
                       100 * (RANK() OVER (PARTITION BY t >= 1 ORDER BY rate)
                              + (COUNT(*) OVER (PARTITION BY t >= 1, rate) - 1) / 2.0 - 0.5)
                       / COUNT(*) OVER (PARTITION BY t >= 1)
                   END AS behaviour_pct,
                   %(recency)s AS rfm_recency, %(frequency)s AS rfm_frequency,
                   %(monetary)s AS rfm_monetary
              FROM relationship_new_behaviour
             WHERE purchase_days > 0
            """,
            recency=self._sql_fifth(SQL("last_purchase")),
            frequency=self._sql_fifth(SQL("purchase_days")),
            monetary=self._sql_fifth(SQL("spend_total")))

    @api.model
    def _sql_fifth(self, column):
        """SQL of the fifth (1 to 5) of a column's average rank: equal values are in one fifth."""
        return SQL(
            """
            (1 + (2 * RANK() OVER (ORDER BY %(column)s) + COUNT(*) OVER (PARTITION BY %(column)s)
                  - 2) * 5 / (2 * COUNT(*) OVER ()))::int
            """, column=column)

    @api.model
    def _query_grid_ranks(self, grid):
        """SELECT the place of a few customers among the thousandths of last night."""
        grid = grid or {}

        def place(column, bounds):
            if not bounds:
                return SQL("NULL::int")
            return SQL("WIDTH_BUCKET(%s::float8, %s::float8[]) + 1", column, bounds)

        rates = grid.get("rate") or []
        percentile = SQL("NULL::float8")
        if rates:
            percentile = SQL(
                """
                CASE WHEN t >= 1 THEN 50.0 * (
                    WIDTH_BUCKET(rate * (1 - 1e-9), %(rates)s::float8[])
                    + WIDTH_BUCKET(rate * (1 + 1e-9), %(rates)s::float8[])
                ) / %(n)s END
                """, rates=rates, n=len(rates))
        return SQL(
            """
            SELECT customer, %(percentile)s AS behaviour_pct,
                   %(recency)s AS rfm_recency, %(frequency)s AS rfm_frequency,
                   %(monetary)s AS rfm_monetary
              FROM relationship_new_behaviour
             WHERE purchase_days > 0
            """,
            percentile=percentile,
            recency=place(SQL("(last_purchase - DATE '1970-01-01')"), grid.get("recency")),
            frequency=place(SQL("purchase_days"), grid.get("frequency")),
            monetary=place(SQL("spend_total"), grid.get("monetary")))

    @api.model
    def _store_rate_grid(self, calibration):
        """Keep tonight's distribution, so that single customers can be ranked in between."""
        [(rates, *bounds)] = self.env.execute_query(SQL(
            """
            SELECT (SELECT PERCENTILE_DISC(%(points)s::float8[]) WITHIN GROUP (ORDER BY rate)
                      FROM relationship_new WHERE tenure_days >= 1), %(bounds)s
              FROM relationship_new
             WHERE purchase_days > 0
            """,
            points=[(point + 0.5) / 1000 for point in range(1000)],
            bounds=SQL(", ").join(
                SQL("(MIN(%s) FILTER (WHERE %s >= %s))::float8", value, SQL.identifier(fifth), step)
                for fifth, value in (
                    ("rfm_recency", SQL("(last_purchase - DATE '1970-01-01')")),
                    ("rfm_frequency", SQL("purchase_days")),
                    ("rfm_monetary", SQL("spend_total")))
                for step in range(2, 6))))
        # A fifth that nobody is in begins above everybody.
        bounds = [ABOVE_ALL if bound is None else bound for bound in bounds]
        calibration.rate_grid = {
            "rate": rates or [],
            "recency": bounds[:4], "frequency": bounds[4:8], "monetary": bounds[8:],
        }
