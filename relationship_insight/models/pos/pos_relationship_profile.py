from odoo import api, models
from odoo.tools import SQL

from .relationship_purchase import PAID_STATES


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _promo_sources(self, scope):
        """Add the lines of tickets, save those that settle a sale order, which has them too."""
        Purchase = self.env["relationship.purchase"]
        reward = Purchase._sql_is_reward("pos.order.line", SQL("l"))
        settles = SQL("FALSE")
        if Purchase._has_settling_tickets():
            settles = SQL(
                """
                (%(link)s IS NOT NULL AND EXISTS (
                    SELECT 1 FROM sale_order so WHERE so.id = %(link)s AND so.state = 'sale'))
                """, link=Purchase._sql_line_link(SQL("l"), "sale_order_origin_id"))
        return super()._promo_sources(scope) + [
            SQL(
                """
                SELECT partner.commercial_partner_id AS customer,
                       %(let_off)s / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS discount
                  FROM %(orders)s
                  JOIN pos_order_line l ON l.order_id = o.id
                  JOIN res_partner partner ON partner.id = o.partner_id
                 WHERE o.state IN %(states)s AND (l.discount > 0 OR %(reward)s OR %(listed)s)
                   AND l.refunded_orderline_id IS NULL AND NOT %(settles)s AND %(scope)s
                """,
                let_off=Purchase._sql_let_off(
                    Purchase._sql_line_amount("l"), SQL("l.price_unit * l.qty"),
                    Purchase._sql_pos_discount(SQL("l"), SQL("o")), reward),
                reward=reward,
                listed=Purchase._sql_shows_discount(SQL("o")),
                orders=scope.orders("pos_order", "o"),
                states=PAID_STATES,
                settles=settles,
                scope=scope.sql(SQL("o.date_order"), SQL("o.partner_id"), SQL("o.company_id")),
            ),
            SQL(
                """
                SELECT partner.commercial_partner_id, %(let_off)s / back.rate
                  FROM (%(back)s) back
                  JOIN res_partner partner ON partner.id = back.partner_id
                 WHERE back.counts AND (back.discount > 0 OR back.reward)
                """,
                let_off=Purchase._sql_let_off(
                    SQL("back.amount"), SQL("back.gross"), SQL("back.discount"),
                    SQL("back.reward")),
                back=Purchase._sql_pos_back(scope),
            ),
        ]
