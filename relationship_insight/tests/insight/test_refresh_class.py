from datetime import datetime, timedelta

from odoo.tests import TransactionCase, freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.stats import scales

from .common_population import PopulationCase

NOW = datetime(2026, 3, 15, 12)
# W, mean, x_w, T_w; answers (age in days, value of 10); m, s, pA, pB; posteriors; class, reason
VECTORS = [
    (
        (1, 80, 2, 15),
        [(0, 8)],
        (73.9189, 8.1373, 0.8635, 0.7142),
        (0.6167, 0.2468, 0.0975, 0.0390),
        "true",
        None,
    ),
    (
        (1, 80, 0, 15),
        [(0, 8)],
        (73.9189, 8.1373, 0.8635, 0.0703),
        (0.0607, 0.8028, 0.0096, 0.1269),
        "latent",
        None,
    ),
    (
        (1, 45, 3, 15),
        [(0, 4.5)],
        (50.7432, 8.1373, 0.0399, 0.8965),
        (0.0358, 0.0041, 0.8608, 0.0994),
        "spurious",
        None,
    ),
    (
        (1, 45, 0, 15),
        [(0, 4.5)],
        (50.7432, 8.1373, 0.0399, 0.0703),
        (0.0028, 0.0371, 0.0674, 0.8927),
        "low",
        None,
    ),
    (
        (0.1, 80, 3, 15),
        [(598, 8)],
        (64.9498, 12.8015, 0.4984, 0.8965),
        (0.4469, 0.0516, 0.4497, 0.0519),
        "unknown",
        "stale",
    ),
    (
        (2.5, 66, 3, 15),
        [(0, 7), (0, 7), (180, 5)],
        (65.3220, 5.7637, 0.5223, 0.8965),
        (0.4682, 0.0540, 0.4283, 0.0494),
        "unknown",
        "ambiguous",
    ),
]


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestRefreshClass(TransactionCase):
    """The six worked examples of the loyalty matrix, through the whole refresh."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = PopulationCase._make_company.__func__(cls, "Vectors", "THB", "UTC")
        cls.env = cls.env(
            context=dict(
                cls.env.context, relationship_no_refresh=True, allowed_company_ids=cls.company.ids
            )
        )
        # Half steps, since one example has a mean of 45.
        cls.measure = cls.env.ref("relationship_insight.measure_m13")
        cls.measure.step = 0.5
        calibration = cls.env["relationship.calibration"]._get(cls.company, NOW.date())
        # A half-life of ages makes discounted counts plain ones, and discounted time plain time.
        calibration.params = {
            **calibration.params,
            "half_life": 1e9,
            "r": 0.3872,
            "alpha": 12.2713 * 7,
            "theta": 0.05 / 7,
            "median_gap": 30,
            "kappa": 100 / 196,
            "sigma_w": 10,
            "mu_person": 62,
            "mu_company": 62,
        }

    def _buy(self, partner, repeats, days):
        """First purchase ``days`` ago, then so many repeats."""
        PopulationCase._insert_tickets.__func__(
            type(self),
            [
                (partner.id, self.company.id, NOW - timedelta(days=days - 10 * n), 10)
                for n in range(repeats + 1)
            ],
        )

    def _answer(self, partner, age, value, **vals):
        return self.env["relationship.reading"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "value": value,
                "measure_id": self.measure.id,
                "origin": "survey",
                "date": NOW - timedelta(days=age),
                **vals,
            }
        )

    def _profile(self, partner):
        self.env["relationship.profile"]._refresh(partner.ids)
        return self.env["relationship.profile"].search(
            [("commercial_partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def _customer(self, answers, repeats, weeks):
        """A customer whose people each answered once."""
        firm = self.env["res.partner"].create({"name": "Example"})
        people = firm | self.env["res.partner"].create(
            [{"name": "Person", "parent_id": firm.id, "type": "other"} for _more in answers[1:]]
        )
        for person, (age, value) in zip(people, answers):
            self._answer(person, age, value)
        self.assertEqual(set(people.commercial_partner_id.ids), set(firm.ids))
        self._buy(firm, repeats, weeks * 7)
        return firm

    def test_vectors(self):
        for given, answers, middle, chances, state, reason in VECTORS:
            with self.subTest(given=given):
                mass, _mean, repeats, weeks = given
                profile = self._profile(self._customer(answers, repeats, weeks))
                self.assertAlmostEqual(profile.attitude_mass, mass, 4)
                self.assertAlmostEqual(profile.x_weighted, repeats, 6)
                self.assertAlmostEqual(profile.t_weighted, weeks * 7, 4)
                figures = (
                    profile.attitude,
                    profile.attitude_se,
                    profile.p_attitude,
                    profile.p_behaviour,
                )
                for found, expected in zip(figures, middle):
                    self.assertAlmostEqual(found, expected, delta=7e-4)
                if reason != "stale":
                    found = profile.p_true, profile.p_latent, profile.p_spurious, profile.p_low
                    for one, other in zip(found, chances):
                        self.assertAlmostEqual(one, other, delta=1e-4)
                self.assertEqual(profile.loyalty_class, state)
                self.assertEqual(profile.unknown_reason or None, reason)
                # No rival was rated, so nobody may be sure: 80 % and more stays at medium.
                self.assertEqual(profile.confidence or None, None if reason else "medium")

    def test_sure_once_compared(self):
        """With a rival rated too, the same chance is a high confidence."""
        customer = self._customer([(0, 8)], 0, 15)
        rival = self.env["relationship.competitor"].create({"name": "Rival", "company_id": False})
        self._answer(customer, 0, 5, competitor_id=rival.id)
        profile = self._profile(customer)
        self.assertEqual(scales.relative_attitude(80, 8, [5]).RA, 80)
        # 80 compared is 73.6 + 0.9 (80 - 61.6) = 90.16 alone.
        self.assertAlmostEqual(profile.attitude_told, 90.16, 4)
        self.assertAlmostEqual(profile.p_latent, 0.9044, 3)
        self.assertEqual(
            (profile.loyalty_class, profile.confidence, profile.attitude_basis),
            ("latent", "high", "relative"),
        )

    def test_to_be_asked_about_rivals_moves_nobody(self):
        """Three kinds of customers, each also with the rival usual for them: the same class."""
        rival = self.env["relationship.competitor"].create({"name": "Rival", "company_id": False})
        for us, usual in ((9, 7), (8, 7), (7, 7), (4, 6), (3, 5)):
            alone = self._customer([(0, us)], 3, 15)
            both = self._customer([(0, us)], 3, 15)
            self._answer(both, 0, usual, competitor_id=rival.id)
            one, other = self._profile(alone), self._profile(both)
            self.assertEqual((one.attitude_basis, other.attitude_basis), ("absolute", "relative"))
            self.assertEqual(one.loyalty_class, other.loyalty_class, us)

    def test_both_bases_in_one_customer_are_said(self):
        customer = self._customer([(0, 8), (30, 8)], 0, 15)
        rival = self.env["relationship.competitor"].create({"name": "Rival", "company_id": False})
        self._answer(customer, 0, 7, competitor_id=rival.id)
        self.assertEqual(self._profile(customer).attitude_basis, "mixed")

    def test_gates(self):
        """Too little evidence is unknown, with its reason, and never low."""
        silent = self.env["res.partner"].create({"name": "Silent"})
        self._buy(silent, 3, 100)
        refused = self.env["res.partner"].create({"name": "Refused", "email": "no@example.com"})
        self.env["mail.blacklist"]._add(refused.email)
        self._buy(refused, 3, 100)
        fresh = self._customer([(0, 9)], 0, 8)
        self.assertEqual(self._profile(fresh).unknown_reason, "no_behaviour")
        waited = self._customer([(0, 9)], 0, 9)
        self.assertEqual(self._profile(waited).loyalty_class, "latent")
        only_said = self.env["res.partner"].create({"name": "Never bought"})
        self._answer(only_said, 1, 9)
        for partner, reason in (
            (silent, "no_attitude"),
            (refused, "opted_out"),
            (only_said, "no_behaviour"),
        ):
            profile = self._profile(partner)
            self.assertEqual((profile.loyalty_class, profile.unknown_reason), ("unknown", reason))
            self.assertFalse(profile.confidence)

    def test_not_the_customers_word(self):
        """What staff noted, what didn't apply, and what was voided is no attitude."""
        customer = self._customer([(3, 8)], 2, 15)
        expected = self._profile(customer).attitude
        self._answer(customer, 2, 0, origin="staff")
        self._answer(customer, 2, 0, origin="pos")
        self._answer(customer, 1, 0, na=True)
        self._answer(customer, 1, 0)._void("typed wrong")
        profile = self._profile(customer)
        self.assertEqual(profile.attitude, expected)
        self.assertEqual((profile.attitude_count, profile.reading_count), (1, 4))

    def test_item_answered_twice(self):
        """A scale needs enough of its items, however often one of them is answered in a day."""
        customer = self.env["res.partner"].create({"name": "Twice"})
        tell, bring = (
            self.env.ref(f"relationship_insight.measure_m07_{name}") for name in ("tell", "bring")
        )
        for value in (5, 4, 3):
            self._answer(customer, 1, value, measure_id=tell.id)
        self.env["relationship.profile"]._refresh(customer.ids)
        self.assertIsNone(self._stored_pride(customer))
        self._answer(customer, 1, 2, measure_id=bring.id)
        self.env["relationship.profile"]._refresh(customer.ids)
        self.assertAlmostEqual(self._stored_pride(customer), (100 + 75 + 50 + 25) / 4)

    def _stored_pride(self, customer):
        return self.env.execute_query(
            SQL(
                "SELECT pride FROM relationship_profile WHERE commercial_partner_id = %s",
                customer.id,
            )
        )[0][0]

    def test_a_scale_of_more_than_thirty_items(self):
        """Old items of a scale stay known: four items answered are four, wherever they stand.

        Trust asks 3 items, had 28 others and gets 2 new ones: 5 are asked, so 3 are needed.
        """
        trust = self.env.ref("relationship_insight.measure_m10")
        items = trust.child_ids.filtered("active").sorted("id")
        self.assertEqual(len(items), 3)
        new = self.env["relationship.measure"].create(
            [
                {
                    "code": f"TEST_{number}",
                    "name": f"Item {number}",
                    "question": f"Item {number}?",
                    "parent_id": trust.id,
                    "kind": items[0].kind,
                    "active": number >= 28,
                    "scale_min": items[0].scale_min,
                    "scale_max": items[0].scale_max,
                }
                for number in range(30)
            ]
        )
        partner = self.env["res.partner"].create({"name": "Trusting"})
        # Quality takes a second scale beside trust, and an attitude another figure.
        others = self.env.ref("relationship_insight.measure_m03") | self.env.ref(
            "relationship_insight.measure_m04"
        )
        for item in items[1:] | new[-2:] | others:
            self._answer(partner, 0, item.scale_max, measure_id=item.id)
        self.assertEqual(self._profile(partner).quality, 100)
