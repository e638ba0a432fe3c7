from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.tests.common_purchase import FIELDS, PurchaseCase
from odoo.addons.relationship_insight.tools.scope import Scope


@tagged("post_install", "-at_install")
class TestPurchase(PurchaseCase):
    def _rows(self, *records):
        """(amount, kept, refund, visit) of the purchases of these documents, None if not one."""
        found = self.assertPurchases()
        result = []
        for record in records:
            row = found.get((record._name, record.id))
            result.append(
                row
                and (round(row.amount, 2), round(row.net_amount, 2), row.is_refund, row.is_visit)
            )
        return result

    def test_sale_orders(self):
        """Confirmed orders count, drafts and cancelled ones don't, zero is no visit."""
        confirmed = self._order((10, 3), partner=self.contact)
        draft = self._order((10, 1), confirm=False)
        sent = self._order((10, 1), confirm=False)
        sent.action_quotation_sent()
        cancelled = self._order((10, 1))
        cancelled._action_cancel()
        zero = self._order((0, 1))
        taxed = self._order(
            {
                "product_id": self.taxed.id,
                "tax_ids": [Command.set(self.tax_ten_excl.ids)],
                "price_unit": 100,
                "product_uom_qty": 1,
            }
        )
        self.assertEqual(
            self._rows(confirmed, draft, sent, cancelled, zero, taxed),
            [
                (30, 30, False, True),
                None,
                None,
                None,
                (0, 0, False, False),
                (110, 110, False, True),
            ],
        )
        row = self.env["relationship.purchase"].search([("order_id", "=", confirmed.id)])
        self.assertEqual(row.partner_id, self.contact)
        self.assertEqual(row.commercial_partner_id, self.firm)
        self.assertEqual(row.currency_id, self.env.company.currency_id)
        self.assertEqual(row.action_open_order()["res_id"], confirmed.id)

    def test_credit_notes(self):
        """Posted credit notes are refunds of their day; a full one takes the visit away."""
        full, part, draft, taken_back = (self._order((10, 4)) for _i in range(4))
        whole = self._credit(self._invoice(full))

        def keep_one(credit):
            credit.invoice_line_ids.quantity = 1

        one = self._credit(self._invoice(part), keep=keep_one)
        unposted = self._credit(self._invoice(draft), post=False)
        undone = self._credit(self._invoice(taken_back))
        again = undone._reverse_moves([{"invoice_date": undone.invoice_date}], cancel=True)
        self.assertEqual(
            self._rows(full, whole, part, one, draft, unposted, taken_back, undone, again),
            [
                (40, 0, False, False),
                (-40, 0, True, False),
                (40, 30, False, True),
                (-10, 0, True, False),
                (40, 40, False, True),
                None,
                (40, 40, False, True),
                (-40, 0, True, False),
                (40, 0, True, False),
            ],
        )
        one.button_draft()
        self.assertEqual(self._rows(part, one), [(40, 40, False, True), None])

    def test_credit_note_of_several_orders(self):
        first, second = self._order((10, 1)), self._order((10, 2))
        invoice = (first | second)._create_invoices()
        invoice.action_post()
        credit = self._credit(invoice)
        self.assertEqual(
            self._rows(first, second, credit),
            [(10, 0, False, False), (20, 0, False, False), (-30, 0, True, False)],
        )

    def test_negative_lines(self):
        """A discount line stays within its order; a returning order is a refund, billed or not."""
        discounted = self._order((100, 1), (-15, 1))
        credit = self._credit(self._invoice(discounted))
        returning = self._order((100, -1), (30, 1))
        billed = returning._create_invoices(final=True)
        billed.action_post()
        self.assertEqual(billed.move_type, "out_refund")
        self.assertEqual(
            self._rows(discounted, credit, returning, billed),
            [(85, 0, False, False), (-85, 0, True, False), (-70, -70, True, False), None],
        )

    def test_down_payment_of_sale_order(self):
        """Down payments and their credit notes change nothing: the order counts in full."""
        order = self._order((100, 1))
        invoices = (
            self.env["sale.advance.payment.inv"]
            .with_context(
                active_model="sale.order",
                active_ids=order.ids,
            )
            .create({"advance_payment_method": "fixed", "fixed_amount": 40})
        )
        invoices.create_invoices()
        order.invoice_ids.action_post()
        credit = self._credit(order.invoice_ids)
        self.assertEqual(self._rows(order, credit), [(100, 100, False, True), None])

    def test_pos_orders(self):
        """Paid tickets count, open and cancelled ones don't, those of nobody have no customer."""
        paid = self._ticket((10, 2), partner=self.customer)
        anonymous = self._ticket((10, 1))
        invoiced = self._ticket((10, 1), partner=self.customer, to_invoice=True)
        self.assertEqual(invoiced.state, "done")
        draft = self._ticket((10, 1), partner=self.customer, state="draft")
        cancelled = self._ticket((10, 1), partner=self.customer, state="draft")
        cancelled.state = "cancel"
        discount = self._ticket((10, 3), (-4, 1), partner=self.contact)
        zero = self._ticket((0, 1), partner=self.customer)
        self.assertEqual(
            self._rows(paid, anonymous, invoiced, draft, cancelled, discount, zero),
            [
                (20, 20, False, True),
                (10, 10, False, True),
                (10, 10, False, True),
                None,
                None,
                (26, 26, False, True),
                (0, 0, False, False),
            ],
        )
        row = self.env["relationship.purchase"].search(
            [("order_model", "=", "pos.order"), ("order_id", "=", anonymous.id)]
        )
        self.assertFalse(row.partner_id or row.commercial_partner_id)

    def test_pos_closed_session(self):
        """Closing the till changes no purchase."""
        ticket = self._ticket((10, 2), partner=self.customer)
        before = self._rows(ticket)
        session = ticket.session_id
        session.post_closing_cash_details(20)
        session.close_session_from_ui()
        self.assertEqual(ticket.state, "done")
        self.assertEqual(self._rows(ticket), before)

    def test_pos_refunds(self):
        """A refund belongs to the customer of the ticket it refunds, named on it or not."""
        full = self._ticket((10, 2), (5, 1), partner=self.customer)
        back = self._give_back(full, 2, 1, partner=self.customer)
        part = self._ticket((10, 3), partner=self.customer)
        unnamed = self._give_back(part, 1)
        rest = self._give_back(part, 2)
        invoiced = self._ticket((10, 3), partner=self.customer, to_invoice=True)
        credited = self._give_back(invoiced, 1, partner=self.customer, to_invoice=True)
        self.assertEqual(credited.account_move.move_type, "out_refund")
        self.assertEqual(
            self._rows(full, back, part, unnamed, rest, invoiced, credited, credited.account_move),
            [
                (25, 0, False, False),
                (-25, 0, True, False),
                (30, 0, False, False),
                (-10, 0, True, False),
                (-20, 0, True, False),
                (30, 20, False, True),
                (-10, 0, True, False),
                None,
            ],
        )
        row = self.env["relationship.purchase"].search([("reference", "=", unnamed.name)])
        self.assertEqual(row.partner_id, self.customer)

    def test_pos_refund_from_back_office(self):
        """Odoo's own refund, with taxes, by the order's form."""
        bank = self.bank_payment_method.id
        ticket, refund = self.create_backend_pos_order(
            {
                "line_data": [{"product_id": self.taxed.id, "qty": 2}],
                "order_data": {"partner_id": self.customer.id},
                "payment_data": [{"payment_method_id": bank}],
                "refund_data": [{"payment_method_id": bank}],
            }
        )
        self.assertEqual(self._rows(ticket, refund), [(22, 0, False, False), (-22, 0, True, False)])

    def test_pos_credit_by_the_office(self):
        """An invoice of the till credited in the office comes off the ticket."""
        ticket = self._ticket((10, 3), partner=self.customer, to_invoice=True)

        def keep_one(credit):
            credit.invoice_line_ids.filtered(lambda line: line.quantity).quantity = 1

        credit = self._credit(ticket.account_move, keep=keep_one)
        self.assertEqual(self._rows(ticket, credit), [(30, 20, False, True), (-10, 0, True, False)])

    def _settle(self, order, *extra, quantity=None, partner=None):
        lines = [
            {
                "price_unit": line.price_unit,
                "qty": quantity or line.product_uom_qty,
                "sale_order_origin_id": order.id,
                "sale_order_line_id": line.id,
            }
            for line in order.order_line
            if not line.display_type and not line.is_downpayment
        ]
        return self._ticket(*lines, *extra, partner=partner or order.partner_id)

    def test_pos_settles_sale_order(self):
        """A sale order paid at the till counts once, on the day it was confirmed."""
        if not self.has_pos_sale:
            self.skipTest("the till can't settle sale orders")
        order = self._order((10, 3))
        ticket = self._settle(order)
        quotation = self._order((10, 2), confirm=False)
        paid = self._settle(quotation)
        self.assertEqual(quotation.state, "sale")
        partly = self._order((10, 4))
        first = self._settle(partly, (7, 1), quantity=1)
        self.assertEqual(
            self._rows(order, ticket, quotation, paid, partly, first),
            [
                (30, 30, False, True),
                None,
                (20, 20, False, True),
                None,
                (40, 40, False, True),
                (7, 7, False, True),
            ],
        )
        order._action_cancel()
        self.assertEqual(self._rows(order, ticket), [None, (30, 30, False, True)])

    def test_pos_refunds_settled_sale_order(self):
        """What the till takes back of a sale order comes off the order, not off the ticket."""
        if not self.has_pos_sale:
            self.skipTest("the till can't settle sale orders")
        whole, part, mixed, office = (self._order((10, 3)) for _i in range(4))
        whole_back = self._give_back(self._settle(whole), 3, partner=self.customer)
        part_back = self._give_back(self._settle(part), 1)
        ticket = self._settle(mixed, (7, 1))
        mixed_back = self._give_back(ticket, 3, partner=self.customer)
        settled = self._settle(office)
        office_back = settled._refund()
        self.env["pos.make.payment"].with_context(active_id=office_back.id).create(
            {
                "amount": office_back.amount_total,
                "payment_method_id": self.bank_payment_method.id,
            }
        ).check()
        self.assertEqual(
            self._rows(
                whole,
                whole_back,
                part,
                part_back,
                mixed,
                ticket,
                mixed_back,
                office,
                settled,
                office_back,
            ),
            [
                (30, 0, False, False),
                (-30, 0, True, False),
                (30, 20, False, True),
                (-10, 0, True, False),
                (30, 0, False, False),
                (7, 7, False, True),
                (-30, 0, True, False),
                (30, 0, False, False),
                None,
                (-30, 0, True, False),
            ],
        )

    def test_pos_credit_of_settled_sale_order(self):
        """An invoiced settlement credited in the office comes off the sale order."""
        if not self.has_pos_sale:
            self.skipTest("the till can't settle sale orders")
        order = self._order((10, 3))
        lines = [
            {
                "price_unit": 10,
                "qty": 3,
                "sale_order_origin_id": order.id,
                "sale_order_line_id": order.order_line.id,
            }
        ]
        ticket = self._ticket(*lines, (10, 1), partner=self.customer, to_invoice=True)
        credit = self._credit(ticket.account_move)
        self.assertEqual(
            self._rows(order, ticket, credit),
            [(30, 0, False, False), (10, 0, False, False), (-40, 0, True, False)],
        )

    def test_pos_down_payment(self):
        """Down payments at the till and their return change nothing."""
        if not self.has_pos_sale:
            self.skipTest("the till can't settle sale orders")
        self.pos_config_usd.down_payment_product_id = self.env.ref(
            "pos_sale.default_downpayment_product"
        )
        product = self.pos_config_usd.down_payment_product_id
        order = self._order((100, 1))
        down = self._ticket(
            {"price_unit": 20, "product_id": product.id, "sale_order_origin_id": order.id},
            partner=self.customer,
        )
        self.assertTrue(down.lines.sale_order_line_id.is_downpayment)
        back = self._ticket(
            {
                "price_unit": 20,
                "qty": -1,
                "product_id": product.id,
                "refunded_orderline_id": down.lines.id,
            },
            partner=self.customer,
            refund=True,
        )
        kept = self._ticket(
            {"price_unit": 30, "product_id": product.id, "sale_order_origin_id": order.id},
            (5, 1),
            partner=self.customer,
        )
        goods = order.order_line.filtered(lambda line: line.product_id == self.product)
        part = kept.lines[0].sale_order_line_id
        final = self._ticket(
            {"price_unit": 100, "sale_order_origin_id": order.id, "sale_order_line_id": goods.id},
            {
                "price_unit": 30,
                "qty": -1,
                "product_id": product.id,
                "sale_order_origin_id": order.id,
                "sale_order_line_id": part.id,
            },
            partner=self.customer,
        )
        self.assertEqual(
            self._rows(order, down, back, kept, final),
            [(100, 100, False, True), None, None, (5, 5, False, True), None],
        )

    def test_currencies(self):
        """Amounts are in the company's currency at the order's rate; a full return is full."""
        order = self._order((10, 4), pricelist_id=self.foreign_pricelist.id)
        self.assertEqual(order.currency_id, self.foreign)
        returned = self._order((10, 4), pricelist_id=self.foreign_pricelist.id)
        invoice = self._invoice(returned)
        self.foreign.rate_ids = [
            Command.create(
                {
                    "name": invoice.invoice_date + timedelta(days=1),
                    "rate": 4,
                    "company_id": self.env.company.id,
                }
            )
        ]
        credit = self._credit(invoice, date=invoice.invoice_date + timedelta(days=1))
        self.assertEqual(
            self._rows(order, returned, credit),
            [(20, 20, False, True), (20, 0, False, False), (-10, 0, True, False)],
        )

    def test_pos_currency(self):
        self.env["res.currency.rate"].create(
            {
                "name": "2017-01-01",
                "rate": 0.5,
                "currency_id": self.env.ref("base.EUR").id,
                "company_id": self.env.company.id,
            }
        )
        ticket = self._ticket((10, 2), partner=self.customer, config=self.pos_config_eur)
        self.assertEqual(ticket.currency_id, self.env.ref("base.EUR"))
        back = self._give_back(ticket, 1, partner=self.customer)
        self.assertEqual(self._rows(ticket, back), [(40, 20, False, True), (-20, 0, True, False)])

    def test_companies(self):
        """Relations people see the purchases of their companies only."""
        other = self.setup_other_company(name="Other Shop")["company"]
        ours = self._order((10, 1))
        theirs = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": other.id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "tax_ids": False, "price_unit": 9}
                        )
                    ],
                }
            )
        )
        theirs.action_confirm()
        self.assertEqual(self._rows(ours, theirs), [(10, 10, False, True), (9, 9, False, True)])
        Purchase = (
            self.env["relationship.purchase"]
            .with_user(self.relations)
            .with_context(allowed_company_ids=self.env.company.ids)
        )
        mine = Purchase.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(mine.company_id, self.env.company)
        self.assertIn(ours.id, mine.mapped("order_id"))
        self.assertNotIn(theirs.id, mine.mapped("order_id"))

    def test_archived_and_merged_customers(self):
        gone = self.env["res.partner"].create({"name": "Gone"})
        kept = self._order((10, 1), partner=gone)
        gone.action_archive()
        twin = self.env["res.partner"].create({"name": "Twin"})
        order = self._order((10, 1), partner=twin)
        ticket = self._ticket((10, 1), partner=twin)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            [twin.id, self.customer.id], self.customer
        )
        found = self.assertPurchases()
        self.assertEqual(found["sale.order", kept.id].partner_id, gone)
        self.assertEqual(found["sale.order", order.id].partner_id, self.customer)
        self.assertEqual(found["pos.order", ticket.id].partner_id, self.customer)

    def test_as_read_by_people(self):
        """Search, grouping and paging work for people with record rules."""
        self._order((10, 3), partner=self.contact)
        self._order((20, 1), partner=self.firm)
        ticket = self._ticket((5, 1), partner=self.customer)
        self._give_back(ticket, 1)
        Purchase = self.env["relationship.purchase"].with_user(self.relations)
        rows = Purchase.search([("commercial_partner_id", "=", self.firm.id)], order="amount")
        self.assertEqual(rows.mapped("amount"), [20, 30])
        self.assertEqual(Purchase.search_count([("partner_id", "child_of", self.firm.id)]), 2)
        self.assertCountEqual(
            Purchase._read_group(
                [("commercial_partner_id", "in", (self.firm | self.customer).ids)],
                ["commercial_partner_id", "is_refund"],
                ["amount:sum", "__count"],
            ),
            [(self.firm, False, 50, 2), (self.customer, False, 5, 1), (self.customer, True, -5, 1)],
        )
        groups = Purchase.formatted_read_group(
            [("commercial_partner_id", "=", self.firm.id)],
            ["date:month", "channel"],
            ["amount:sum"],
        )
        self.assertEqual([group["amount:sum"] for group in groups], [50])
        self.assertEqual(set(rows.read(FIELDS)[0]), {"id", *FIELDS})

    def test_kept_adds_up(self):
        """Returns are taken off once: over everything, what was kept is what was paid."""
        self.test_pos_refunds()
        self.test_credit_notes()
        self.test_negative_lines()
        purchases = self.env["relationship.purchase"].search([])
        self.assertAlmostEqual(
            sum(purchases.mapped("amount")), sum(purchases.mapped("net_amount")), 2
        )

    def test_scope(self):
        """The refresh reads the same rows: of some customers, or as of a moment."""
        early, late = datetime(2024, 1, 10, 3), datetime(2024, 2, 10, 3)
        self._order((10, 1), partner=self.contact, date=early)
        ticket = self._ticket((10, 3), partner=self.customer, date=early)
        self._give_back(ticket, 2, date=late)
        invoiced = self._ticket((10, 3), partner=self.contact, to_invoice=True)
        self._credit(invoiced.account_move)
        if self.has_pos_sale:
            self._give_back(self._settle(self._order((10, 2), partner=self.contact)), 1)
        everything = self._read_scope(Scope())
        some = self.env["res.partner"].browse([self.contact.id, self.customer.id])
        for partner in some:
            scope = Scope(partners=self._sql_ids(partner))
            self.assertEqual(
                self._read_scope(scope),
                [row for row in everything if row["partner_id"] == partner.id],
            )
        company = self._read_scope(Scope(self.env.company))
        self.assertEqual(
            company, [row for row in everything if row["company_id"] == self.env.company.id]
        )
        past = self._read_scope(Scope(until=datetime(2024, 1, 31), partners=self._sql_ids(some)))
        self.assertEqual([(row["amount"], row["net_amount"]) for row in past], [(10, 10), (30, 30)])

    def _sql_ids(self, partners):
        return SQL("SELECT id FROM res_partner WHERE id = ANY(%s)", partners.ids)

    def _read_scope(self, scope):
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                "SELECT * FROM (%s) source ORDER BY id",
                self.env["relationship.purchase"]._purchase_union(scope),
            )
        )

    def test_customers_are_refreshed(self):
        """Whatever changes what a customer bought puts the customer in the queue."""

        def queued():
            return self.env["relationship.refresh.queue"]._take(1000)

        queued()
        order = self._order((10, 2), partner=self.contact)
        self.assertEqual(queued(), [self.firm.id])
        invoice = self._invoice(order)
        self.assertEqual(queued(), [])
        credit = self._credit(invoice)
        self.assertEqual(queued(), [self.firm.id])
        credit.button_draft()
        self.assertEqual(queued(), [self.firm.id])
        ticket = self._ticket((10, 2), partner=self.customer, to_invoice=True)
        self.assertEqual(queued(), [self.customer.id])
        self._give_back(ticket, 1)
        self.assertEqual(queued(), [self.customer.id])
        self._credit(ticket.account_move)
        self.assertEqual(queued(), [self.customer.id])

    def test_bought_on_discount(self):
        """What was let off goes back with the goods, and a settled order's discount counts once."""
        self._order({"price_unit": 100, "product_uom_qty": 1, "discount": 10})
        self._order((110, 1))
        returned = self._order({"price_unit": 100, "product_uom_qty": 1, "discount": 50})
        self._credit(self._invoice(returned))
        self._ticket({"price_unit": 20, "qty": 5, "discount": 40}, partner=self.customer)
        ticket = self._ticket({"price_unit": 10, "qty": 5, "discount": 20}, partner=self.customer)
        self._give_back(ticket, 4)
        free = self._order({"price_unit": 30, "product_uom_qty": 1, "discount": 100})
        self.assertEqual(free.amount_total, 0)
        spend, discount = 90 + 110 + 60 + 8, 10 + 40 + 2 + 30
        if self.has_pos_sale:
            settled = self._order({"price_unit": 50, "product_uom_qty": 1, "discount": 20})
            line = settled.order_line
            self._ticket(
                {
                    "price_unit": 50,
                    "discount": 20,
                    "sale_order_origin_id": settled.id,
                    "sale_order_line_id": line.id,
                },
                partner=self.customer,
            )
            spend, discount = spend + 40, discount + 10
        self.env["relationship.profile"]._refresh(self.customer.ids)
        profile = (
            self.env["relationship.profile"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "=", self.customer.id),
                    ("company_id", "=", self.env.company.id),
                ]
            )
        )
        self.assertAlmostEqual(profile.spend_total, spend, 2)
        self.assertAlmostEqual(profile.promo_share, discount / (discount + spend), 6)

    def _promo(self, partner=None):
        customer = partner or self.customer
        self.env.flush_all()
        self.env["relationship.profile"]._refresh(customer.ids)
        return (
            self.env["relationship.profile"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "=", customer.id),
                    ("company_id", "=", self.env.company.id),
                ]
            )
            .promo_share
        )

    def _reward(self, program_type):
        program = self.env["loyalty.program"].create(
            {
                "name": program_type,
                "program_type": program_type,
                "trigger": "auto",
                "reward_ids": [Command.create({"reward_type": "discount", "discount": 10})],
            }
        )
        return program.reward_ids[:1]

    def test_rewards_are_discounts(self):
        """100 with a coupon of -30: 0.30 was let off, whichever program it came from."""
        for program_type in ("promotion", "promo_code", "coupons", "loyalty"):
            order = self._order(
                (100, 1),
                {
                    "price_unit": -30,
                    "product_uom_qty": 1,
                    "name": "Coupon",
                    "reward_id": self._reward(program_type).id,
                },
            )
            self.assertEqual(order.amount_total, 70)
            self.assertAlmostEqual(self._promo(), 0.3, 6, program_type)
        self._ticket(
            (100, 1),
            {"price_unit": -30, "qty": 1, "reward_id": self._reward("coupons").id},
            partner=self.customer,
        )
        self.assertAlmostEqual(self._promo(), 0.3, 6)

    def test_gift_cards_are_money(self):
        for program_type in ("gift_card", "ewallet"):
            self._order(
                (100, 1),
                {
                    "price_unit": -30,
                    "product_uom_qty": 1,
                    "name": "Card",
                    "reward_id": self._reward(program_type).id,
                },
            )
        self.assertEqual(self._promo(), 0)

    def test_rewards_go_back_with_the_goods(self):
        returned = self._order(
            (100, 1),
            {
                "price_unit": -30,
                "product_uom_qty": 1,
                "name": "Coupon",
                "reward_id": self._reward("coupons").id,
            },
        )
        self._order((50, 1))
        self.assertAlmostEqual(self._promo(), 30 / 150, 6)
        self._credit(self._invoice(returned))
        self.assertAlmostEqual(self._promo(), 0, 6)

    def test_discount_on_the_whole_order(self):
        self.env.company.sale_discount_product_id = self.env["product.product"].create(
            {"name": "Discount", "taxes_id": False}
        )
        self._order(
            (100, 1),
            {
                "price_unit": -25,
                "product_uom_qty": 1,
                "product_id": self.env.company.sale_discount_product_id.id,
            },
        )
        self.assertAlmostEqual(self._promo(), 0.25, 6)

    def test_pricelist_that_shows_a_discount(self):
        """A fifth off by the pricelist, half of the rest by hand: 60 of 100 were let off."""
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Club",
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 20})],
            }
        )
        ticket = self._ticket({"price_unit": 80, "qty": 1, "discount": 50}, partner=self.customer)
        self.assertAlmostEqual(self._promo(), 0.5, 6)
        ticket.pricelist_id = pricelist
        self.env.flush_all()
        self.assertAlmostEqual(self._promo(), 0.6, 6)
        ticket.lines.price_type = "manual"
        self.env.flush_all()
        self.assertAlmostEqual(self._promo(), 0.5, 6)

    def _listed(self, price, *rules):
        """What part was let off a ticket of one line at this price, by these rules."""
        partner = self.env["res.partner"].create({"name": "Listed"})
        ticket = self._ticket({"price_unit": price, "qty": 1}, partner=partner)
        ticket.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Listed", "item_ids": [Command.create(rule) for rule in rules]}
        )
        return self._promo(partner)

    def test_which_rules_the_till_shows_as_a_discount(self):
        """As ``displayDiscountPolicy``: with any rule in percent, formulas are shown as well."""
        other = self.env["product.template"].create({"name": "Other"})
        percent = {
            "compute_price": "percentage",
            "percent_price": 30,
            "applied_on": "1_product",
            "product_tmpl_id": other.id,
        }
        formula = {"compute_price": "formula", "base": "list_price", "price_discount": 20}
        # 100 less 20 %.
        self.assertAlmostEqual(self._listed(80, formula, percent), 0.2, 6)
        # 100 less 20 %, and a fee of 5: 15 of 100.
        self.assertAlmostEqual(
            self._listed(85, {**formula, "price_surcharge": 5}, percent), 0.15, 6
        )
        # No rule in percent: the price is just the price.
        self.assertEqual(self._listed(80, formula), 0)
        self.assertEqual(self._listed(80, {"compute_price": "fixed", "fixed_price": 80}), 0)
        # A mark-up, a fixed price, a price from the cost and bounds of margins let nothing off.
        for rule in (
            {**formula, "price_discount": -20},
            {"compute_price": "fixed", "fixed_price": 80},
            {**formula, "base": "standard_price", "price_markup": 20},
            {**formula, "price_surcharge": 30},
            {**formula, "price_min_margin": 1, "price_max_margin": 9},
        ):
            with self.subTest(rule=rule):
                self.assertEqual(self._listed(80, rule, percent), 0)

    def test_which_rules_a_sale_order_shows_as_a_discount(self):
        """A rule in percent, where discounts are enabled; never a formula."""
        self.product.list_price = 100
        lists = self.env["product.pricelist"].create(
            [
                {
                    "name": "Percent",
                    "item_ids": [
                        Command.create({"compute_price": "percentage", "percent_price": 20})
                    ],
                },
                {
                    "name": "Formula",
                    "item_ids": [
                        Command.create(
                            {"compute_price": "formula", "base": "list_price", "price_discount": 20}
                        )
                    ],
                },
            ]
        )
        Item = self.env.registry["product.pricelist.item"]
        for enabled, expected in ((True, (0.2, 0)), (False, (0, 0))):
            self.patch(Item, "_is_discount_feature_enabled", lambda _item, on=enabled: on)
            for pricelist, share in zip(lists, expected):
                partner = self.env["res.partner"].create({"name": "Listed"})
                order = self._order(
                    {"product_uom_qty": 1}, partner=partner, pricelist_id=pricelist.id
                )
                self.assertEqual(order.amount_total, 80)
                with self.subTest(enabled=enabled, pricelist=pricelist.name):
                    self.assertAlmostEqual(self._promo(partner), share, 6)

    def test_discount_of_the_till_on_the_whole_ticket(self):
        """The product of ``pos_discount``, looked up where that module keeps it: a quarter off."""
        Purchase = self.env.registry["relationship.purchase"]
        self.assertEqual(
            self.env["relationship.purchase"]._discount_products("pos.order.line"),
            [("pos.config", "discount_product_id")],
        )
        config = self.env["pos.config"].search([], limit=1)
        field = "discount_product_id"
        if field not in config._fields:  # Without that module: another product of the till.
            field = "tip_product_id"
            self.patch(
                Purchase, "_discount_products", lambda _self, _model: [("pos.config", field)]
            )
        config[field] = discount = self.env["product.product"].create(
            {"name": "Discount", "taxes_id": False}
        )
        self.env.flush_all()
        self._ticket(
            (100, 1),
            {"price_unit": -25, "qty": 1, "product_id": discount.id},
            partner=self.customer,
        )
        self.assertAlmostEqual(self._promo(), 0.25, 6)
