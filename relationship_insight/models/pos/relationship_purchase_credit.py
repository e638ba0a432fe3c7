from odoo import api, models
from odoo.tools import SQL

from .relationship_purchase import PAID_STATES


class RelationshipPurchase(models.Model):
    """Credit notes the office makes for tickets that were invoiced at the till."""

    _inherit = "relationship.purchase"

    _depends = {
        "account.move": ["amount_total"],
    }

    @api.model
    def _purchase_ctes(self, scope):
        return {"pos_credit": self._sql_pos_credits(scope), **super()._purchase_ctes(scope)}

    @api.model
    def _purchase_sources(self, scope):
        return super()._purchase_sources(scope) + [self._select_pos_credit_notes()]

    @api.model
    def _select_pos_credit_notes(self):
        return SQL(
            """
            SELECT credit.move_id::bigint * 4 + 1 AS id, MIN(credit.reference) AS reference,
                   MIN(credit.partner_id) AS partner_id, MIN(credit.company_id) AS company_id,
                   MIN(credit.date) AS date, SUM(credit.amount / credit.move_rate) AS amount,
                   0 AS net_amount, TRUE AS is_refund, 'pos' AS channel,
                   MIN(seller.partner_id) AS staff_id, 'account.move' AS order_model,
                   credit.move_id AS order_id
              FROM pos_credit credit
         LEFT JOIN res_users seller ON seller.id = credit.user_id
          GROUP BY credit.move_id
            """
        )

    @api.model
    def _sql_pos_credits(self, scope):
        """SQL of what such a credit note gave back of each line sold (negative amounts).

        It is spread over the lines by their amounts, as it does not name them.
        """
        columns, join = self._sql_settling_join(SQL("l"))
        return SQL(
            """
            SELECT *
              FROM (
                SELECT move.id AS move_id, move.name AS reference, sold.partner_id,
                       sold.company_id, move.invoice_date + TIME '12:00' AS date, sold.user_id,
                       sold.id AS order_id,
                       COALESCE(NULLIF(sold.currency_rate, 0), 1)::float8 AS rate,
                       COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)::float8 AS move_rate,
                       -move.amount_total::float8 * %(amount)s::float8
                           / NULLIF(SUM(%(amount)s) OVER (PARTITION BY move.id), 0)::float8
                           AS amount,
                       %(columns)s
                  FROM %(orders)s
                  JOIN account_move move ON move.reversed_entry_id = sold.account_move
                  JOIN pos_order_line l ON l.order_id = sold.id
                  %(join)s
                 WHERE move.move_type = 'out_refund' AND move.state = 'posted'
                   AND sold.state IN %(states)s AND %(not_elsewhere)s AND %(scope)s
              ) each_line
             WHERE amount IS NOT NULL AND NOT down_payment
            """,
            orders=scope.orders("pos_order", "sold"),
            amount=self._sql_line_amount("l"),
            columns=columns,
            join=join,
            states=PAID_STATES,
            not_elsewhere=self._sql_credit_not_elsewhere(),
            scope=scope.sql(
                SQL("move.invoice_date + TIME '12:00'"),
                SQL("sold.partner_id"),
                SQL("sold.company_id"),
            ),
        )

    @api.model
    def _pos_order_returns(self):
        return super()._pos_order_returns() + [
            SQL("SELECT order_id, amount FROM pos_credit WHERE sale_order_id IS NULL")
        ]

    @api.model
    def _sale_order_returns(self):
        return super()._sale_order_returns() + [
            SQL(
                """
            SELECT so.id,
                   credit.amount * COALESCE(NULLIF(so.currency_rate, 0), 1)::float8 / credit.rate
              FROM pos_credit credit
              JOIN sale_order so ON so.id = credit.sale_order_id
            """
            )
        ]

    @api.model
    def _sql_credit_not_elsewhere(self):
        """Leave out the credit notes of refunds made at the till: the ticket counts."""
        return SQL(
            "%s AND NOT EXISTS (SELECT 1 FROM pos_order p WHERE p.account_move = move.id)",
            super()._sql_credit_not_elsewhere(),
        )
