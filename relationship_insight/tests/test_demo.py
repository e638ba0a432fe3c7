from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.relationship_insight.demo.plan import cast_customers

CLASSES = {"true", "latent", "spurious", "low"}


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo shop, generated on a database that has no demonstration data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Demo = cls.env["relationship.demo"]
        cls.created = cls.Demo._generate()
        cls.company = cls.env.ref("relationship_insight.demo_company")
        cls.manager = cls.env.ref("relationship_insight.demo_user_manager")
        cls.kinds = {plan.email: plan.persona.key for plan in cast_customers()}
        cls.customers = cls.env["res.partner"].search(
            [("email", "=like", "customer.%@example.com")]
        ) | cls.env["res.partner"].search([("email", "=like", "company.%@example.com")])
        cls.profiles = cls.env["relationship.profile"].search(
            [("commercial_partner_id", "in", cls.customers.ids)]
        )

    def _customers_of(self, kind):
        return self.customers.filtered(lambda partner: self.kinds[partner.email] == kind)

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
        silent = self._customers_of("silent")
        self.assertEqual(notes.search_count([("commercial_partner_id", "in", silent.ids)]), 2)
        self.assertGreaterEqual(notes.search_count([("staff_id", "=", seller.id)]), 20)

    def test_one_silent_seller_is_found_and_no_other(self):
        units = self.env["relationship.silence"].search(
            [("company_id", "=", self.company.id), ("status", "in", ("silent", "logging"))]
        )
        self.assertEqual(
            sorted((unit.name, unit.period) for unit in units),
            [("Sam Demo", "180"), ("Sam Demo", "90")],
        )
        self.assertTrue(all(unit.talk_count for unit in units))

    def test_the_shop_shows_its_own_customers_only(self):
        """Odoo's demo customers belong to another company."""
        Profile = self.env["relationship.profile"].with_user(self.manager)
        self.assertEqual(Profile.search([]).commercial_partner_id, self.customers)
        self.assertEqual(self.customers.company_id, self.company)
        self.assertEqual(self.company.currency_id.name, "THB")
        self.assertEqual(self.company.partner_id.country_id.code, "TH")

    def test_no_address_tells_the_class(self):
        words = set(self.kinds.values())
        for partner in self.customers | self.customers.child_ids:
            text = f"{partner.name} {partner.email}".lower()
            self.assertFalse([word for word in words if word in text], text)
            self.assertTrue(partner.phone)

    def test_the_last_talk_is_known(self):
        talked = self.env["relationship.note"].search(
            [("company_id", "=", self.company.id), ("visibility", "=", "company")]
        )
        self.assertGreaterEqual(len(talked), 200)
        for partner in talked.partner_id:
            self.assertTrue(partner.with_user(self.manager).relationship_last_talk, partner.name)
        cadences = self.env["relationship.cadence"].search([("company_id", "=", self.company.id)])
        self.assertGreaterEqual(len(cadences.filtered("last_date")), 60)

    def test_cases_in_all_stages_met_and_late(self):
        cases = self.env["relationship.case"].search([("company_id", "=", self.company.id)])
        states = {"new": 3, "working": 2, "answered": 2, "closed": 5, "cancelled": 1}
        self.assertEqual(dict(Counter(cases.mapped("state"))), states)
        reached = cases.filtered("date_contacted")
        in_time = reached.filtered(lambda case: case.date_contacted <= case.date_deadline)
        self.assertTrue(in_time)
        self.assertTrue(reached - in_time)
        self.assertEqual(cases.filtered("is_late").mapped("name"), ["Nobody asked what I need"])
        self.assertLess(max(cases.mapped("date_received")), fields.Datetime.now())
        self.assertEqual(set(cases.mapped("accepted")) - {False}, {"yes", "partly", "no"})

    def test_promises_kept_late_broken_and_open(self):
        counts = dict(
            self.env["relationship.promise"]._read_group(
                [("company_id", "=", self.company.id)], ["state"], ["__count"]
            )
        )
        for state, least in (("open", 5), ("kept", 10), ("late", 3), ("broken", 2), ("handed", 1)):
            self.assertGreaterEqual(counts.get(state, 0), least, counts)

    def test_changes_of_class_have_reasons(self):
        """Somebody came into, or left, each class; the history says what moved them."""
        moves = self.env["relationship.transition"].search([("company_id", "=", self.company.id)])
        seen = {*moves.mapped("class_to"), *moves.mapped("class_from")}
        self.assertFalse(CLASSES - seen)
        self.assertTrue(all(moves.mapped("reason")))

    def test_every_point_and_the_receipt_have_answers(self):
        points = self.env["relationship.feedback.point"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(
            {point.name: point.answer_count for point in points},
            {"Poster at the door": 12, "Tablet at the counter": 30},
        )
        config = self.env.ref("relationship_insight.demo_pos_config")
        self.assertEqual(config.relationship_receipt_campaign_id.state, "running")
        receipts = self.env["relationship.invitation"].search(
            [("channel", "=", "receipt"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(receipts), 16)
        self.assertTrue(all(receipts.mapped("reading_ids")))

    def test_words_fit_where_they_were_said(self):
        notes = self.env["relationship.note"].search([("company_id", "=", self.company.id)])
        self.assertFalse(
            notes.filtered(
                lambda note: (
                    (note.summary or "").startswith("Called") and note.channel != "call_out"
                )
            )
        )
        self.assertFalse(
            notes.filtered(
                lambda note: (
                    note.channel == "store" and note.partner_id.commercial_partner_id.is_company
                )
            )
        )

    def test_each_screen_has_something(self):
        for model in (
            "relationship.competitor",
            "relationship.life.event",
            "relationship.mention",
            "relationship.note.draft",
            "relationship.preference",
            "relationship.referral",
            "relationship.handover",
        ):
            self.assertTrue(self.env[model].search_count([]), model)

    def test_quarterly_campaign_has_results(self):
        campaign = self.env["relationship.campaign"].search(
            [("company_id", "=", self.company.id), ("state", "=", "running")]
        )
        self.assertEqual(len(campaign), 1)
        states = campaign.wave_ids.sorted("number").mapped("state")
        self.assertEqual(states, ["closed"] * 5 + ["running"])
        for wave in campaign.wave_ids:
            self.assertTrue(0.15 < wave.done_share < 0.6, wave.done_share)
            self.assertGreaterEqual(wave.done_count, 10)
        bounced = self.env["relationship.delivery"].search(
            [("campaign_id", "=", campaign.id), ("state", "=", "bounced")]
        )
        self.assertTrue(bounced)
        self.assertEqual(campaign.reached_count, campaign.sent_count - len(bounced.invitation_id))
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

    def test_somebody_warmed_or_cooled_lately_and_why(self):
        changes = self.env["relationship.transition"].search(
            [
                ("company_id", "=", self.company.id),
                ("direction", "in", ("warmed", "cooled")),
                ("date", ">", fields.Date.today() - timedelta(days=92)),
            ]
        )
        self.assertTrue(changes)
        self.assertTrue(all(change.reason and change.evidence_ids for change in changes))

    def test_a_study_is_under_way(self):
        [study] = self.env["relationship.study"].search([("company_id", "=", self.company.id)])
        states = study.interviewee_ids.mapped("state")
        for state in ("held", "booked", "invited", "refused", "drawn"):
            self.assertIn(state, states)
        held = study.interviewee_ids.filtered(lambda one: one.state == "held")
        self.assertEqual(held.speaker_ids.interview_id.turn_count, 6)

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
