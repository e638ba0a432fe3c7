import random
from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged

from odoo.addons.relationship_insight.stats import reliability

from ..common_note import RELATIONS

NOW = datetime(2026, 3, 15, 5)


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestReliability(TransactionCase):
    """A company's own answers say how far the items of a scale measure one thing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "relationship_no_refresh": True}
        )
        cls.company = cls.env["res.company"].create({"name": "Reliable Shop"})
        cls.pride = cls.env.ref("relationship_insight.measure_m07")
        cls.bond = cls.env.ref("relationship_insight.measure_m08")
        cls.staff = cls.env["res.partner"].create({"name": "Nok"})
        cls.people = cls.env["res.partner"].create([{"name": f"P{i}"} for i in range(60)])
        cls.rng = random.Random(4)

    def answer(self, items, people, noise, **vals):
        """Answers of what each person thinks plus so much noise (SD 1); returns the scores."""
        low, high = items[0].scale_min, items[0].scale_max
        rows, vals_list = [], []
        for person in people:
            truth = self.rng.gauss(0, 1)
            values = [
                min(
                    high,
                    max(
                        low,
                        round(
                            (low + high) / 2 + (high - low) / 4 * (truth + self.rng.gauss(0, noise))
                        ),
                    ),
                )
                for _item in items
            ]
            rows.append([100 * (value - low) / (high - low) for value in values])
            vals_list += [
                {
                    "partner_id": person.id,
                    "company_id": self.company.id,
                    "measure_id": item.id,
                    "value": value,
                    "origin": "survey",
                    "date": NOW - timedelta(days=3),
                    **vals,
                }
                for item, value in zip(items, values)
            ]
        self.env["relationship.reading"].create(vals_list)
        return rows

    def rows(self, measure):
        return self.env["relationship.reliability"].search(
            [("company_id", "=", self.company.id), ("measure_id", "=", measure.id)]
        )

    def calibrate(self):
        return self.env["relationship.calibration"]._calibrate(self.company, NOW.date()).params

    def test_own_answers_are_counted_and_used(self):
        items = self.pride.child_ids.sorted("id")
        scores = self.answer(items, self.people, noise=0.7)
        # Of who answered twice the later sitting counts, and an unfinished one not at all.
        self.answer(items, self.people[:5], noise=3, date=NOW - timedelta(days=40))
        self.answer(items[:2], self.people[5:9], noise=3, date=NOW - timedelta(days=1))
        params = self.calibrate()
        row = self.rows(self.pride)
        covariance, n = reliability.covariance_matrix(scores)
        self.assertEqual((row.n, n, row.item_count, row.basis), (60, 60, len(items), "own"))
        self.assertAlmostEqual(row.alpha, reliability.cronbach_alpha(covariance), 6)
        self.assertAlmostEqual(row.omega, reliability.mcdonald_omega(covariance), 6)
        self.assertEqual(row.used, row.omega)
        self.assertGreater(row.least_change, 0)
        self.assertAlmostEqual(params["omega"], row.omega, 6)
        self.assertAlmostEqual(
            self.env["relationship.reliability"]._get_used(self.company, self.pride), row.omega, 6
        )

    def test_few_answers_leave_the_default_and_it_says_so(self):
        self.answer(self.pride.child_ids, self.people[:49], noise=0.7)
        params = self.calibrate()
        row = self.rows(self.pride)
        self.assertEqual((row.n, row.basis, row.used), (49, "default", 0.85))
        self.assertEqual((params["omega"], params["omega_rapport"]), (0.85, 0.85))

    def test_rapport_uses_its_own(self):
        items = self.bond.child_ids.child_ids.sorted("id")
        self.assertEqual(len(items), 4)
        self.answer(items, self.people, noise=1.5, staff_id=self.staff.id)
        params = self.calibrate()
        row = self.rows(self.bond)
        self.assertEqual((row.n, row.item_count, row.basis), (60, 4, "own"))
        self.assertEqual(params["omega_rapport"], row.used)
        self.assertLess(row.used, 0.8)
        # Two items each: alpha is all there is.
        for half in self.bond.child_ids:
            self.assertEqual((self.rows(half).omega, self.rows(half).used > 0), (0, True))

    def test_feelings_have_two_poles_and_a_month_one_figure(self):
        feelings = self.env.ref("relationship_insight.measure_m01")
        self.answer(self.pride.child_ids, self.people, noise=0.7)
        self.answer(feelings.child_ids, self.people[:9], noise=0.7)
        self.calibrate()
        self.calibrate()
        self.assertEqual(len(self.rows(self.pride)), 1)
        self.assertEqual(
            {(row.valence, row.n, row.basis) for row in self.rows(feelings)},
            {("1", 9, "default"), ("-1", 9, "default")},
        )

    def test_only_the_own_company_is_seen(self):
        self.answer(self.pride.child_ids, self.people[:9], noise=0.7)
        self.calibrate()
        other = self.env["res.company"].create({"name": "Other"})
        lek = new_test_user(
            self.env,
            "lek_r",
            groups=RELATIONS,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.env["relationship.reliability"].with_user(lek).search([]))
        with self.assertRaises(AccessError):
            self.rows(self.pride).with_user(lek).read(["used"])
        here = new_test_user(
            self.env,
            "here_r",
            groups=RELATIONS,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertTrue(self.pride.with_user(here).reliability_ids)
        with self.assertRaises(AccessError):
            self.rows(self.pride).with_user(here).write({"used": 1})
