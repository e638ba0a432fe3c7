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
                   po.date_order AS date, po.amount,
                   po.amount + COALESCE(refund.amount, 0) AS net_amount,
                   po.amount < 0 AS is_refund, 'pos' AS channel, %(staff)s AS staff_id,
                   'pos.order' AS order_model, po.id AS order_id
              FROM (
                SELECT o.id, o.name, o.partner_id, o.company_id, o.date_order, o.user_id, %(cashier)s,
                       (CASE WHEN o.is_refund THEN -ABS(o.amount_total) ELSE o.amount_total END
                           - COALESCE(settled.amount, 0))::float8
                           / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS amount,
                       settled.whole
                  FROM pos_order o
             LEFT JOIN (%(settled)s) settled ON settled.order_id = o.id
                 WHERE o.state IN %(states)s AND %(scope)s
              ) po
              %(staff_join)s
         LEFT JOIN (%(refunds)s) refund ON refund.order_id = po.id
             WHERE po.whole IS NOT TRUE
            """,
            settled=self._sql_settled(),
            refunds=self._sql_pos_refunds(scope),
            states=PAID_STATES,
            scope=scope.sql(SQL("o.date_order"), SQL("o.partner_id"), SQL("o.company_id")),
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
    def _sql_line_amount(self, alias):
        """Signed total of a POS line: its stored total is positive on some refunds."""
        line = SQL.identifier(alias)
        return SQL(
            "SIGN(%(line)s.qty) * SIGN(%(line)s.price_unit) * ABS(%(line)s.price_subtotal_incl)",
            line=line)

    @api.model
    def _sql_settled(self):
        """SQL of what each POS order only settles of a confirmed sale order, which counts itself.

        ``whole`` tells that nothing else was on the ticket.
        """
        if "sale_order_origin_id" not in self.env["pos.order.line"]._fields:
            return SQL("SELECT NULL::int AS order_id, 0.0 AS amount, FALSE AS whole WHERE FALSE")
        return SQL(
            """
            SELECT settle.order_id, SUM(settle.amount) AS amount,
                   COUNT(*) = MIN((SELECT COUNT(*) FROM pos_order_line every
                                    WHERE every.order_id = settle.order_id)) AS whole
              FROM (
                SELECT l.order_id, %(amount)s AS amount
                  FROM pos_order_line l
                  JOIN sale_order so ON so.id = l.sale_order_origin_id AND so.state = 'sale'
                 WHERE l.sale_order_origin_id IS NOT NULL
             UNION ALL
                SELECT l.order_id, %(amount)s
                  FROM pos_order_line l
                  JOIN pos_order_line origin ON origin.id = l.refunded_orderline_id
                   AND origin.sale_order_origin_id IS NOT NULL
                   AND origin.sale_order_line_id IS NULL
                  JOIN sale_order so ON so.id = origin.sale_order_origin_id AND so.state = 'sale'
                 WHERE l.refunded_orderline_id IS NOT NULL AND l.sale_order_origin_id IS NULL
              ) settle
          GROUP BY settle.order_id
            """,
            amount=self._sql_line_amount("l"),
        )

    @api.model
    def _sql_pos_refunds(self, scope):
        """SQL of what came back of each POS order later (negative amounts)."""
        return SQL(
            """
            SELECT origin.order_id,
                   SUM(%(amount)s / COALESCE(NULLIF(o.currency_rate, 0), 1))::float8 AS amount
              FROM pos_order_line back
              JOIN pos_order_line origin ON origin.id = back.refunded_orderline_id
              JOIN pos_order o ON o.id = back.order_id
              JOIN pos_order sold ON sold.id = origin.order_id
             WHERE back.refunded_orderline_id IS NOT NULL
               AND o.state IN %(states)s AND %(scope)s
          GROUP BY origin.order_id
            """,
            amount=self._sql_line_amount("back"),
            states=PAID_STATES,
            scope=scope.sql(SQL("o.date_order"), SQL("sold.partner_id"), SQL("sold.company_id")),
        )

    @api.model
    def _sql_credit_not_elsewhere(self):
        return SQL(
            "%s AND NOT EXISTS (SELECT 1 FROM pos_order p WHERE p.account_move = move.id)",
            super()._sql_credit_not_elsewhere())
