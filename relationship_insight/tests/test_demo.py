from odoo import fields
from odoo.tests import TransactionCase, tagged

CLASSES = {"true", "latent", "spurious", "low"}


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo shop, generated on a database that has no demonstration data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Demo = cls.env["relationship.demo"]
        cls.created = cls.Demo._generate()
        cls.customers = cls.env["res.partner"].search(
            [("email", "=like", "customer.%@example.com")]
        ) | cls.env["res.partner"].search([("email", "=like", "company.%@example.com")])
        cls.profiles = cls.env["relationship.profile"].search(
            [("commercial_partner_id", "in", cls.customers.ids)]
        )

    def _customers_of(self, kind):
        return self.customers.filtered(lambda partner: f".{kind}." in partner.email)

    def _purchases_of(self, kind, *domain):
        return self.env["relationship.purchase"].search(
            [("commercial_partner_id", "in", self._customers_of(kind).ids), *domain]
        )

    def test_every_class_comes_out_of_the_refresh(self):
        counts = dict(
            self.env["relationship.profile"]._read_group(
                [("id", "in", self.profiles.ids)], ["loyalty_class"], ["__count"]
            )
        )
        for loyalty_class in CLASSES:
            self.assertGreaterEqual(counts.get(loyalty_class, 0), 8, counts)
        self.assertLessEqual(counts.get("unknown", 0), len(self.customers) / 2, counts)

    def test_personas_land_in_their_own_class(self):
        for kind in CLASSES:
            profiles = self.profiles.filtered(
                lambda profile, kind=kind: (
                    profile.commercial_partner_id in self._customers_of(kind)
                    and profile.loyalty_class != "unknown"
                )
            )
            hits = profiles.filtered(lambda profile, kind=kind: profile.loyalty_class == kind)
            self.assertGreaterEqual(len(hits), 0.75 * len(profiles), kind)

    def test_unknown_says_why(self):
        reasons = set(self.profiles.mapped("unknown_reason"))
        self.assertTrue({"no_attitude", "stale"} <= reasons, reasons)

    def test_a_snapshot_a_month(self):
        dates = dict(
            self.env["relationship.snapshot"]._read_group(
                [("commercial_partner_id", "in", self.customers.ids)], ["date:month"], ["__count"]
            )
        )
        self.assertEqual(len(dates), 12)

    def test_some_customers_changed(self):
        snapshots = self.env["relationship.snapshot"].search(
            [("commercial_partner_id", "in", self._customers_of("cooling").ids)], order="date"
        )
        self.assertGreater(len(set(snapshots.mapped("loyalty_class"))), 1)

    def test_purchases_lie_within_two_years(self):
        purchases = self.env["relationship.purchase"].search(
            [("commercial_partner_id", "in", self.customers.ids)]
        )
        self.assertEqual(set(purchases.mapped("channel")), {"sale", "pos"})
        now = fields.Datetime.now()
        self.assertLessEqual(max(purchases.mapped("date")), now)
        self.assertGreater(min(purchases.mapped("date")), fields.Datetime.subtract(now, days=735))

    def test_refund_and_free_sample_are_no_visits(self):
        refund = self._purchases_of("spurious", ("is_refund", "=", True))
        self.assertEqual(len(refund), 1)
        returned = self._purchases_of("spurious", ("is_visit", "=", False)) - refund
        self.assertEqual(len(returned), 1)
        self.assertAlmostEqual(returned.amount, -refund.amount)
        self.assertAlmostEqual(returned.net_amount, 0)
        free = self._purchases_of("low", ("amount", "=", 0))
        self.assertEqual(len(free), 1)
        self.assertFalse(free.is_visit)

    def test_silent_sales_rise_without_a_talk(self):
        half_year = fields.Datetime.subtract(fields.Datetime.now(), days=183)
        year = fields.Datetime.subtract(fields.Datetime.now(), days=366)
        recent = self._purchases_of("silent", ("date", ">=", half_year))
        before = self._purchases_of("silent", ("date", ">=", year), ("date", "<", half_year))
        self.assertGreater(len(recent), 1.5 * len(before))
        seller = self.env.ref("relationship_insight.demo_user_seller").partner_id
        self.assertEqual(recent.staff_id, seller)
        notes = self.env["relationship.note"]
        self.assertFalse(
            notes.search_count([("commercial_partner_id", "in", self._customers_of("silent").ids)])
        )
        self.assertTrue(notes.search_count([("staff_id", "=", seller.id)]))

    def test_quarterly_campaign_has_results(self):
        campaign = self.env.ref("relationship_insight.relationship_campaign_quarterly")
        self.assertEqual(campaign.state, "running")
        states = campaign.wave_ids.sorted("number").mapped("state")
        self.assertEqual(states, ["closed"] * 5 + ["running"])
        for wave in campaign.wave_ids:
            self.assertTrue(0.15 < wave.done_share < 0.6, wave.done_share)
            self.assertGreaterEqual(wave.done_count, 10)
        measure = self.env.ref("relationship_insight.measure_m03")
        results = campaign.result_ids.filtered(lambda result: result.measure_id == measure)
        self.assertGreaterEqual(len(set(results.mapped("period"))), 6)
        sent = campaign.invitation_ids
        self.assertFalse(
            self.env["relationship.invitation"]._filter_holdout(
                sent.partner_id, campaign.company_id
            )
        )
        self.assertFalse(sent.filtered(lambda i: i.state == "planned"))
        before = len(sent)
        self.env["relationship.planner"]._plan(campaign.company_id)
        self.assertEqual(len(campaign.invitation_ids), before)

    def test_demo_users_can_work(self):
        for login in ("rep", "relations", "manager"):
            user = self.env.ref(f"relationship_insight.demo_user_{login}")
            self.assertEqual(user.login, login)
            self.assertTrue(user.has_group("relationship_insight.group_relationship_staff"))
            self.assertTrue(self.env["relationship.profile"].with_user(user).search_count([]))

    def test_all_addresses_lead_nowhere(self):
        partners = self.customers | self.customers.child_ids
        self.assertFalse(
            partners.filtered(lambda partner: not partner.email.endswith("@example.com"))
        )

    def test_running_again_changes_nothing(self):
        models = (
            "pos.order",
            "relationship.note",
            "relationship.reading",
            "res.partner",
            "res.users",
            "sale.order",
            "relationship.snapshot",
        )
        before = [self.env[model].search_count([]) for model in models]
        self.assertFalse(self.Demo._generate())
        self.assertEqual([self.env[model].search_count([]) for model in models], before)
