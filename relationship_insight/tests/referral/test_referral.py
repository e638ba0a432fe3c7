from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_referral import ReferralCase


@tagged("post_install", "-at_install")
class TestReferral(ReferralCase):
    def test_a_whole_life(self):
        referral = self.claim(self.anna, self.bee, date=self.ago(20))
        self.assertRecordValues(
            referral,
            [
                {
                    "state": "confirmed",
                    "confirmed_how": "rule",
                    "referrer_commercial_id": self.anna.id,
                    "deadline": fields.Datetime.add(referral.date, days=180),
                }
            ],
        )
        order = self.buy(self.bee, 300, days=19)
        referral._process()
        # The hold of 14 days is over: bought and rewarded in one go.
        self.assertRecordValues(
            referral,
            [
                {
                    "state": "rewarded",
                    "order_model": "sale.order",
                    "order_id": order.id,
                    "order_amount": 300,
                    "days_to_purchase": 1,
                }
            ],
        )
        self.assertEqual(self.balance(self.anna), 50)
        self.assertEqual(self.balance(self.bee), 20)
        self.assertRecordValues(
            referral.reward_ids.sorted("side"),
            [
                {"side": "referred", "state": "issued", "points": 20},
                {"side": "referrer", "state": "issued", "points": 50},
            ],
        )
        for _run in range(3):
            referral._process()
            referral._issue_rewards()
        self.assertEqual(self.balance(self.anna), 50)
        history = referral.reward_ids.card_id.history_ids
        self.assertEqual(sorted(history.mapped("issued")), [20, 50])
        self.assertEqual(set(history.mapped("order_model")), {"relationship.referral"})

    def test_money_kept_for_later_is_no_purchase(self):
        """A gift card, or a top-up of a wallet, earns nothing; the goods bought later do."""
        for kind, friend in (("gift_card", self.bee), ("ewallet", self.cat)):
            card = self.env["product.product"].create(
                {"name": kind, "type": "service", "list_price": 100, "taxes_id": False}
            )
            program = self.env["loyalty.program"].create(
                {"name": kind, "program_type": kind, "company_id": self.company.id}
            )
            program.rule_ids = [
                fields.Command.clear(),
                fields.Command.create({"product_ids": card.ids}),
            ]
            referral = self.claim(self.anna, friend, date=self.ago(40))
            self.buy(friend, 500, days=39, product=card)
            referral._process()
            self.assertEqual((referral.state, referral.order_id), ("confirmed", 0), kind)
            order = self.buy(friend, 80, days=30)
            referral._process()
            self.assertEqual((referral.state, referral.order_id), ("rewarded", order.id), kind)

    def test_only_goods_of_a_mixed_order_reach_the_amount(self):
        card = self.sell_card()
        self.program.min_amount = 100
        referral = self.claim(self.anna, self.bee, date=self.ago(40))
        order = self.buy(self.bee, 99, days=39)
        order.order_line = [
            fields.Command.create({"product_id": card.id, "price_unit": 500, "tax_ids": False})
        ]
        referral._process()
        self.assertRecordValues(referral, [{"state": "confirmed", "order_id": 0}])
        order.order_line[0].price_unit = 120
        referral._process()
        self.assertRecordValues(
            referral, [{"state": "rewarded", "order_id": order.id, "order_amount": 120}]
        )

    def test_a_card_given_back_leaves_the_goods(self):
        """Of 120 for goods and 500 for a card, what comes back of the card is no loss of goods."""
        referral = self.claim(self.anna, self.bee, date=self.ago(40))
        order = self.buy(self.bee, 120, days=39)
        order.order_line = [
            fields.Command.create(
                {"product_id": self.sell_card().id, "price_unit": 500, "tax_ids": False}
            )
        ]
        referral._process()
        order.order_line.product_id.invoice_policy = "order"
        invoice = order._create_invoices()
        invoice.action_post()
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.filtered(lambda line: line.price_total == 120).unlink()
        credit.action_post()
        referral._process()
        self.assertRecordValues(referral, [{"state": "rewarded", "order_amount": 120}])
        rest = invoice._reverse_moves()
        rest.invoice_line_ids.filtered(lambda line: line.price_total == 500).unlink()
        rest.action_post()
        referral._process()
        self.assertRecordValues(referral, [{"state": "rejected", "reason": "refund"}])

    def sell_card(self):
        card = self.env["product.product"].create(
            {"name": "Card", "type": "service", "list_price": 100, "taxes_id": False}
        )
        Program = self.env["loyalty.program"]
        Program.create(
            {
                **Program._program_type_default_values()["gift_card"],
                "name": "Cards",
                "program_type": "gift_card",
                "company_id": self.company.id,
            }
        ).rule_ids.product_ids = card
        return card

    def test_the_hold_keeps_the_reward(self):
        referral = self.claim(self.anna, self.bee, date=self.ago(10))
        self.buy(self.bee, days=5)
        referral._process()
        self.assertEqual(referral.state, "qualified")
        self.assertFalse(referral.reward_ids)
        self.assertEqual(referral.reward_date, fields.Date.add(referral.order_date.date(), days=14))

    def test_window_edges(self):
        self.program.window_days = 10
        inside = self.claim(self.anna, self.bee, date=self.ago(30))
        outside = self.claim(self.anna, self.cat, date=self.ago(30))
        order = self.buy(self.bee)
        order.date_order = inside.deadline
        order = self.buy(self.cat)
        order.date_order = fields.Datetime.add(outside.deadline, seconds=1)
        (inside | outside)._process()
        self.assertIn(inside.state, ("qualified", "rewarded"))
        self.assertEqual(outside.state, "expired")

    def test_existing_customer_is_no_referral(self):
        self.buy(self.bee, days=100)
        referral = self.claim(self.anna, self.bee)
        self.assertRecordValues(referral, [{"state": "rejected", "reason": "existing"}])
        self.assertEqual(self.rules(referral), {"existing"})
        referral.flag_ids.with_user(self.boss).action_clear()
        self.assertEqual(referral.state, "confirmed")
        referral.flag_ids.with_user(self.boss).action_undecide()
        self.assertEqual(referral.state, "rejected")

    def test_told_afterwards_counts_a_link_does_not(self):
        self.buy(self.bee, days=20)
        self.buy(self.cat, days=20)
        told = self.claim(self.anna, self.bee, source="pos")
        code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        linked = self.claim(referred=self.cat, source="link", token=code.token)
        told._process()
        self.assertIn(told.state, ("qualified", "rewarded"))
        self.assertEqual(linked.reason, "existing")

    def test_strongest_first_last(self):
        early = self.claim(self.anna, self.dang, source="staff", date=self.ago(9))
        proven = self.claim(self.bee, self.dang, source="code", date=self.ago(6))
        late = self.claim(self.cat, self.dang, source="pos", date=self.ago(3))
        claims = early | proven | late
        for rule, winner in (("strongest", proven), ("first", early), ("last", late)):
            self.program.attribution = rule
            claims._resolve()
            self.assertEqual(claims.filtered(lambda ref: ref.state == "confirmed"), winner)
            self.assertEqual((claims - winner).winner_id, winner)
            self.assertFalse(winner.winner_id)
        early.with_user(self.boss).action_confirm()
        self.assertEqual(claims.filtered(lambda ref: ref.state == "confirmed"), early)
        self.assertEqual(early.confirmed_by_id, self.boss)
        self.buy(self.dang)
        claims._process()
        self.assertEqual(early.state, "qualified")
        self.assertEqual(set((claims - early).mapped("reason")), {"other"})
        early.with_user(self.boss).action_reject()
        self.assertEqual(late.state, "confirmed")

    def test_unsure_waits_for_the_desk(self):
        referral = self.claim(self.anna, self.bee, source="survey")
        self.assertEqual(referral.state, "claimed")
        with self.assertRaises(AccessError):
            referral.with_user(self.nok).action_confirm()
        referral.with_user(self.boss).action_confirm()
        self.assertRecordValues(
            referral,
            [{"state": "confirmed", "confirmed_how": "desk", "confirmed_by_id": self.boss.id}],
        )
        with self.assertRaises(UserError):
            referral.with_user(self.boss).action_confirm()

    def test_claimed_twice_is_once(self):
        first = self.claim(self.anna, self.bee, source="staff")
        self.assertEqual(self.claim(self.anna, self.bee, source="staff"), first)
        code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        again = self.claim(referred=self.bee, source="code", code=code.code.lower())
        self.assertEqual(again, first)
        keyed = self.claim(self.anna, self.cat, source_key="till-1")
        self.assertEqual(self.claim(self.bee, self.dang, source_key="till-1"), keyed)

    def test_name_until_matched(self):
        referral = self.claim(None, self.bee, referrer_name="anna")
        self.assertEqual(referral.state, "claimed")
        self.assertIn(self.anna.id, [match["id"] for match in referral.get_matches()])
        with self.assertRaises(UserError):
            referral.with_user(self.boss).action_confirm()
        wizard = (
            self.env["relationship.referral.match"]
            .with_user(self.boss)
            .create({"referral_id": referral.id})
        )
        wizard.partner_id = self.anna
        wizard.action_match()
        self.assertRecordValues(
            referral, [{"state": "confirmed", "referrer_id": self.anna.id, "referrer_name": "anna"}]
        )

    def test_cap_per_period(self):
        self.program.cap_count = 2
        friends = self.env["res.partner"].create([{"name": f"Friend {n}"} for n in range(3)])
        for friend in friends:
            self.rewarded(self.anna, friend)
        self.assertEqual(self.balance(self.anna), 100)
        rewards = self.anna.referral_ids.reward_ids
        self.assertEqual(
            sorted(rewards.filtered(lambda r: r.side == "referrer").mapped("state")),
            ["capped", "issued", "issued"],
        )
        self.assertEqual(sum(self.balance(friend) for friend in friends), 60)

    def test_returned_before_and_after_the_reward(self):
        early = self.claim(self.anna, self.bee, date=self.ago(5))
        order = self.buy(self.bee, days=4)
        early._process()
        self.assertEqual(early.state, "qualified")
        order._action_cancel()
        early._process()
        self.assertEqual(early.state, "confirmed")
        self.assertFalse(early.order_id)
        paid = self.rewarded(self.anna, self.cat)
        self.assertEqual(self.balance(self.anna), 50)
        self.env["sale.order"].browse(paid.order_id)._action_cancel()
        paid._process()
        self.assertRecordValues(paid, [{"state": "rejected", "reason": "refund"}])
        self.assertEqual(self.balance(self.anna), 0)
        self.assertEqual(set(paid.reward_ids.mapped("state")), {"reversed"})
        history = paid.reward_ids.card_id.history_ids
        self.assertEqual(sum(history.mapped("issued")), sum(history.mapped("used")))
        paid.with_user(self.boss).action_reopen()
        self.buy(self.cat, days=1)
        paid._process()
        paid._issue_rewards()
        self.assertEqual(self.balance(self.anna), 0)

    def test_spent_before_the_return_is_flagged(self):
        paid = self.rewarded(self.anna, self.cat)
        card = paid.reward_ids.filtered(lambda r: r.side == "referrer").card_id
        card.points = 30
        self.env["sale.order"].browse(paid.order_id)._action_cancel()
        paid._process()
        self.assertEqual(card.points, 0)
        self.assertRecordValues(
            paid.reward_ids.sorted("side"),
            [
                {"side": "referred", "state": "reversed", "taken_back": 20},
                {"side": "referrer", "state": "spent", "taken_back": 30},
            ],
        )
        self.assertIn("refund", self.rules(paid))

    def test_coupon_and_wallets(self):
        self.program.farm_count = 50
        for kind, amount in (("coupons", 1), ("gift_card", 25), ("ewallet", 10)):
            program = self.env["loyalty.program"].create(
                {"name": kind, "program_type": kind, "company_id": self.company.id}
            )
            self.program.write({"referrer_program_id": program.id, "referrer_points": amount})
            first, second = self.env["res.partner"].create([{"name": "One"}, {"name": "Two"}])
            cards = (
                (self.rewarded(self.anna, first) | self.rewarded(self.anna, second))
                .reward_ids.filtered(lambda reward: reward.side == "referrer")
                .card_id
            )
            self.assertEqual(len(cards), 1 if kind == "ewallet" else 2, kind)
            self.assertEqual(sum(cards.mapped("points")), 2 * amount)
            self.assertEqual(cards.partner_id, self.anna)

    def test_mail_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("relationship_insight.mail_template_referral_reward")
        template.with_context(lang="fr_FR").subject = "Merci"
        self.anna.lang = "fr_FR"
        referral = self.rewarded(self.anna, self.bee)
        mails = {reward.side: reward.mail_id for reward in referral.reward_ids}
        self.assertEqual(mails["referrer"].subject, "Merci")
        self.assertIn("thank-you", mails["referred"].subject)
        self.assertIn("50", mails["referrer"].body_html)
        self.assertEqual(mails["referrer"].state, "outgoing")

    def make_coupons(self, **reward):
        return self.env["loyalty.program"].create(
            {
                "name": "Friends",
                "program_type": "coupons",
                "company_id": self.company.id,
                "reward_ids": [
                    fields.Command.clear(),
                    fields.Command.create({"required_points": 1, **reward}),
                ],
            }
        )

    def test_a_coupon_says_what_it_is_worth(self):
        """In words and money, in the customer's language and the programme's currency."""
        self.env["res.lang"]._activate_lang("th_TH")
        baht = self.env.ref("base.THB")
        baht.write({"active": True, "symbol": "฿", "position": "before"})
        cake = self.env["product.product"].create({"name": "Cheesecake", "default_code": "C1"})
        cake.with_context(lang="th_TH").name = "ชีสเค้ก"
        for points, reward, english, thai in (
            (1, {"discount": 10}, "10 % off your next order", "ลด 10 % จากการซื้อครั้งต่อไป"),
            (
                1,
                {"discount": 12.5, "discount_max_amount": 500},
                "12.5 % off your next order (at most ฿ 500)",
                "ลด 12.5 % จากการซื้อครั้งต่อไป (ไม่เกิน ฿ 500)",
            ),
            (
                1,
                {"discount_mode": "per_order", "discount": 1100},
                "฿ 1,100 off your next order",
                "ลด ฿ 1,100 จากการซื้อครั้งต่อไป",
            ),
            (
                50,
                {"discount_mode": "per_point", "discount": 1.99},
                "฿ 99.50 off your next order",
                "ลด ฿ 99.50 จากการซื้อครั้งต่อไป",
            ),
            (
                1,
                {
                    "discount": 20,
                    "discount_applicability": "specific",
                    "discount_product_ids": cake.ids,
                },
                "20 % off Cheesecake",
                "ลด 20 % สำหรับชีสเค้ก",
            ),
            (
                1,
                {"reward_type": "product", "reward_product_id": cake.id},
                "Free: Cheesecake",
                "ฟรี ชีสเค้ก",
            ),
            (
                2,
                {"reward_type": "product", "reward_product_id": cake.id},
                "Free: 2 × Cheesecake",
                "ฟรี ชีสเค้ก 2 ชิ้น",
            ),
        ):
            program = self.make_coupons(**reward)
            program.currency_id = baht
            for lang, expected in (("en_US", english), ("th_TH", thai)):
                text = program.with_context(lang=lang)._get_gift_text(points)
                self.assertEqual(text.replace("\xa0", " "), expected)

    def test_the_mail_names_the_worth_and_no_record(self):
        program = self.make_coupons(discount=10)
        self.program.write({"referrer_program_id": program.id, "referrer_points": 1})
        self.env["res.lang"]._activate_lang("th_TH")
        for lang, worth, hidden in (
            ("en_US", "10 % off your next order", ("Referral Reward", "Who brought them")),
            ("th_TH", "ลด 10 % จากการซื้อครั้งต่อไป", ("Referral Reward", "ผู้แนะนำ")),
        ):
            bringer, friend = self.env["res.partner"].create(
                [{"name": "Anna", "email": "a@example.com", "lang": lang}, {"name": "New"}]
            )
            reward = self.rewarded(bringer, friend).reward_ids.filtered(
                lambda row: row.side == "referrer"
            )
            body = reward.mail_id.body_html
            self.assertIn(worth, body)
            self.assertIn(reward.card_id.code, body)
            for word in (
                *hidden,
                reward.with_context(lang=lang).display_name,
                "1 Point",
                "Coupon point",
                "document",
            ):
                self.assertNotIn(word, body)
            offer = (
                self.env["relationship.referral.code"]
                ._get_or_create(bringer, self.company)
                .with_context(lang=lang)
                ._get_offer()
            )
            self.assertEqual(offer[0], worth)

    def test_thanks_for_the_desk(self):
        self.anna.user_id = self.nok
        referral = self.rewarded(self.anna, self.bee)
        self.assertRecordValues(
            referral.thank_activity_id,
            [{"user_id": self.nok.id, "res_id": self.anna.id, "res_model": "res.partner"}],
        )
        referral.with_user(self.boss).action_reject()
        self.assertFalse(referral.thank_activity_id)

    def test_both_sides_needed(self):
        with self.assertRaises(ValidationError):
            self.Referral.create({"referrer_name": " ", "referred_id": self.bee.id})
        with self.assertRaises(ValidationError):
            self.Referral.create({"referrer_id": self.anna.id})
        with self.assertRaises(ValidationError):
            self.claim(self.anna, self.bee, date=self.ago(-1))
