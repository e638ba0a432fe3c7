import random
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.stats.bond import customer_bond

from ..common_opened import opened_domain

NOW = datetime(2026, 3, 15, 5)
STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestCoverage(TransactionCase):
    """Forty customers, some of the best untouched, some held by one colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "relationship_no_refresh": True}
        )
        rng = random.Random(11)
        cls.company = cls.env["res.company"].create({"name": "Coverage Shop"})
        vals = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        cls.nok = new_test_user(cls.env, "cov_nok", groups=STAFF, **vals)
        cls.dao = new_test_user(cls.env, "cov_dao", groups=STAFF, **vals)
        cls.alex = new_test_user(cls.env, "cov_alex", groups=RELATIONS, **vals)
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Cov {n}", "user_id": cls.nok.id} for n in range(41)]
        )
        # Returned in full, so that they are nobody's top customer.
        tickets = [(cls.customers[40].id, 9000, 20), (cls.customers[40].id, -9000, 15)]
        notes = []
        for place, customer in enumerate(cls.customers[:40]):
            tickets += [
                (customer.id, 10 * (place + 1), rng.randrange(1, 364)),
                (customer.id, 5000, rng.randrange(366, 500)),
            ]
            if place % 2:
                age = 120 if place % 4 == 1 else 20
                notes.append((customer, cls.nok, age))
        # The best is close to Nok alone; the second best to both.
        for day in (1, 4, 9, 16, 30):
            notes += [
                (cls.customers[39], cls.nok, day),
                (cls.customers[38], cls.nok, day),
                (cls.customers[38], cls.dao, day),
            ]
        cls.env["relationship.note"].create(
            [
                {
                    "partner_id": customer.id,
                    "company_id": cls.company.id,
                    "staff_id": user.partner_id.id,
                    "date": NOW - timedelta(days=age),
                    "channel": "store",
                    "purpose": "listen",
                    "summary": "Likes tea",
                }
                for customer, user, age in notes
            ]
        )
        # E-mail and private talks are no touch anybody else can see.
        cls.env["relationship.note"].create(
            [
                {
                    "partner_id": cls.customers[36].id,
                    "company_id": cls.company.id,
                    "staff_id": cls.nok.partner_id.id,
                    "date": NOW - timedelta(days=2),
                    **more,
                }
                for more in ({"channel": "email"}, {"visibility": "me"})
            ]
        )
        cls.env.cr.execute(
            SQL(
                """
            INSERT INTO pos_order (
                name, state, partner_id, company_id, date_order, amount_total, amount_tax,
                amount_paid, amount_return, currency_rate, is_refund)
            SELECT 'Ticket', 'paid', partner, %s, date, amount, 0, amount, 0, 1, amount < 0
              FROM (VALUES %s) AS ticket (partner, amount, date)
            """,
                cls.company.id,
                SQL(", ").join(
                    SQL("(%s, %s, %s::timestamp)", customer, amount, NOW - timedelta(days=age))
                    for customer, amount, age in tickets
                ),
            )
        )
        cls.env["relationship.profile"]._refresh()

    def profiles(self, domain, user=None):
        Profile = (
            self.env["relationship.profile"]
            .with_user(user or self.alex)
            .with_context(allowed_company_ids=self.company.ids)
        )
        return Profile.search([("company_id", "=", self.company.id), *domain])

    def call(self, method, *args, user=None):
        Screen = (
            self.env["relationship.key.people"]
            .with_user(user or self.alex)
            .with_context(allowed_company_ids=self.company.ids)
        )
        return getattr(Screen, method)(*args)

    def oracle(self, days):
        """Top tenth by spend of 12 months from the orders themselves, without a talk since."""
        rows = self.env.execute_query(
            SQL(
                """
            WITH spend AS (
                SELECT partner_id, SUM(amount_total) AS spend FROM pos_order
                 WHERE company_id = %(company)s
                   AND date_order > %(now)s::timestamp - '365 days'::interval
              GROUP BY 1 HAVING SUM(amount_total) > 0
            ), ranked AS (
                SELECT *, ROW_NUMBER() OVER (ORDER BY spend DESC) AS place, COUNT(*) OVER () AS n
                  FROM spend
            )
            SELECT partner_id FROM ranked
             WHERE place <= CEIL(n * 0.1) AND NOT EXISTS (
                SELECT 1 FROM relationship_note note
                 WHERE note.partner_id = ranked.partner_id AND note.channel != 'email'
                   AND note.visibility = 'company'
                   AND note.date::date >= %(now)s::date - %(days)s)
            """,
                company=self.company.id,
                now=NOW,
                days=days,
            )
        )
        return {row[0] for row in rows}

    def test_coverage_equals_the_oracle(self):
        for days in (15, 90, 130):
            with self.subTest(days=days):
                self.company.relationship_coverage_days = days
                found = self.profiles([("is_top", "=", True), ("is_untouched", "=", True)])
                self.assertEqual(set(found.commercial_partner_id.ids), self.oracle(days))
        self.assertEqual(len(self.profiles([("is_top", "=", True)])), 4)
        self.assertEqual(len(self.profiles([("is_top", "=", False)])), 37)
        untouched = self.profiles([("commercial_partner_id", "=", self.customers[36].id)])
        self.assertTrue(untouched.is_top and untouched.is_untouched)
        self.assertIn("recorded", untouched.touch_text)

    def test_board(self):
        board = self.call("get_key_people")
        self.assertEqual(board["coverage"]["customers"], 40)
        self.assertEqual(board["coverage"]["spend"], sum(10 * n for n in range(1, 41)))
        self.assertEqual(board["untouched_count"], len(self.oracle(90)))
        with self.assertRaises(AccessError):
            self.call("get_key_people", user=self.nok)
        with self.assertRaises(AccessError):
            self.call("get_leaver", self.nok.partner_id.id, user=self.nok)
        with self.assertRaises(UserError):
            self.call("get_leaver", self.nok.partner_id.id, ["1"])

    def test_the_list_opens_as_many_as_the_board_counts(self):
        action = self.env.ref("relationship_insight.relationship_profile_action_untouched")
        domain = opened_domain(self.env, action)
        Profile = self.env["relationship.profile"].with_user(self.alex)
        found = Profile.search([("company_id", "=", self.company.id), *domain])
        self.assertEqual(len(found), self.call("get_key_people")["untouched_count"])
        self.assertEqual(set(found.commercial_partner_id.ids), set(self.oracle(90)))

    def test_key_person_in_money(self):
        """The planted leaver puts a known sum at risk; a second warm tie lowers it."""
        held = self.profiles([("key_staff_id", "=", self.nok.partner_id.id)])
        self.assertIn(self.customers[39], held.commercial_partner_id)
        self.assertNotIn(self.customers[38], held.commercial_partner_id)
        leaver = self.call("get_leaver", self.nok.partner_id.id)
        self.assertAlmostEqual(leaver["exposed"], sum(held.mapped("spend_12m")), 2)
        self.assertAlmostEqual(leaver["expected"], sum(p.spend_12m * p.key_risk for p in held), 2)
        best = held.filtered(lambda p: p.commercial_partner_id == self.customers[39])
        after = self.call("get_leaver", self.nok.partner_id.id, self.customers[39].ids)
        self.assertAlmostEqual(after["exposed"], leaver["exposed"] - 400, 2)
        risk = customer_bond([best.bond_ids.strength, 40], []).risk
        self.assertAlmostEqual(
            after["expected"], leaver["expected"] + 400 * (risk - best.key_risk), 2
        )
        self.assertLess(after["expected"], leaver["expected"])
        # In earnest too: once Dao talks with the best customer, nobody holds them alone.
        self.env["relationship.note"].create(
            [
                {
                    "partner_id": self.customers[39].id,
                    "company_id": self.company.id,
                    "staff_id": self.dao.partner_id.id,
                    "date": NOW - timedelta(days=day),
                    "channel": "store",
                    "purpose": "listen",
                    "summary": "Likes tea",
                }
                for day in (1, 4, 9, 16, 30)
            ]
        )
        self.env["relationship.profile"]._refresh(self.customers[39].ids)
        self.env.invalidate_all()
        self.assertAlmostEqual(
            self.call("get_leaver", self.nok.partner_id.id)["exposed"], leaver["exposed"] - 400, 2
        )

    def test_alert_and_backup(self):
        alerts = self.profiles([("key_alert", "=", True)])
        self.assertIn(self.customers[39], alerts.commercial_partner_id)
        self.assertTrue(alerts[:1].key_alert)
        self.assertNotIn(self.customers[38], alerts.commercial_partner_id)
        missing = self.profiles([("needs_backup", "=", True)])
        self.assertEqual(missing.commercial_partner_id, self.customers[36:40][::-1])
        team = self.env["relationship.account.team"].create(
            {
                "commercial_partner_id": self.customers[39].id,
                "company_id": self.company.id,
                "staff_id": self.dao.partner_id.id,
                "role": "backup",
                "date_from": "2026-01-01",
            }
        )
        self.assertNotIn(
            self.customers[39], self.profiles([("needs_backup", "=", True)]).commercial_partner_id
        )
        team.date_to = "2026-02-01"
        self.assertIn(
            self.customers[39], self.profiles([("needs_backup", "=", True)]).commercial_partner_id
        )
