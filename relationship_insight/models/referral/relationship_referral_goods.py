from odoo import api, models
from odoo.tools import SQL

# What these programmes sell is money kept for later, neither goods nor a service.
STORED_VALUE = ("gift_card", "ewallet")


class RelationshipReferral(models.Model):
    """How much of a purchase can earn a reward: that of goods or services."""

    _inherit = "relationship.referral"

    @api.model
    def _sql_stored_value(self, purchase):
        """SQL of one row: ``sold``, for gift cards and top-ups of a wallet, and ``back`` of it."""
        return SQL(
            """
            SELECT COALESCE(SUM(stored.sold), 0)::float8 AS sold,
                   COALESCE(SUM(stored.back), 0)::float8 AS back FROM (%s) stored
            """,
            SQL(" UNION ALL ").join(self._select_stored_value(purchase)),
        )

    @api.model
    def _select_stored_value(self, purchase):
        """Return a SELECT (sold, back), in the company's currency, for each model of orders."""
        return [
            SQL(
                """
            SELECT line.price_total / %(rate)s AS sold, credit.amount / %(rate)s AS back
              FROM sale_order_line line
              JOIN sale_order o ON o.id = line.order_id
        CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(given.price_total), 0) AS amount
                  FROM sale_order_line_invoice_rel rel
                  JOIN account_move_line given ON given.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = given.move_id
                 WHERE rel.order_line_id = line.id
                   AND move.move_type = 'out_refund' AND move.state = 'posted'
        ) credit
             WHERE %(bought)s.order_model = 'sale.order' AND o.id = %(bought)s.order_id
               AND line.price_total > 0 AND %(is_stored)s
            """,
                bought=purchase,
                rate=self._sql_order_rate(),
                is_stored=self._sql_is_stored_value(SQL("line.product_id")),
            )
        ]

    @api.model
    def _sql_order_rate(self):
        return SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)::float8")

    @api.model
    def _sql_is_stored_value(self, product):
        return SQL(
            """
            %s IN (
                SELECT sold.product_product_id FROM loyalty_rule_product_product_rel sold
                  JOIN loyalty_rule rule ON rule.id = sold.loyalty_rule_id
                  JOIN loyalty_program program ON program.id = rule.program_id
                 WHERE program.program_type IN %s)
            """,
            product,
            STORED_VALUE,
        )
