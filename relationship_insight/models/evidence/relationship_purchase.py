from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.scope import Scope
from ...tools.sql_kept import sql_kept


class RelationshipPurchase(models.Model):
    """Every purchase of every customer: sale orders and what they returned.

    Nothing is stored. Each source is a SELECT of its own, see ``_purchase_sources``.
    """

    _name = "relationship.purchase"
    _description = "Purchase"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reference"

    reference = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", string="Customer Entity", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Datetime(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="With taxes, in the company's currency; what came back is negative."
    )
    net_amount = fields.Monetary(
        string="Kept", readonly=True, help="The amount less what was returned of this order later."
    )
    is_refund = fields.Boolean(string="Refund", readonly=True)
    is_visit = fields.Boolean(
        string="Counts as Visit",
        readonly=True,
        help="Something was paid and not all of it was returned.",
    )
    channel = fields.Selection([("sale", "Sales Order")], readonly=True)
    staff_id = fields.Many2one("res.partner", readonly=True)
    order_model = fields.Char(string="Order Type", readonly=True)
    order_id = fields.Many2oneReference(model_field="order_model", readonly=True)

    _depends = {
        "account.move": [
            "currency_id",
            "invoice_currency_rate",
            "invoice_date",
            "move_type",
            "name",
            "reversed_entry_id",
            "state",
        ],
        "account.move.line": [
            "discount",
            "move_id",
            "price_total",
            "price_unit",
            "quantity",
            "sale_line_ids",
        ],
        "res.partner": ["commercial_partner_id"],
        "sale.order": [
            "amount_total",
            "company_id",
            "currency_id",
            "currency_rate",
            "date_order",
            "name",
            "partner_id",
            "state",
            "user_id",
        ],
        "sale.order.line": ["is_downpayment", "order_id", "product_uom_qty"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT source.id, source.reference, source.partner_id,
                   partner.commercial_partner_id, source.company_id, company.currency_id,
                   source.date, source.amount, source.net_amount, source.is_refund,
                   %(kept)s AS is_visit,
                   source.channel, source.staff_id, source.order_model, source.order_id
              FROM (%(sources)s) source
              JOIN res_company company ON company.id = source.company_id
         LEFT JOIN res_partner partner ON partner.id = source.partner_id
            """,
            sources=self._purchase_union(Scope()),
            kept=sql_kept(SQL("source")),
        )

    @api.model
    def _purchase_union(self, scope):
        """Return the SQL of all purchase sources within a ``Scope``."""
        return SQL(
            "WITH %s %s",
            SQL(", ").join(
                SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
                for name, query in self._purchase_ctes(scope).items()
            ),
            SQL(" UNION ALL ").join(self._purchase_sources(scope)),
        )

    @api.model
    def _purchase_ctes(self, scope):
        """Return {name: SELECT} of what the sources share, each read once. Others add theirs."""
        return {
            "credit": self._sql_credits(scope),
            "sale_return": SQL(
                "SELECT sale_order_id, SUM(amount) AS amount FROM (%s) back GROUP BY sale_order_id",
                SQL(" UNION ALL ").join(self._sale_order_returns()),
            ),
        }

    @api.model
    def _purchase_sources(self, scope):
        """Return one SELECT per source, all with the same columns. Other addons append theirs."""
        return [self._select_sale_orders(scope), self._select_credit_notes()]

    @api.model
    def _get_order_models(self):
        """Return the models whose records are purchases. Other addons append theirs."""
        return ["sale.order"]

    @api.model
    def _select_sale_orders(self, scope):
        return SQL(
            """
            SELECT so.id::bigint * 4 AS id, so.name AS reference, so.partner_id, so.company_id,
                   so.date_order AS date,
                   so.amount_total::float8 / %(rate)s AS amount,
                   (so.amount_total::float8 + COALESCE(back.amount, 0)) / %(rate)s AS net_amount,
                   so.amount_total < 0 AS is_refund,
                   'sale' AS channel, seller.partner_id AS staff_id,
                   'sale.order' AS order_model, so.id AS order_id
              FROM %(orders)s
         LEFT JOIN res_users seller ON seller.id = so.user_id
         LEFT JOIN sale_return back ON back.sale_order_id = so.id
             WHERE so.state = 'sale' AND %(scope)s
            """,
            orders=scope.orders("sale_order", "so"),
            rate=SQL("COALESCE(NULLIF(so.currency_rate, 0), 1)::float8"),
            scope=scope.sql(SQL("so.date_order"), SQL("so.partner_id"), SQL("so.company_id")),
        )

    @api.model
    def _sale_order_returns(self):
        """Return SELECTs (sale_order_id, amount) of what came back of confirmed orders.

        The amounts are negative and in the order's currency, so that an order returned in full
        comes to zero whatever happened to the rate since.
        """
        return [SQL("SELECT sale_order_id, order_amount AS amount FROM credit")]

    @api.model
    def _select_credit_notes(self):
        return SQL(
            """
            SELECT move_id::bigint * 4 + 1 AS id, MIN(reference) AS reference,
                   MIN(partner_id) AS partner_id, MIN(company_id) AS company_id,
                   MIN(date) AS date, SUM(amount) AS amount, 0 AS net_amount, TRUE AS is_refund,
                   'sale' AS channel, MIN(staff_id) AS staff_id, 'account.move' AS order_model,
                   move_id AS order_id
              FROM credit
          GROUP BY move_id
            """
        )

    @api.model
    def _sql_credits(self, scope):
        """SQL of what posted credit notes gave back of each confirmed order (negative amounts).

        An invoice that takes a credit note back counts with the opposite sign. Down payments are
        left out, since the order itself counts in full, and so are credit notes that merely bill
        lines ordered with a negative quantity.
        """
        sign = SQL("CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END")
        return SQL(
            """
            SELECT move.id AS move_id, MIN(move.name) AS reference,
                   MIN(move.invoice_date + TIME '12:00') AS date, so.id AS sale_order_id,
                   MIN(so.partner_id) AS partner_id, MIN(so.company_id) AS company_id,
                   MIN(seller.partner_id) AS staff_id, SUM(%(signed)s / %(rate)s) AS amount,
                   SUM(%(signed)s * CASE WHEN move.currency_id = so.currency_id THEN 1
                       ELSE COALESCE(NULLIF(so.currency_rate, 0), 1)::float8 / %(rate)s END)
                       AS order_amount,
                   SUM(%(sign)s * %(let_off)s / %(rate)s) AS let_off
              FROM %(orders)s
              JOIN sale_order_line sol ON sol.order_id = so.id
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
              JOIN account_move_line aml ON aml.id = rel.invoice_line_id
              JOIN account_move move ON move.id = aml.move_id
         LEFT JOIN res_users seller ON seller.id = so.user_id
             WHERE so.state = 'sale' AND move.state = 'posted' AND %(credit)s
               AND sol.is_downpayment IS NOT TRUE AND aml.quantity * sol.product_uom_qty > 0
               AND %(not_elsewhere)s AND %(scope)s
          GROUP BY move.id, so.id
            """,
            orders=scope.orders("sale_order", "so"),
            sign=sign,
            signed=SQL("%s * aml.price_total::float8", sign),
            let_off=self._sql_let_off(
                SQL("aml.price_total"),
                SQL("aml.price_unit * aml.quantity"),
                SQL("aml.discount"),
                self._sql_is_reward("sale.order.line", SQL("sol")),
            ),
            rate=SQL("COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)::float8"),
            credit=SQL(
                """
                (move.move_type = 'out_refund' OR move.move_type = 'out_invoice'
                    AND move.reversed_entry_id IN (
                        SELECT id FROM account_move WHERE move_type = 'out_refund'))
                """
            ),
            not_elsewhere=self._sql_credit_not_elsewhere(),
            scope=scope.sql(
                SQL("move.invoice_date + TIME '12:00'"), SQL("so.partner_id"), SQL("so.company_id")
            ),
        )

    @api.model
    def _promo_sources(self, scope):
        """Return SELECTs (customer, discount): what lines let off, and what went back with them.

        Other addons append theirs.
        """
        reward = self._sql_is_reward("sale.order.line", SQL("l"))
        return [
            SQL(
                """
                SELECT partner.commercial_partner_id AS customer,
                       %(let_off)s / COALESCE(NULLIF(so.currency_rate, 0), 1)::float8 AS discount
                  FROM %(orders)s
                  JOIN sale_order_line l ON l.order_id = so.id
                  JOIN res_partner partner ON partner.id = so.partner_id
                 WHERE so.state = 'sale' AND (l.discount > 0 OR %(reward)s) AND %(scope)s
                """,
                let_off=self._sql_let_off(
                    SQL("l.price_total"),
                    SQL("l.price_unit * l.product_uom_qty"),
                    SQL("l.discount"),
                    reward,
                ),
                reward=reward,
                orders=scope.orders("sale_order", "so"),
                scope=scope.sql(SQL("so.date_order"), SQL("so.partner_id"), SQL("so.company_id")),
            ),
            SQL(
                """
                SELECT partner.commercial_partner_id AS customer, credit.let_off AS discount
                  FROM (%s) credit
                  JOIN res_partner partner ON partner.id = credit.partner_id
                """,
                self._sql_credits(scope),
            ),
        ]

    @api.model
    def _served_sources(self, scope):
        """Return SELECTs (customer, staff, day) of orders served face to face. Others add some."""
        return [
            SQL("SELECT NULL::int AS customer, NULL::int AS staff, NULL::date AS day WHERE FALSE")
        ]

    @api.model
    def _sql_let_off(self, total, gross, discount, reward):
        """SQL of the money saved on a line of this total: by a discount in percent, or a reward.

        :param reward: SQL that tells a line which is nothing but a discount on the others
        """
        return SQL(
            """
            (CASE WHEN %(reward)s THEN -%(total)s
                  WHEN %(discount)s < 100 THEN %(total)s * %(discount)s / (100 - %(discount)s)
                  WHEN %(discount)s = 100 THEN %(gross)s ELSE 0 END)::float8
            """,
            total=total,
            gross=gross,
            reward=reward,
            discount=SQL("COALESCE(%s, 0)", discount),
        )

    @api.model
    def _sql_is_reward(self, model, line):
        """SQL that tells a line which lets off what others cost: promotion, coupon, loyalty points
        or discount on the whole order. Gift cards and wallets are money, not discounts.
        """
        products = [
            SQL(
                "SELECT %s FROM %s WHERE %s IS NOT NULL",
                *map(SQL.identifier, (field, self.env[owner]._table, field)),
            )
            for owner, field in self._discount_products(model)
            if owner in self.env and field in self.env[owner]._fields
        ]
        tests = [SQL("%s.product_id IN (%s)", line, product) for product in products]
        if "reward_id" in self.env[model]._fields:
            tests.append(
                SQL(
                    """
                %s.reward_id IN (
                    SELECT reward.id FROM loyalty_reward reward
                      JOIN loyalty_program program ON program.id = reward.program_id
                     WHERE program.program_type NOT IN ('gift_card', 'ewallet'))
                """,
                    line,
                )
            )
        return SQL("(%s) IS TRUE", SQL(" OR ").join(tests or [SQL("FALSE")]))

    @api.model
    def _discount_products(self, model):
        """Return (model, field) of the products that stand for a discount on a whole order."""
        return [("res.company", "sale_discount_product_id")]

    @api.model
    def _sql_credit_not_elsewhere(self):
        """Hook: SQL that leaves out the credit notes (``move``) another source counts already."""
        return SQL("TRUE")

    def action_open_order(self):
        """Open the order behind this purchase, for those who may read it."""
        self.ensure_one()
        if not self.env[self.order_model].browse(self.order_id).has_access("read"):
            raise UserError(
                self.env._("This order is for those who work with such orders: ask one of them.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.order_model,
            "res_id": self.order_id,
            "view_mode": "form",
        }
