import math
import random
from statistics import NormalDist

from odoo import fields
from odoo.tests import tagged

from .common_insights import CLASSES, InsightCase, judged, unknown

# Constants of a town: feelings 60 +- 10, an answer's noise 7; buying once in 60 days on average.
PARAMS = {
    "theta": 1 / 60,
    "kappa": 0.49,
    "sigma_w": 7.0,
    "half_life": 120.0,
    "r": 1.0,
    "alpha": 60.0,
}


@tagged("post_install", "-at_install")
class TestInsightShares(InsightCase):
    def calibrate_town(self, company=None):
        self.env["relationship.calibration"].create(
            {
                "company_id": (company or self.company).id,
                "date": fields.Date.today(),
                "params": PARAMS,
            }
        )

    def new_judged(self, n, rho, seed, mean=60, placed=(), **vals):
        """Customers whose feelings and buying go together, told once and bought by a seed.

        The first are ``placed`` in these classes, the others nowhere.
        """
        rng, normal, rows = random.Random(seed), NormalDist(), []
        for number in range(n):
            feels = rng.gauss(0, 1)
            buys = rho * feels + math.sqrt(1 - rho * rho) * rng.gauss(0, 1)
            rate = -math.log(1 - min(normal.cdf(buys), 1 - 1e-9)) / 60
            days = [day for day in range(400) if rng.random() < rate]
            x_w = sum(2 ** (-day / 120) for day in days)
            rows.append(
                judged(
                    60,
                    rate * 365,
                    placed[number] if number < len(placed) else "unknown",
                    (0.25, 0.25, 0.25, 0.25),
                    unknown_reason=number >= len(placed) and "ambiguous",
                    attitude_told=mean + 10 * feels + rng.gauss(0, 7),
                    attitude_worth=1,
                    attitude_mass=1,
                    x_weighted=x_w,
                    t_weighted=155.9,
                    class_review_date=fields.Date.today(),
                    rfm_recency=3,
                    rfm_frequency=3,
                    rfm_monetary=3,
                    **vals,
                )
            )
        return self.new_customers(rows)

    def shares(self, filters=None, user=None):
        return self.insight("get_insight_matrix", filters, user)["shares"]

    def test_shares_are_those_of_the_town_not_products(self):
        """Feelings and buying go together by 0.6: products of chances are 5 points off."""
        self.calibrate_town()
        self.new_judged(1500, 0.6, 1)
        found = self.shares()
        self.assertEqual((found["n"], found["status"]), (1500, "ok"))
        # P(feels > 65) is 0.309, P(buys once in 60 days) 0.368; both at once 0.211, not 0.114.
        for key, planted in zip(CLASSES, (0.211, 0.097, 0.157, 0.535)):
            cell = found["values"][key]
            self.assertAlmostEqual(cell["share"], planted, delta=0.035)
            # One town of many, each of whose intervals may just miss: how often is simulated.
            self.assertLess(cell["low"], planted + 0.01)
            self.assertGreater(cell["high"], planted - 0.01)
            self.assertLess(cell["high"] - cell["low"], 0.12)
        self.assertAlmostEqual(sum(cell["share"] for cell in found["values"].values()), 1, 6)

    def check(self, found, placed, total):
        """No figure contradicts the count beside it, and the corners make everybody."""
        rest = total - sum(placed)
        for key, count in zip(CLASSES, placed):
            self.assertGreaterEqual(round(found["values"][key]["share"] * total, 6), count)
        self.assertEqual(sum(cell["count"] for cell in found["values"].values()), total)
        for key, count in zip(CLASSES, placed):
            cell = found["values"][key]
            with self.subTest(key=key, cell=cell, placed=count):
                self.assertLessEqual(count, cell["count_low"])
                self.assertLessEqual(cell["count_low"], cell["count"])
                self.assertLessEqual(cell["count"], cell["count_high"])
                self.assertLessEqual(cell["count_high"], count + rest)
                self.assertAlmostEqual(cell["least"], count / total, 9)
                self.assertAlmostEqual(cell["most"], (count + rest) / total, 9)
                self.assertAlmostEqual(cell["share"], cell["count"] / total, 9)

    def test_no_corner_is_estimated_below_who_is_placed_there(self):
        """As in the demo: 27 in two corners, 17 and 12 in the others, 65 not known."""
        self.calibrate_town()
        placed = (27, 17, 27, 12)
        kinds = [key for key, count in zip(CLASSES, placed) for _each in range(count)]
        self.new_judged(95, 0.3, 12, placed=kinds)
        self.new_customers(
            [unknown("no_attitude", rfm_recency=3, rfm_frequency=3, rfm_monetary=3)] * 53
        )
        self.check(self.shares(), placed, 148)

    def test_random_towns_contradict_nothing(self):
        self.calibrate_town()
        rng = random.Random(7)
        for town in range(6):
            self.env["relationship.profile"].search([("company_id", "=", self.company.id)]).unlink()
            kinds = rng.choices(CLASSES, weights=(6, 1, 2, 1), k=rng.randint(0, 40))
            silent, unsure = rng.choice((0, 5, 60)), rng.randint(10, 30)
            self.new_judged(len(kinds) + unsure, rng.uniform(-0.8, 0.8), town, placed=kinds)
            self.new_customers(
                [
                    unknown(
                        "no_attitude",
                        rfm_recency=rng.randint(1, 5),
                        rfm_frequency=3,
                        rfm_monetary=rng.randint(0, 5),
                    )
                    for _each in range(silent)
                ]
            )
            self.check(
                self.shares(), [kinds.count(key) for key in CLASSES], len(kinds) + unsure + silent
            )

    def test_who_is_like_the_silent_speaks_for_them(self):
        """Frequent buyers like us and answer; the others are as many but hardly answer."""
        self.calibrate_town()
        fans = self.new_judged(120, 0, 3, mean=80)
        others = self.new_judged(40, 0, 4, mean=45)
        others.write({"rfm_recency": 1, "rfm_frequency": 1, "rfm_monetary": 1})
        self.new_customers(
            [unknown("no_attitude", rfm_recency=1, rfm_frequency=1, rfm_monetary=1)] * 80
        )
        values = self.shares()["values"]
        attached = values["true"]["share"] + values["latent"]["share"]
        # Of 120 fans 93 % feel attached, of 120 others 2 %: 48 %; of those who answered 70 %.
        self.assertAlmostEqual(attached, 0.48, delta=0.09)
        (fans + others).write({"attitude_worth": 0})
        self.assertEqual(self.shares(), {"n": 0, "status": "insufficient", "values": {}})

    def test_same_screen_twice(self):
        self.calibrate_town()
        self.new_judged(80, 0.3, 5)
        self.assertEqual(self.shares(), self.shares())

    def test_small_groups_stay_hidden(self):
        self.calibrate_town()
        self.new_judged(4, 0.3, 6)
        self.assertEqual(self.shares(), {"n": None, "status": "suppressed", "values": {}})
        self.company.relationship_minimum_group = 4
        self.assertEqual(self.shares(), {"n": 4, "status": "insufficient", "values": {}})

    def test_stale_and_uncalibrated_customers_give_no_share(self):
        profiles = self.new_judged(30, 0.3, 7)
        self.assertEqual(self.shares()["n"], 0)
        self.calibrate_town()
        self.assertEqual(self.shares()["n"], 30)
        profiles[:5].write({"class_review_date": False})
        self.assertEqual(self.shares()["n"], 25)

    def test_staff_see_the_shares_of_their_own_customers(self):
        self.calibrate_town()
        mine = self.new_judged(20, 0.3, 8)
        mine.commercial_partner_id.write({"user_id": self.rep.id})
        theirs = self.new_judged(20, 0.3, 9)
        theirs.commercial_partner_id.write({"user_id": self.manager.id})
        self.assertEqual(self.shares(user=self.rep)["n"], 20)
        self.assertEqual(self.shares()["n"], 40)

    def test_as_many_queries_for_many_customers(self):
        self.calibrate_town()
        self.new_judged(20, 0.3, 10)
        self.shares()
        start = self.env.cr.sql_log_count
        self.shares()
        few = self.env.cr.sql_log_count - start
        self.new_judged(200, 0.3, 11)
        self.env.flush_all()
        start = self.env.cr.sql_log_count
        self.shares()
        self.assertLessEqual(self.env.cr.sql_log_count - start, few)
