from odoo import api, models
from odoo.tools import SQL


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
    def _sql_settling_join(self, line):
        """Return the columns ``sale_order_id`` and ``down_payment`` of a POS line, and their join.

        The line pays for that confirmed sale order, as goods or as a down payment.
        """
        if not self._has_settling_tickets():
            return SQL("NULL::int AS sale_order_id, FALSE AS down_payment"), SQL("")
        return (
            SQL(
                """
                paid.id AS sale_order_id,
                paid.id IS NOT NULL AND (%s IS NULL OR part.is_downpayment IS TRUE) AS down_payment
                """,
                self._sql_line_link(line, "sale_order_line_id"),
            ),
            SQL(
                """
                LEFT JOIN LATERAL (
                    SELECT id FROM sale_order so WHERE so.id = %s AND so.state = 'sale' OFFSET 0
                ) paid ON TRUE
                LEFT JOIN LATERAL (
                    SELECT is_downpayment FROM sale_order_line sol WHERE sol.id = %s OFFSET 0
                ) part ON TRUE
                """,
                self._sql_line_link(line, "sale_order_origin_id"),
                self._sql_line_link(line, "sale_order_line_id"),
            ),
        )

    @api.model
    def _purchase_ctes(self, scope):
        ctes = super()._purchase_ctes(scope)
        settled = SQL(
            "SELECT NULL::int AS order_id, 0::float8 AS amount, FALSE AS whole WHERE FALSE"
        )
        if self._has_settling_tickets():
            settled = self._sql_settled(scope)
        return {**ctes, "settled": settled, "pos_change": self._sql_pos_changes()}

    @api.model
    def _sql_pos_changes(self):
        """SQL of the tickets that aren't plain, a row for each: the many others join but once."""
        return SQL(
            """
            SELECT order_id, BOOL_OR(whole) AS whole, SUM(settled) AS settled,
                   SUM(amount) AS amount, MIN(partner_id) AS partner_id
              FROM (
                SELECT order_id, whole, amount AS settled, 0::float8 AS amount,
                       NULL::int AS partner_id
                  FROM settled
             UNION ALL
                SELECT ticket_id, NULL, 0, -amount, partner_id FROM ticket_back
             UNION ALL
                SELECT order_id, NULL, 0, amount, NULL FROM pos_return
              ) change
          GROUP BY order_id
            """
        )

    @api.model
    def _sql_settled(self, scope):
        """SQL of the part of each ticket that only settles a confirmed sale order.

        That is its lines, and the return of down payments. ``whole`` tells that nothing else was
        on the ticket.
        """
        line = SQL("l")
        link = self._sql_line_link(line, "sale_order_origin_id")
        lines = SQL("pos_order_line l")
        if scope.partners:
            lines = SQL(
                """
                ticket CROSS JOIN LATERAL (
                    SELECT * FROM pos_order_line o WHERE o.order_id = ticket.id OFFSET 0) l
                """
            )
        _columns, join = self._sql_settling_join(line)
        return SQL(
            """
            SELECT order_id, SUM(amount) AS amount, COUNT(*) = MIN((
                    SELECT COUNT(*) FROM pos_order_line every WHERE every.order_id = part.order_id
                   )) AS whole
              FROM (
                SELECT l.order_id, %(amount)s::float8 AS amount
                  FROM %(lines)s
                  %(join)s
                 WHERE %(link)s IS NOT NULL AND l.refunded_orderline_id IS NULL
                   AND paid.id IS NOT NULL
             UNION ALL
                SELECT ticket_id, amount FROM pos_back WHERE down_payment
              ) part
          GROUP BY order_id
            """,
            amount=self._sql_line_amount("l"),
            lines=lines,
            join=join,
            link=link,
        )

    @api.model
    def _sale_order_returns(self):
        return super()._sale_order_returns() + [
            SQL(
                """
            SELECT so.id, back.amount * COALESCE(NULLIF(so.currency_rate, 0), 1)::float8 / back.rate
              FROM pos_back back
              JOIN sale_order so ON so.id = back.sale_order_id
             WHERE back.counts AND NOT back.down_payment
            """
            )
        ]
