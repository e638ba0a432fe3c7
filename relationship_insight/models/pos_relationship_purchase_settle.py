from odoo import api, models
from odoo.tools import SQL

from .pos_relationship_purchase import PAID_STATES


class RelationshipPurchase(models.Model):
    """Tickets that settle a sale order, where the till can: the order counts, not the ticket."""

    _inherit = "relationship.purchase"

    @api.model
    def _has_settling_tickets(self):
        return "sale_order_origin_id" in self.env["pos.order.line"]._fields

    @api.model
    def _sql_line_link(self, line, name):
        """SQL of a link to the sale order that only exists where the till can settle one."""
        field = self.env["pos.order.line"]._fields[name]
        return SQL("%s.%s", line, SQL.identifier(name, to_flush=field))

    @api.model
    def _sql_is_settling(self, line):
        """SQL condition: this POS line pays for a confirmed sale order, which counts itself."""
        if not self._has_settling_tickets():
            return SQL("FALSE")
        return SQL(
            "EXISTS (SELECT 1 FROM sale_order paid WHERE paid.id = %s AND paid.state = 'sale')",
            self._sql_line_link(line, "sale_order_origin_id"))

    @api.model
    def _sql_is_down_payment(self, line):
        """SQL condition: this POS line is a down payment on a confirmed sale order."""
        if not self._has_settling_tickets():
            return SQL("FALSE")
        link = self._sql_line_link(line, "sale_order_line_id")
        return SQL(
            """
            (%(settling)s AND (%(link)s IS NULL OR EXISTS (
                SELECT 1 FROM sale_order_line part WHERE part.id = %(link)s AND part.is_downpayment)))
            """,
            settling=self._sql_is_settling(line), link=link)

    @api.model
    def _sql_settled(self, scope):
        """SQL of the part of each ticket that only settles a confirmed sale order.

        That is its lines, and the return of down payments. ``whole`` tells that nothing else was
        on the ticket.
        """
        if not self._has_settling_tickets():
            return SQL("SELECT NULL::int AS order_id, 0.0 AS amount, FALSE AS whole WHERE FALSE")
        line, origin = SQL("l"), SQL("origin")
        return SQL(
            """
            SELECT order_id, amount, lines = (
                    SELECT COUNT(*) FROM pos_order_line every WHERE every.order_id = part.order_id
                   ) AS whole
              FROM (
                SELECT order_id, SUM(amount) AS amount, COUNT(*) AS lines
                  FROM (
                    SELECT l.order_id, %(amount)s AS amount
                      FROM pos_order_line l
                     WHERE %(link)s IS NOT NULL AND l.refunded_orderline_id IS NULL
                       AND %(settling)s AND %(tickets)s
                 UNION ALL
                    SELECT l.order_id, %(amount)s
                      FROM pos_order_line l
                      JOIN pos_order_line origin ON origin.id = l.refunded_orderline_id
                     WHERE l.refunded_orderline_id IS NOT NULL AND %(origin_link)s IS NOT NULL
                       AND %(down_payment)s AND %(tickets)s
                  ) each_line
              GROUP BY order_id
              ) part
            """,
            amount=self._sql_line_amount("l"),
            link=self._sql_line_link(line, "sale_order_origin_id"),
            origin_link=self._sql_line_link(origin, "sale_order_origin_id"),
            settling=self._sql_is_settling(line),
            down_payment=self._sql_is_down_payment(origin),
            tickets=self._sql_tickets(SQL("l.order_id"), scope),
        )

    @api.model
    def _sale_order_returns(self, scope):
        if not self._has_settling_tickets():
            return super()._sale_order_returns(scope)
        origin = SQL("origin")
        link = self._sql_line_link(origin, "sale_order_origin_id")
        return super()._sale_order_returns(scope) + [SQL(
            """
            SELECT so.id, %(amount)s::float8 * COALESCE(NULLIF(so.currency_rate, 0), 1)::float8
                   / COALESCE(NULLIF(sold.currency_rate, 0), 1)::float8
              FROM pos_order_line back
              JOIN pos_order_line origin ON origin.id = back.refunded_orderline_id
              JOIN pos_order ticket ON ticket.id = back.order_id
              JOIN pos_order sold ON sold.id = origin.order_id
              JOIN sale_order so ON so.id = %(link)s
             WHERE back.refunded_orderline_id IS NOT NULL AND %(link)s IS NOT NULL
               AND ticket.state IN %(states)s AND %(settling)s AND NOT %(down_payment)s AND %(scope)s
            """,
            amount=self._sql_line_amount("back"),
            link=link,
            states=PAID_STATES,
            settling=self._sql_is_settling(origin),
            down_payment=self._sql_is_down_payment(origin),
            scope=scope.sql(
                SQL("ticket.date_order"), SQL("so.partner_id"), SQL("so.company_id")),
        )]
