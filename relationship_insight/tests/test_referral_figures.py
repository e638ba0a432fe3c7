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
                [partner.id, cls.company.id, today - timedelta(days=300), today, 3
                 if referred and place % 10 else 1, 95 if place < 10 else 50,
                 80 + place % 3 if referred else 40 + place % 3])
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
                [cls.company.id, cls.program.id, *[cls.people[place % 5].id] * 2,
                 *[partner.id] * 2, cls.ago(310), cls.ago(300)])
        cls.env.invalidate_all()

    def refresh(self):
        """Run the cron, whose commits the test can't have."""
        with patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_more: 60):
            self.env["relationship.referral.figures"]._cron_refresh()

    def test_figures_by_hand(self):
        self.refresh()
        data = self.env["relationship.referral.figures"].with_user(
            self.boss).get_referral_insight()
        figures = data["figures"]
        self.assertEqual(
            figures["life"], {"claims": 20, "accepted": 20, "bought": 20, "rewarded": 20})
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
            [(row["generation"], row["customers"], row["revenue"])
             for row in figures["generations"]], [(0, 5, 500), (1, 20, 2000)])
        self.assertAlmostEqual(figures["k"][0], 0.5)
        self.assertLess(figures["k"][1], 0.5)
        self.assertEqual(len(data["top"]), 5)
        self.assertEqual(data["top"][0]["friends"], 4)
        # Their last friends came 300 days ago.
        self.assertEqual(len(data["silent"]), 5)

    def test_small_groups_stay_hidden(self):
        self.company.relationship_minimum_group = 25
        self.refresh()
        figures = self.env["relationship.referral.figures"].get_referral_insight()["figures"]
        self.assertFalse(figures["kept"])
        self.assertFalse(figures["said"])

    def test_not_for_everybody(self):
        with self.assertRaises(AccessError):
            self.env["relationship.referral.figures"].with_user(self.nok).get_referral_insight()
