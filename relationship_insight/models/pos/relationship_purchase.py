from odoo import api, fields, models
from odoo.tools import SQL

from ...stats import bond

PAID_STATES = ("paid", "done", "invoiced")


class RelationshipPurchase(models.Model):
    _inherit = "relationship.purchase"

    _depends = {
        "pos.order": [
            "account_move",
            "amount_total",
            "company_id",
            "currency_rate",
            "date_order",
            "is_refund",
            "name",
            "partner_id",
            "state",
            "user_id",
        ],
        "pos.order.line": [
            "order_id",
            "price_subtotal_incl",
            "price_unit",
            "qty",
            "refunded_orderline_id",
        ],
    }

    channel = fields.Selection(selection_add=[("pos", "Point of Sale")])

    @api.model
    def _purchase_ctes(self, scope):
        return {
            "pos_back": self._sql_pos_back(scope),
            **({"ticket": self._sql_tickets(scope)} if scope.partners else {}),
            "ticket_back": SQL(
                """
                SELECT ticket_id, SUM(amount) AS amount,
                       MIN(partner_id) FILTER (WHERE ticket_partner_id IS NULL) AS partner_id
                  FROM pos_back WHERE NOT down_payment GROUP BY ticket_id
                """
            ),
            **super()._purchase_ctes(scope),
            "pos_return": SQL(
                "SELECT order_id, SUM(amount) AS amount FROM (%s) back GROUP BY order_id",
                SQL(" UNION ALL ").join(self._pos_order_returns()),
            ),
        }

    @api.model
    def _get_order_models(self):
        return [*super()._get_order_models(), "pos.order"]

    @api.model
    def _purchase_sources(self, scope):
        return super()._purchase_sources(scope) + [self._select_pos_orders(scope)]

    @api.model
    def _promo_sources(self, scope):
        """Add the lines of tickets, save those that settle a sale order, which has them too."""
        reward = self._sql_is_reward("pos.order.line", SQL("l"))
        settles = SQL("FALSE")
        if self._has_settling_tickets():
            settles = SQL(
                """
                (%(link)s IS NOT NULL AND EXISTS (
                    SELECT 1 FROM sale_order so WHERE so.id = %(link)s AND so.state = 'sale'))
                """,
                link=self._sql_line_link(SQL("l"), "sale_order_origin_id"),
            )
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
                let_off=self._sql_let_off(
                    self._sql_line_amount("l"),
                    SQL("l.price_unit * l.qty"),
                    self._sql_pos_discount(SQL("l"), SQL("o")),
                    reward,
                ),
                reward=reward,
                listed=self._sql_shows_discount(SQL("o")),
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
                let_off=self._sql_let_off(
                    SQL("back.amount"), SQL("back.gross"), SQL("back.discount"), SQL("back.reward")
                ),
                back=self._sql_pos_back(scope),
            ),
        ]

    @api.model
    def _served_sources(self, scope):
        staff, staff_join = self._sql_pos_staff()
        customer, partners = scope.entity(SQL("po.partner_id"))
        return super()._served_sources(scope) + [
            SQL(
                """
            SELECT %(customer)s AS customer, %(staff)s AS staff, %(day)s AS day
              FROM %(orders)s
              %(partners)s
              %(staff_join)s
             WHERE po.partner_id IS NOT NULL AND po.state IN %(states)s
               AND po.amount_total > 0 AND po.is_refund IS NOT TRUE
               AND po.date_order > %(until)s::timestamp - INTERVAL '%(days)s days'
               AND %(scope)s
            """,
                customer=customer,
                partners=partners,
                staff=staff,
                day=scope.local_day(SQL("po.date_order")),
                orders=scope.orders("pos_order", "po"),
                staff_join=staff_join,
                states=PAID_STATES,
                until=scope.until,
                days=bond.SERVED_DAYS,
                scope=scope.without("partners").sql(
                    SQL("po.date_order"), SQL("po.partner_id"), SQL("po.company_id")
                ),
            )
        ]

    @api.model
    def _select_pos_orders(self, scope):
        staff, staff_join = self._sql_pos_staff()
        return SQL(
            """
            SELECT po.id::bigint * 4 + 2 AS id, po.name AS reference, po.partner_id, po.company_id,
                   po.date_order AS date, po.amount / po.rate AS amount,
                   (po.amount + po.change) / po.rate AS net_amount,
                   po.is_refund OR po.amount < 0 AS is_refund,
                   'pos' AS channel, %(staff)s AS staff_id,
                   'pos.order' AS order_model, po.id AS order_id
              FROM (
                SELECT o.id, o.name, COALESCE(o.partner_id, changed.partner_id) AS partner_id,
                       o.company_id, o.date_order, o.user_id, %(cashier)s,
                       COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS rate,
                       CASE WHEN o.is_refund THEN -ABS(o.amount_total) ELSE o.amount_total END
                           ::float8 - COALESCE(changed.settled, 0) AS amount,
                       COALESCE(changed.amount, 0) AS change,
                       COALESCE(o.is_refund, FALSE) AS is_refund
                  FROM %(tickets)s o
             LEFT JOIN pos_change changed ON changed.order_id = o.id
                 WHERE o.state IN %(states)s AND changed.whole IS NOT TRUE AND %(scope)s
                OFFSET 0
              ) po
              %(staff_join)s
            """,
            states=PAID_STATES,
            scope=scope.without("partners").sql(
                SQL("o.date_order"), SQL("o.partner_id"), SQL("o.company_id")
            ),
            tickets=SQL("ticket" if scope.partners else "pos_order"),
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
    def _sql_tickets(self, scope):
        """SQL of the tickets of some customers, returns to them on unnamed tickets included."""
        return SQL(
            """
            SELECT o.* FROM %s
         UNION ALL
            SELECT o.* FROM pos_order o WHERE o.id IN (
                SELECT ticket_id FROM pos_back
                 WHERE ticket_partner_id IS NULL AND partner_id IS NOT NULL)
            """,
            scope.orders("pos_order", "o"),
        )

    @api.model
    def _sql_line_amount(self, alias):
        """Signed total of a POS line: its stored total is positive on some refunds."""
        line = SQL.identifier(alias)
        return SQL(
            "SIGN(%(line)s.qty) * SIGN(%(line)s.price_unit) * ABS(%(line)s.price_subtotal_incl)",
            line=line,
        )

    @api.model
    def _sql_pos_back(self, scope):
        """SQL of each line that a ticket (``ticket_id``) takes back of an order (``order_id``).

        ``amount`` is negative and in the currency of the till. ``counts``: the return is paid
        and within the scope. ``sale_order_id`` is the sale order the line had settled, if any,
        and ``down_payment`` tells that it had been a down payment on it.
        """
        # The order of the joins is fixed: from the lines given back, or from the customers.
        lines = SQL(
            """
            pos_order_line back
            CROSS JOIN LATERAL (
                SELECT * FROM pos_order_line o WHERE o.id = back.refunded_orderline_id OFFSET 0
            ) origin
            CROSS JOIN LATERAL (
                SELECT * FROM pos_order o WHERE o.id = origin.order_id OFFSET 0) sold
            """
        )
        if scope.partners:
            lines = SQL(
                """
                %s
                CROSS JOIN LATERAL (
                    SELECT * FROM pos_order_line o WHERE o.order_id = sold.id OFFSET 0) origin
                CROSS JOIN LATERAL (
                    SELECT * FROM pos_order_line o
                     WHERE o.refunded_orderline_id = origin.id OFFSET 0
                ) back
                """,
                scope.orders("pos_order", "sold"),
            )
        settling, join = self._sql_settling_join(SQL("origin"))
        return SQL(
            """
            SELECT back.order_id AS ticket_id, ticket.partner_id AS ticket_partner_id,
                   ticket.state IN %(states)s AND %(until)s AS counts,
                   %(amount)s::float8 AS amount, %(discount)s AS discount, %(reward)s AS reward,
                   back.price_unit * back.qty AS gross,
                   sold.id AS order_id, sold.partner_id, sold.company_id,
                   COALESCE(NULLIF(sold.currency_rate, 0), 1)::float8 AS rate, %(settling)s
              FROM %(lines)s
        CROSS JOIN LATERAL (SELECT * FROM pos_order o WHERE o.id = back.order_id OFFSET 0) ticket
              %(join)s
             WHERE back.refunded_orderline_id IS NOT NULL AND %(scope)s
            """,
            states=PAID_STATES,
            until=scope.without("partners", "company").sql(
                SQL("ticket.date_order"), SQL("NULL"), SQL("NULL")
            ),
            amount=self._sql_line_amount("back"),
            discount=self._sql_pos_discount(SQL("origin"), SQL("sold")),
            reward=self._sql_is_reward("pos.order.line", SQL("origin")),
            settling=settling,
            lines=lines,
            join=join,
            scope=scope.without("until", "partners").sql(
                SQL("NULL"), SQL("NULL"), SQL("sold.company_id")
            ),
        )

    @api.model
    def _pos_order_returns(self):
        """Return SELECTs (order_id, amount) of what came back of each ticket later.

        The amounts are negative and in the currency of the till.
        """
        return [SQL("SELECT order_id, amount FROM pos_back WHERE counts AND sale_order_id IS NULL")]
