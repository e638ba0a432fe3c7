from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_referral import ReferralCase


@tagged("post_install", "-at_install")
class TestReferralFigures(ReferralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["relationship.profile"].search([]).unlink()
        today = fields.Date.today()
        cls.people = cls.env["res.partner"].create([{"name": f"P{n}"} for n in range(40)])
        cls.env.flush_all()
        for place, partner in enumerate(cls.people):
            referred = place >= 20
            cls.env.cr.execute(
                """
                INSERT INTO relationship_profile (
                    commercial_partner_id, company_id, first_purchase, last_purchase,
                    purchase_days, spend_total, spend_12m, recommend, attitude, attitude_count)
                VALUES (%s, %s, %s, %s, %s, 100, 50, %s, %s, 1)
                """,
                [
                    partner.id,
                    cls.company.id,
                    today - timedelta(days=300),
                    today,
                    3 if referred and place % 10 else 1,
                    95 if place < 10 else 50,
                    80 + place % 3 if referred else 40 + place % 3,
                ],
            )
        # The first five say so and do so, bringing four each.
        for place, partner in enumerate(cls.people[20:]):
            cls.env.cr.execute(
                """
                INSERT INTO relationship_referral (
                    company_id, program_id, referrer_id, referrer_commercial_id, referred_id,
                    referred_commercial_id, source, date, deadline, state, order_date,
                    days_to_purchase)
                VALUES (%s, %s, %s, %s, %s, %s, 'pos', %s, NOW(), 'rewarded', %s, 10)
                """,
                [
                    cls.company.id,
                    cls.program.id,
                    *[cls.people[place % 5].id] * 2,
                    *[partner.id] * 2,
                    cls.ago(310),
                    cls.ago(300),
                ],
            )
        cls.env.invalidate_all()

    def refresh(self):
        """Run the cron, whose commits the test can't have."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_more: 60
        ):
            self.env["relationship.referral.figures"]._cron_refresh()

    def test_figures_by_hand(self):
        self.refresh()
        data = self.env["relationship.referral.figures"].with_user(self.boss).get_referral_insight()
        figures = data["figures"]
        self.assertEqual(
            figures["life"], {"claims": 20, "accepted": 20, "bought": 20, "rewarded": 20}
        )
        self.assertEqual((figures["rate"]["k"], figures["rate"]["n"]), (20, 40))
        self.assertAlmostEqual(figures["rate"]["low"], 0.352, places=3)
        self.assertEqual(figures["days"], 10)
        again = figures["kept"]["again"]
        self.assertEqual((again["referred"]["k"], again["organic"]["k"]), (18, 0))
        self.assertGreater(again["difference"][1], 0.6)
        self.assertGreater(figures["felt"]["difference"][1], 38)
        said = figures["said"]
        self.assertEqual((said["promoters"]["k"], said["promoters"]["n"]), (5, 10))
        self.assertEqual((said["others"]["k"], said["others"]["n"]), (0, 30))
        self.assertEqual(
            [
                (row["generation"], row["customers"], row["revenue"])
                for row in figures["generations"]
            ],
            [(0, 5, 500), (1, 20, 2000)],
        )
        self.assertAlmostEqual(figures["k"][0], 0.5)
        self.assertLess(figures["k"][1], 0.5)
        self.assertEqual(len(data["top"]), 5)
        self.assertEqual(data["top"][0]["friends"], 4)
        # Their last friends came 300 days ago.
        self.assertEqual(len(data["silent"]), 5)

    def test_how_long_it_takes(self):
        # The friends' own rows: told 310 days ago, bought after ten; told at the till, though.
        Figures = self.env["relationship.referral.figures"]
        today = self.company._relationship_today()
        self.assertFalse(Figures._count_time_to_buy(self.company, today))
        self.env.cr.execute(
            "UPDATE relationship_referral SET source = 'link' WHERE company_id = %s",
            [self.company.id],
        )
        self.env.cr.execute(
            """
            UPDATE relationship_referral SET order_date = NULL, state = 'confirmed',
                   deadline = NOW() + INTERVAL '1 day' WHERE id IN (
                SELECT id FROM relationship_referral WHERE company_id = %s ORDER BY id LIMIT 8)
            """,
            [self.company.id],
        )
        buy = Figures._count_time_to_buy(self.company, today)
        self.assertEqual((buy["n"], buy["happened"]), (20, 12))
        self.assertEqual(buy["median"].estimate, 10)
        self.assertAlmostEqual(buy["points"][-1][1], 0.6)
        # Of 40 customers who first bought 300 days ago five brought somebody, before that day.
        bring = Figures._count_time_to_bring(self.company, today)
        self.assertEqual((bring["n"], bring["happened"]), (40, 5))
        self.assertIsNone(bring["median"].estimate)
        self.assertAlmostEqual(bring["points"][0][1], 5 / 40)
        self.company.relationship_minimum_group = 50
        self.assertFalse(Figures._count_time_to_bring(self.company, today))

    def test_back_sooner_than_others_and_alike_ones(self):
        today = self.company._relationship_today()
        for place, partner in enumerate(self.people):
            # Referred ones are back after 20 days, of the others every second one after 100.
            self.buy(partner, 100 + place, days=300)
            if place >= 20:
                self.buy(partner, days=280)
            elif place % 2:
                self.buy(partner, days=200)
        self.env.flush_all()
        self.env["relationship.referral.standing"]._refresh(self.company)
        again = self.env["relationship.referral.figures"]._count_again(self.company, today)
        self.assertEqual(again["referred"]["median"].estimate, 20)
        self.assertEqual(again["referred"]["happened"], 20)
        self.assertEqual((again["organic"]["n"], again["organic"]["happened"]), (20, 10))
        self.assertLess(again["p_value"], 0.001)
        # Baskets grow with the place, so that the quarters of baskets part the two groups.
        self.assertFalse(again["matched"])
        self.env["sale.order"].search([("partner_id", "in", self.people.ids)]).order_line.write(
            {"price_unit": 100}
        )
        self.env.flush_all()
        again = self.env["relationship.referral.figures"]._count_again(self.company, today)
        matched = again["matched"]
        self.assertEqual((matched["n_one"], matched["n_other"]), (20, 20))
        self.assertAlmostEqual(matched["one"], 1)
        self.assertGreater(matched["difference"].low, 0.2)

    def test_a_till_is_a_place_of_its_own(self):
        place, joins = self.env["relationship.referral.figures"]._sql_place()
        self.assertIn("config_id", place.code)
        self.assertIn("pos_order", joins.code)

    def test_small_groups_stay_hidden(self):
        self.company.relationship_minimum_group = 25
        self.refresh()
        figures = self.env["relationship.referral.figures"].get_referral_insight()["figures"]
        self.assertFalse(figures["kept"])
        self.assertFalse(figures["said"])

    def test_not_for_everybody(self):
        with self.assertRaises(AccessError):
            self.env["relationship.referral.figures"].with_user(self.nok).get_referral_insight()
