from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common_purchase import PurchaseCase


@tagged("post_install", "-at_install")
class TestPosReferralRefund(PurchaseCase):
    """What comes back at the till takes the reward back, or asks for a look."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.points = (
            cls.env["loyalty.program"]
            .sudo()
            .create({"name": "Points", "program_type": "loyalty", "company_id": cls.env.company.id})
        )
        cls.program = cls.env["relationship.referral.program"]._get_program(cls.env.company)
        cls.program.write(
            {
                "referrer_program_id": cls.points.id,
                "referrer_points": 50,
                "hold_days": 0,
                "referred_program_id": cls.points.id,
                "referred_points": 20,
            }
        )
        cls.anna = cls.env["res.partner"].create({"name": "Anna"})
        cls.told = fields.Datetime.now() - timedelta(days=5)

    def setUp(self):
        super().setUp()
        self.referral = self.env["relationship.referral"]._claim(
            {
                "referrer_id": self.anna.id,
                "referred_id": self.customer.id,
                "source": "pos",
                "company_id": self.env.company.id,
                "date": self.told,
            }
        )

    def buy(self, *lines, **vals):
        ticket = self._ticket(
            *(lines or [(10, 4)]),
            partner=self.customer,
            date=fields.Datetime.now() - timedelta(days=1),
            **vals,
        )
        self.run_cron()
        return ticket

    def give_back(self, ticket, *quantities, **vals):
        back = self._give_back(ticket, *quantities, **vals)
        self.run_cron()
        return back

    def run_cron(self):
        """What the queue makes of the till's orders; the cron's commits are no part of a test."""
        ids = self.env["relationship.referral.queue"]._take(100)
        self.assertIn(self.customer.id, ids, "the till's order woke its referral")
        self.env["relationship.referral"].sudo().search(
            [("referred_commercial_id", "in", ids)]
        )._process()

    def balance(self, partner):
        return sum(
            self.points.coupon_ids.filtered(lambda card: card.partner_id == partner).mapped(
                "points"
            )
        )

    def rules(self):
        return set(self.referral.flag_ids.mapped("rule"))

    def test_all_of_it_comes_back(self):
        ticket = self.buy()
        self.assertRecordValues(
            self.referral,
            [
                {
                    "state": "rewarded",
                    "order_model": "pos.order",
                    "order_id": ticket.id,
                    "order_amount": 40,
                }
            ],
        )
        self.assertEqual((self.balance(self.anna), self.balance(self.customer)), (50, 20))
        self.give_back(ticket, 4, partner=self.customer)
        self.assertRecordValues(self.referral, [{"state": "rejected", "reason": "refund"}])
        self.assertEqual((self.balance(self.anna), self.balance(self.customer)), (0, 0))
        self.assertEqual(self.rules(), {"refund"})
        self.assertEqual(set(self.referral.reward_ids.mapped("state")), {"reversed"})

    def test_on_a_ticket_without_a_name(self):
        ticket = self.buy()
        self.give_back(ticket, 4)
        self.assertRecordValues(self.referral, [{"state": "rejected", "reason": "refund"}])
        self.assertEqual(self.balance(self.anna), 0)

    def test_before_the_reward(self):
        self.program.hold_days = 14
        ticket = self.buy()
        self.assertEqual(self.referral.state, "qualified")
        self.give_back(ticket, 4, partner=self.customer)
        self.assertRecordValues(self.referral, [{"state": "confirmed", "order_id": 0}])
        self.assertFalse(self.referral.reward_ids)

    def test_a_little_comes_back(self):
        ticket = self.buy()
        self.give_back(ticket, 1, partner=self.customer)
        self.assertRecordValues(self.referral, [{"state": "rewarded", "order_amount": 30}])
        self.assertFalse(self.rules())
        self.assertEqual(self.balance(self.anna), 50)

    def test_most_of_it_comes_back(self):
        self.program.hold_days = 14
        ticket = self.buy()
        self.give_back(ticket, 3, partner=self.customer)
        self.assertEqual(self.rules(), {"returned"})
        self.assertRecordValues(
            self.referral, [{"state": "qualified", "flag_state": "open", "order_amount": 10}]
        )
        self.assertIn("10", self.referral.flag_ids.evidence)
        self.referral.reward_date = fields.Date.today()
        self.referral._process()
        self.assertFalse(self.referral.reward_ids, "it waits until somebody looked at it")
        self.referral.flag_ids.action_clear()
        self.referral._process()
        self.assertEqual(self.referral.state, "rewarded")
        self.assertEqual(self.balance(self.anna), 50)

    def test_less_than_the_programme_asks_for_is_left(self):
        self.program.min_amount = 25
        ticket = self.buy()
        self.assertEqual(self.referral.state, "rewarded")
        self.give_back(ticket, 1, partner=self.customer)
        self.assertEqual(self.referral.state, "rewarded")
        self.give_back(ticket, 1, partner=self.customer)
        self.assertRecordValues(self.referral, [{"state": "rejected", "reason": "refund"}])
        self.assertEqual((self.balance(self.anna), self.balance(self.customer)), (0, 0))

    def test_by_parts_until_all_is_back(self):
        ticket = self.buy((10, 2), (10, 2))
        self.give_back(ticket, 2, 0, partner=self.customer)
        self.assertEqual(self.referral.state, "rewarded")
        self.give_back(ticket, 0, 2, partner=self.customer)
        self.assertEqual(self.referral.state, "rejected")
        self.assertEqual(self.balance(self.anna), 0)

    def sell_card(self):
        card = self.env["product.product"].create(
            {"name": "Card", "type": "service", "available_in_pos": True, "taxes_id": False}
        )
        Program = self.env["loyalty.program"].sudo()
        report = self.env["ir.actions.report"].search([("model", "=", "loyalty.card")], limit=1)
        Program.create(
            {
                **Program._program_type_default_values()["gift_card"],
                "name": "Cards",
                "program_type": "gift_card",
                "company_id": self.env.company.id,
                "pos_report_print_id": report.id,
            }
        ).rule_ids.product_ids = card
        return {"product_id": card.id, "price_unit": 500}

    def test_a_gift_card_is_no_first_purchase(self):
        self.buy(self.sell_card())
        self.assertRecordValues(self.referral, [{"state": "confirmed", "order_id": 0}])
        self.assertEqual(self.balance(self.anna), 0)
        tea = self.buy((10, 1))
        self.assertRecordValues(
            self.referral, [{"state": "rewarded", "order_id": tea.id, "order_amount": 10}]
        )

    def test_only_goods_of_a_mixed_ticket_count(self):
        self.program.min_amount = 25
        card = self.sell_card()
        self.buy(card, (10, 2))
        self.assertEqual(self.referral.state, "confirmed", "20 for goods, 500 for a card")
        ticket = self.buy(card, (10, 3))
        self.assertRecordValues(
            self.referral, [{"state": "rewarded", "order_id": ticket.id, "order_amount": 30}]
        )
        self.give_back(ticket, 1, 0, partner=self.customer)
        self.assertRecordValues(self.referral, [{"state": "rewarded", "order_amount": 30}])
        self.assertFalse(self.rules())
        self.give_back(ticket, 0, 1, partner=self.customer)
        self.assertRecordValues(self.referral, [{"state": "rejected", "reason": "refund"}])

    def test_another_purchase_stays(self):
        ticket = self.buy()
        later = self.buy((10, 1))
        self.give_back(later, 1, partner=self.customer)
        self.assertRecordValues(self.referral, [{"state": "rewarded", "order_id": ticket.id}])

    def test_rewarded_once_however_often_the_cron_runs(self):
        self.buy()
        for _run in range(3):
            self.referral._process()
        self.assertEqual(len(self.referral.reward_ids), 2)
        self.assertEqual((self.balance(self.anna), self.balance(self.customer)), (50, 20))
