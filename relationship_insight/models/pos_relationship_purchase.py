from odoo import api, fields, models
from odoo.tools import SQL

PAID_STATES = ("paid", "done", "invoiced")


class RelationshipPurchase(models.Model):
    _inherit = "relationship.purchase"

    _depends = {
        "pos.order": [
            "account_move", "amount_total", "company_id", "currency_rate", "date_order",
            "is_refund", "name", "partner_id", "state", "user_id",
        ],
        "pos.order.line": [
            "order_id", "price_subtotal_incl", "price_unit", "qty", "refunded_orderline_id",
        ],
    }

    channel = fields.Selection(selection_add=[("pos", "Point of Sale")])

    @api.model
    def _purchase_sources(self, scope):
        return super()._purchase_sources(scope) + [
            self._select_pos_orders(scope)]

    @api.model
    def _select_pos_orders(self, scope):
        staff, staff_join = self._sql_pos_staff()
        return SQL(
            """
            SELECT po.id::bigint * 4 + 2 AS id, po.name AS reference, po.partner_id, po.company_id,
                   po.date_order AS date, po.amount / po.rate AS amount,
                   (po.amount - po.returning + COALESCE(back.amount, 0)) / po.rate AS net_amount,
                   po.is_refund OR po.amount < 0 AS is_refund,
                   'pos' AS channel, %(staff)s AS staff_id,
                   'pos.order' AS order_model, po.id AS order_id
              FROM (
                SELECT o.id, o.name, COALESCE(o.partner_id, returned.partner_id) AS partner_id,
                       o.company_id, o.date_order, o.user_id, %(cashier)s,
                       COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS rate,
                       (CASE WHEN o.is_refund THEN -ABS(o.amount_total) ELSE o.amount_total END
                           - COALESCE(settled.amount, 0))::float8 AS amount,
                       COALESCE(returned.amount, 0)::float8 AS returning,
                       COALESCE(o.is_refund, FALSE) AS is_refund, settled.whole
                  FROM pos_order o
             LEFT JOIN (%(settled)s) settled ON settled.order_id = o.id
             LEFT JOIN (%(returned)s) returned ON returned.order_id = o.id
                 WHERE o.state IN %(states)s AND %(scope)s AND %(tickets)s
              ) po
              %(staff_join)s
         LEFT JOIN (
                SELECT order_id, SUM(amount) AS amount
                  FROM (%(returns)s) each_return
              GROUP BY order_id
              ) back ON back.order_id = po.id
             WHERE po.whole IS NOT TRUE
            """,
            settled=self._sql_settled(scope),
            returned=self._sql_pos_returned(scope),
            returns=SQL(" UNION ALL ").join(self._pos_order_returns(scope)),
            states=PAID_STATES,
            scope=scope._replace(partners=None).sql(
                SQL("o.date_order"), SQL("o.partner_id"), SQL("o.company_id")),
            tickets=self._sql_tickets(SQL("o.id"), scope),
            staff=staff,
            staff_join=staff_join,
            cashier=self._sql_pos_cashier(),
        )

    @api.model
    def _sql_pos_cashier(self):
        """The cashier's column of ``pos_order``, where employees log in at the till."""
        if "employee_id" in self.env["pos.order"]._fields:
            return SQL("o.employee_id")
        return SQL("NULL::int AS employee_id")

    @api.model
    def _sql_pos_staff(self):
        """Return the SQL of the person who served, and the joins it needs."""
        user_join = SQL("LEFT JOIN res_users seller ON seller.id = po.user_id")
        if "employee_id" not in self.env["pos.order"]._fields:
            return SQL("seller.partner_id"), user_join
        return (
            SQL("COALESCE(cashier.work_contact_id, seller.partner_id)"),
            SQL("%s LEFT JOIN hr_employee cashier ON cashier.id = po.employee_id", user_join),
        )

    @api.model
    def _sql_tickets(self, column, scope):
        """SQL condition: the ticket is of these customers, or gives one of theirs back unnamed."""
        if not scope.partners:
            return SQL("TRUE")
        return SQL(
            """
            %(column)s IN (
                SELECT id FROM pos_order WHERE partner_id IN (%(partners)s)
             UNION ALL
                SELECT order_id FROM (%(returned)s) unnamed WHERE partner_id IS NOT NULL
            )
            """,
            column=column, partners=scope.partners, returned=self._sql_pos_returned(scope))

    @api.model
    def _sql_line_amount(self, alias):
        """Signed total of a POS line: its stored total is positive on some refunds."""
        line = SQL.identifier(alias)
        return SQL(
            "SIGN(%(line)s.qty) * SIGN(%(line)s.price_unit) * ABS(%(line)s.price_subtotal_incl)",
            line=line)

    @api.model
    def _sql_pos_returned(self, scope):
        """SQL of what each ticket gives back of other orders, and whose they were.

        ``amount`` is negative and in the currency of the till; ``partner_id`` is the customer a
        refund without one belongs to.
        """
        return SQL(
            """
            SELECT back.order_id, SUM(%(amount)s) AS amount,
                   MIN(sold.partner_id) FILTER (WHERE ticket.partner_id IS NULL) AS partner_id
              FROM pos_order_line back
              JOIN pos_order ticket ON ticket.id = back.order_id
              JOIN pos_order_line origin ON origin.id = back.refunded_orderline_id
              JOIN pos_order sold ON sold.id = origin.order_id
             WHERE back.refunded_orderline_id IS NOT NULL AND NOT %(down_payment)s AND %(scope)s
          GROUP BY back.order_id
            """,
            amount=self._sql_line_amount("back"),
            down_payment=self._sql_is_down_payment(SQL("origin")),
            scope=scope._replace(until=None).sql(
                SQL("NULL"), SQL("sold.partner_id"), SQL("sold.company_id")),
        )

    @api.model
    def _pos_order_returns(self, scope):
        """Return SELECTs (order_id, amount) of what came back of each ticket later.

        The amounts are negative and in the currency of the till.
        """
        returns = SQL(
            """
            SELECT origin.order_id, %(amount)s AS amount
              FROM pos_order_line back
              JOIN pos_order_line origin ON origin.id = back.refunded_orderline_id
              JOIN pos_order ticket ON ticket.id = back.order_id
              JOIN pos_order sold ON sold.id = origin.order_id
             WHERE back.refunded_orderline_id IS NOT NULL AND ticket.state IN %(states)s
               AND NOT %(settling)s AND %(scope)s
            """,
            amount=self._sql_line_amount("back"),
            states=PAID_STATES,
            settling=self._sql_is_settling(SQL("origin")),
            scope=scope.sql(
                SQL("ticket.date_order"), SQL("sold.partner_id"), SQL("sold.company_id")),
        )
        return [returns]
