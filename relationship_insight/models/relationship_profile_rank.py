from odoo import api, fields, models
from odoo.tools import SQL


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
                   NTILE(5) OVER (ORDER BY last_purchase, customer) AS rfm_recency,
                   NTILE(5) OVER (ORDER BY purchase_days, customer) AS rfm_frequency,
                   NTILE(5) OVER (ORDER BY spend_total, customer) AS rfm_monetary
              FROM relationship_new_behaviour
             WHERE purchase_days > 0
            """)

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
        row = self.env.execute_query(SQL(
            """
            SELECT (SELECT PERCENTILE_DISC(%(points)s::float8[]) WITHIN GROUP (ORDER BY rate)
                      FROM relationship_new WHERE tenure_days >= 1),
                   (SELECT PERCENTILE_DISC(%(fifths)s::float8[]) WITHIN GROUP (
                           ORDER BY first_purchase + (last_purchase - first_purchase))
                      FROM relationship_new WHERE purchase_days > 0),
                   (SELECT PERCENTILE_DISC(%(fifths)s::float8[]) WITHIN GROUP (
                           ORDER BY purchase_days)
                      FROM relationship_new WHERE purchase_days > 0),
                   (SELECT PERCENTILE_DISC(%(fifths)s::float8[]) WITHIN GROUP (ORDER BY spend_total)
                      FROM relationship_new WHERE purchase_days > 0)
            """,
            points=[(point + 0.5) / 1000 for point in range(1000)],
            fifths=[0.2, 0.4, 0.6, 0.8]))[0]
        rates, recency, frequency, monetary = row
        epoch = fields.Date.to_date("1970-01-01")
        calibration.rate_grid = {
            "rate": rates or [],
            "recency": [(day - epoch).days for day in recency or []],
            "frequency": [float(value) for value in frequency or []],
            "monetary": [float(value) for value in monetary or []],
        }
