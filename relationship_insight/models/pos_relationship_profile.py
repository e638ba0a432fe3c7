from odoo import api, models
from odoo.tools import SQL

from .pos_relationship_purchase import PAID_STATES


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _promo_sources(self, scope):
        """Add the lines of tickets, save those that settle a sale order, which has them too."""
        Purchase = self.env["relationship.purchase"]
        amount = Purchase._sql_line_amount("l")
        return super()._promo_sources(scope) + [SQL(
            """
            SELECT partner.commercial_partner_id AS customer,
                   %(let_off)s / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS discount
              FROM pos_order_line l
              JOIN pos_order o ON o.id = l.order_id AND o.state IN %(states)s
         LEFT JOIN pos_order_line origin ON origin.id = l.refunded_orderline_id
         LEFT JOIN pos_order sold ON sold.id = origin.order_id
              JOIN res_partner partner ON partner.id = COALESCE(o.partner_id, sold.partner_id)
             WHERE l.discount > 0 AND (l.refunded_orderline_id IS NOT NULL OR NOT %(settling)s)
               AND %(scope)s AND %(tickets)s
            """,
            let_off=Purchase._sql_let_off(
                amount, SQL("l.price_unit * l.qty"), SQL("l.discount")),
            states=PAID_STATES,
            settling=Purchase._sql_is_settling(SQL("l")),
            scope=scope._replace(partners=None).sql(
                SQL("o.date_order"), SQL("o.partner_id"), SQL("o.company_id")),
            tickets=Purchase._sql_tickets(SQL("o.id"), scope),
        )]
