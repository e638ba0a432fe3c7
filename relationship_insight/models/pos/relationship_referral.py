from odoo import api, models
from odoo.tools import SQL

from .relationship_purchase import PAID_STATES


class RelationshipReferral(models.Model):
    _inherit = "relationship.referral"

    @api.model
    def _select_stored_value(self, purchase):
        return [
            *super()._select_stored_value(purchase),
            SQL(
                """
            SELECT line.price_subtotal_incl / %(rate)s AS sold, given.amount / %(rate)s AS back
              FROM pos_order_line line
              JOIN pos_order o ON o.id = line.order_id
        CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(ABS(given.price_subtotal_incl)), 0) AS amount
                  FROM pos_order_line given
                  JOIN pos_order ticket ON ticket.id = given.order_id
                 WHERE given.refunded_orderline_id = line.id AND ticket.state IN %(paid)s
        ) given
             WHERE %(bought)s.order_model = 'pos.order' AND o.id = %(bought)s.order_id
               AND line.price_subtotal_incl > 0 AND %(is_stored)s
            """,
                bought=purchase,
                rate=self._sql_order_rate(),
                paid=PAID_STATES,
                is_stored=self._sql_is_stored_value(SQL("line.product_id")),
            ),
        ]
