"""Shops, tills and customers to buy with, and what ``relationship.purchase`` must say of it all."""

import uuid
from collections import defaultdict

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.point_of_sale.tests.common import CommonPosTest

FIELDS = [
    "partner_id",
    "commercial_partner_id",
    "company_id",
    "date",
    "amount",
    "net_amount",
    "is_refund",
    "is_visit",
    "channel",
    "staff_id",
    "reference",
    "order_model",
    "order_id",
]


class PurchaseCase(CommonPosTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.env.user.group_ids += cls.env.ref("relationship_insight.group_relationship_relations")
        cls.relations = new_test_user(
            cls.env,
            "purchase_relations",
            company_id=cls.env.company.id,
            groups="base.group_user,relationship_insight.group_relationship_relations",
        )
        cls.has_pos_sale = "sale_order_origin_id" in cls.env["pos.order.line"]._fields
        cls.product = cls.ten_dollars_no_tax.product_variant_id
        cls.product.invoice_policy = "order"
        cls.taxed = cls.ten_dollars_with_10_excl.product_variant_id
        cls.taxed.invoice_policy = "order"
        cls.foreign = cls.setup_other_currency("HRK", rates=[("2017-01-01", 2.0)])
        cls.foreign_pricelist = cls.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": cls.foreign.id}
        )
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.firm = cls.env["res.partner"].create({"name": "Firm", "is_company": True})
        cls.contact = cls.env["res.partner"].create({"name": "Contact", "parent_id": cls.firm.id})

    # ------------------------------------------------------------
    # Flows
    # ------------------------------------------------------------

    @classmethod
    def _order(cls, *lines, partner=None, confirm=True, date=None, **vals):
        """Make a sale order of lines (price, quantity) or dicts."""
        lines = [
            line if isinstance(line, dict) else {"price_unit": line[0], "product_uom_qty": line[1]}
            for line in lines
        ]
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "tax_ids": False, **line})
                    for line in lines
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        if date:
            order.date_order = date
        return order

    @classmethod
    def _invoice(cls, order, final=False):
        order.order_line.filtered(lambda line: not line.is_downpayment).qty_delivered = 0
        invoice = order._create_invoices(final=final)
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, keep=None, post=True, date=None):
        """Credit an invoice by the wizard Odoo has for it; ``keep`` changes the draft first."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(
                active_model="account.move",
                active_ids=invoice.ids,
            )
            .create({"journal_id": invoice.journal_id.id, "reason": "returned"})
        )
        credit = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if date:
            credit.invoice_date = date
        if keep:
            keep(credit)
        if post:
            credit.action_post()
        return credit

    @classmethod
    def _session(cls, config=None):
        config = config or cls.pos_config_usd
        if not config.current_session_id:
            config.open_ui()
        return config.current_session_id

    @classmethod
    def _ticket(cls, *lines, partner=None, config=None, refund=False, date=None, **vals):
        """Send a paid ticket as the till does. Lines are (price, quantity) or dicts."""
        session = cls._session(config)
        sign = -1 if refund else 1
        commands = []
        for line in lines:
            if not isinstance(line, dict):
                line = {"price_unit": line[0], "qty": line[1]}
            amount = line["price_unit"] * line.get("qty", 1) * (1 - line.get("discount", 0) / 100)
            line = {
                "product_id": cls.product.id,
                "qty": 1,
                "discount": 0,
                "tax_ids": [],
                "pack_lot_ids": [],
                "uuid": str(uuid.uuid4()),
                **line,
                # The till stores the totals of a refund's lines with the ticket's sign.
                "price_subtotal": sign * amount,
                "price_subtotal_incl": sign * amount,
            }
            commands.append([0, 0, line])
        total = sign * sum(line[2]["price_subtotal_incl"] for line in commands)
        order = {
            "amount_paid": total,
            "amount_return": 0,
            "amount_tax": 0,
            "amount_total": total,
            "date_order": fields.Datetime.to_string(date or fields.Datetime.now()),
            "fiscal_position_id": False,
            "is_refund": refund,
            "partner_id": partner.id if partner else False,
            "pricelist_id": session.config_id.pricelist_id.id,
            "lines": commands,
            "name": f"Order {uuid.uuid4().hex[:8]}",
            "session_id": session.id,
            "user_id": cls.env.uid,
            "uuid": str(uuid.uuid4()),
            "state": "paid",
            "payment_ids": [
                [
                    0,
                    0,
                    {
                        "amount": total,
                        "name": fields.Datetime.now(),
                        "payment_method_id": session.config_id.payment_method_ids.filtered(
                            lambda method: not method.split_transactions
                        )[:1].id,
                    },
                ]
            ],
            **vals,
        }
        result = cls.env["pos.order"].sync_from_ui([order])
        uid = order.get("uuid") or result["pos.order"][-1]["uuid"]
        return cls.env["pos.order"].search([("uuid", "=", uid)])

    @classmethod
    def _give_back(cls, ticket, *quantities, partner=None, date=None, **vals):
        """Refund the lines of a ticket at the till, in these quantities."""
        lines = [
            {
                "price_unit": line.price_unit,
                "qty": -qty,
                "discount": line.discount,
                "refunded_orderline_id": line.id,
            }
            for line, qty in zip(ticket.lines, quantities)
            if qty
        ]
        return cls._ticket(
            *lines, partner=partner, config=ticket.config_id, refund=True, date=date, **vals
        )

    # ------------------------------------------------------------
    # Oracle
    # ------------------------------------------------------------

    def _expected(self):
        """Every purchase by plain reading of the orders, {(model, id): values}."""
        rows = {}
        env = self.env(su=True, context={"active_test": False})
        self._expect_sale_orders(env, rows)
        self._expect_pos_orders(env, rows)
        kept = self._expect_returns(env, rows)
        for key, values in rows.items():
            rate = values.pop("rate")
            gone = kept[key]
            if values.pop("linked", False):
                values["net_amount"] = 0
            else:
                values["net_amount"] = (values.pop("own") + gone) / rate
            values.pop("own", None)
            values["is_visit"] = not values["is_refund"] and values["net_amount"] > 0.005
            values["commercial_partner_id"] = values["partner_id"].commercial_partner_id
        return rows

    def _expect_sale_orders(self, env, rows):
        for order in env["sale.order"].search([("state", "=", "sale")]):
            rate = order.currency_rate or 1
            rows["sale.order", order.id] = {
                "partner_id": order.partner_id,
                "company_id": order.company_id,
                "date": order.date_order,
                "amount": order.amount_total / rate,
                "own": order.amount_total,
                "rate": rate,
                "is_refund": order.amount_total < 0,
                "channel": "sale",
                "staff_id": order.user_id.partner_id,
                "reference": order.name,
            }

    def _line_sum(self, line):
        sign = (line.qty > 0) - (line.qty < 0)
        price = (line.price_unit > 0) - (line.price_unit < 0)
        return sign * price * abs(line.price_subtotal_incl)

    def _settles(self, line):
        """The confirmed sale order a POS line pays for, and whether it is a down payment."""
        if not self.has_pos_sale or line.sale_order_origin_id.state != "sale":
            return self.env["sale.order"], False
        part = line.sale_order_line_id
        return line.sale_order_origin_id, not part or part.is_downpayment

    def _expect_pos_orders(self, env, rows):
        for ticket in env["pos.order"].search([("state", "in", ("paid", "done"))]):
            counted, linked, whole = ticket.amount_total, 0, bool(ticket.lines)
            if ticket.is_refund:
                counted = -abs(counted)
            for line in ticket.lines:
                origin = line.refunded_orderline_id
                order, down_payment = self._settles(origin or line)
                if order and (down_payment or not origin):
                    counted -= self._line_sum(line)
                    continue
                whole = False
                if origin:
                    linked += self._line_sum(line)
            if whole:
                continue
            rate = ticket.currency_rate or 1
            sold = ticket.lines.refunded_orderline_id.order_id
            partner = ticket.partner_id or sold.partner_id[:1]
            rows["pos.order", ticket.id] = {
                "partner_id": partner,
                "company_id": ticket.company_id,
                "date": ticket.date_order,
                "amount": counted / rate,
                "own": counted - linked,
                "rate": rate,
                "is_refund": ticket.is_refund or counted < 0,
                "channel": "pos",
                "staff_id": ticket.user_id.partner_id,
                "reference": ticket.name,
            }

    def _expect_returns(self, env, rows):
        """What came back of each order, in its own currency; adds the credit notes themselves."""
        gone = defaultdict(float)
        for line in env["pos.order.line"].search(
            [("refunded_orderline_id", "!=", False), ("order_id.state", "in", ("paid", "done"))]
        ):
            origin = line.refunded_orderline_id
            order, down_payment = self._settles(origin)
            if not order:
                gone["pos.order", origin.order_id.id] += self._line_sum(line)
            elif not down_payment:
                gone["sale.order", order.id] += (
                    self._line_sum(line) / origin.order_id.currency_rate * order.currency_rate
                )
        moves = env["account.move"].search(
            [("state", "=", "posted"), ("move_type", "in", ("out_refund", "out_invoice"))]
        )
        for move in moves:
            if move.move_type == "out_invoice" and move.reversed_entry_id.move_type != "out_refund":
                continue
            if env["pos.order"].search_count([("account_move", "=", move.id)]):
                continue
            self._expect_credit_note(env, rows, gone, move)
            self._expect_pos_credit(env, rows, gone, move)
        return gone

    def _expect_credit_note(self, env, rows, gone, move):
        sign = -1 if move.move_type == "out_refund" else 1
        rate = move.invoice_currency_rate or 1
        total, orders = 0, env["sale.order"]
        for line in move.invoice_line_ids:
            for part in line.sale_line_ids:
                order = part.order_id
                if order.state != "sale" or part.is_downpayment:
                    continue
                if line.quantity * part.product_uom_qty <= 0:
                    continue
                amount = sign * line.price_total
                total += amount / rate
                if move.currency_id != order.currency_id:
                    amount *= order.currency_rate / rate
                gone["sale.order", order.id] += amount
                orders |= order
        if orders:
            rows["account.move", move.id] = {
                "partner_id": orders[0].partner_id,
                "company_id": orders[0].company_id,
                "date": fields.Datetime.to_datetime(move.invoice_date).replace(hour=12),
                "amount": total,
                "linked": True,
                "rate": rate,
                "is_refund": True,
                "channel": "sale",
                "staff_id": orders[0].user_id.partner_id,
                "reference": move.name,
            }

    def _expect_pos_credit(self, env, rows, gone, move):
        tickets = (
            env["pos.order"].search([("account_move", "=", move.reversed_entry_id.id)])
            if move.reversed_entry_id
            else []
        )
        if not tickets or move.move_type != "out_refund":
            return
        whole = sum(self._line_sum(line) for line in tickets.lines)
        total = 0
        for line in tickets.lines:
            order, down_payment = self._settles(line)
            if down_payment:
                continue
            amount = -move.amount_total * self._line_sum(line) / whole
            total += amount
            key = ("sale.order", order.id) if order else ("pos.order", line.order_id.id)
            gone[key] += amount
        rows["account.move", move.id] = {
            "partner_id": tickets[0].partner_id,
            "company_id": tickets[0].company_id,
            "date": fields.Datetime.to_datetime(move.invoice_date).replace(hour=12),
            "amount": total / (move.invoice_currency_rate or 1),
            "linked": True,
            "rate": 1,
            "is_refund": True,
            "channel": "pos",
            "staff_id": tickets[0].user_id.partner_id,
            "reference": move.name,
        }

    def assertPurchases(self):
        """Hold every purchase of the database against the oracle; return them by (model, id)."""
        expected = self._expected()
        self.env["relationship.purchase"].invalidate_model()
        purchases = self.env["relationship.purchase"].sudo().search([])
        self.assertEqual(len(set(purchases.ids)), len(purchases), "ids must be unique")
        found = {(row.order_model, row.order_id): row for row in purchases}
        self.assertEqual(len(found), len(purchases), "an order counts once")
        self.assertEqual(set(found), set(expected))
        for key, values in expected.items():
            row = found[key]
            for name, value in values.items():
                if isinstance(value, float):
                    self.assertAlmostEqual(row[name], value, 2, f"{key}: {name}")
                else:
                    self.assertEqual(row[name], value, f"{key}: {name}")
        return found
