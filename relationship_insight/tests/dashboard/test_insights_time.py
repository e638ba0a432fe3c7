import random
from datetime import datetime, timedelta
from math import sqrt
from statistics import mean, stdev

from dateutil.relativedelta import relativedelta

from odoo.tests import freeze_time, tagged

from .common_insights import InsightCase, judged, unknown

# Student's t at 97.5 %, from tables.
T_975 = {10: 2.262157, 30: 2.045230}
GOOD = ("glad", "cared", "ease", "valued", "impressed")
BAD = ("annoyed", "letdown", "ignored", "worried", "pressured")


@tagged("post_install", "-at_install")
@freeze_time("2026-07-15 09:00:00")
class TestInsightTime(InsightCase):
    def _read(self, profile, code, date, value=3, **vals):
        return {
            "measure_id": self.measures[code].id,
            "partner_id": profile.commercial_partner_id.id,
            "company_id": self.company.id,
            "date": date,
            "value": value,
            "origin": "staff" if code.startswith("M02") else "survey",
            **vals,
        }

    def _month(self, figures, month):
        return next(cell for cell in figures["months"] if cell["month"] == month)

    def test_feeling_events(self):
        customers = self.new_customers([unknown("no_attitude")] * 32)
        june = datetime(2026, 6, 10)
        vals = [
            self._read(customer, f"M02_{'glad' if number % 4 else 'annoyed'}", june)
            for number, customer in enumerate(customers)
        ]
        # Twice the same customer: two feelings, one customer.
        vals.append(self._read(customers[0], "M02_glad", june))
        # Bangkok is seven hours ahead: this is 1 July there.
        vals += [
            self._read(customer, "M02_glad", datetime(2026, 6, 30, 17, 30))
            for customer in customers[:10]
        ]
        # Hidden: too few customers, though many feelings.
        vals += [
            self._read(customer, "M02_glad", datetime(2026, 3, 5))
            for customer in customers[:4]
            for _time in range(3)
        ]
        readings = self.env["relationship.reading"].create(vals)
        # Neither of these counts.
        readings[1]._void("wrong")
        self.env["relationship.reading"].create(
            [
                self._read(customers[0], "M02_glad", june, value=0, na=True),
                self._read(customers[0], "M02_glad", datetime(2024, 6, 1)),
            ]
        )
        figures = self.insight("get_insight_feelings")
        self.assertEqual(
            [cell["month"] for cell in figures["months"]],
            [str((datetime(2025, 8, 1) + relativedelta(months=m)).date()) for m in range(12)],
        )
        cell = self._month(figures, "2026-06-01")["events"]
        self.assertEqual((cell["n"], cell["status"]), (31, "ok"))
        self.assertEqual((cell["good"]["count"], cell["bad"]["count"]), (24, 8))
        self.assertEqual((cell["good"]["share"], cell["bad"]["share"]), (0.75, 0.25))
        # July: 10 customers, the complement of the hidden month.
        self.assertEqual(
            self._month(figures, "2026-07-01")["events"], {"status": "suppressed", "n": None}
        )
        self.assertEqual(
            self._month(figures, "2026-03-01")["events"], {"status": "suppressed", "n": None}
        )
        self.assertEqual(
            self._month(figures, "2026-05-01")["events"], {"status": "insufficient", "n": 0}
        )
        # The bar opens the readings it counts.
        month = self._month(figures, "2026-06-01")
        self.assertEqual(month["to"], "2026-06-30 17:00:00")
        domain = figures["domains"]["events"] + [
            ("date", ">=", month["from"]),
            ("date", "<", month["to"]),
            ("valence", "=", "1"),
        ]
        self.assertEqual(
            self.env["relationship.reading"].with_user(self.manager).search_count(domain), 24
        )

    def test_net_feeling_balance(self):
        rng = random.Random(5)
        vals, expected, often = [], {}, {}
        for count, month in ((30, "2026-05-01"), (10, "2026-06-01")):
            date = datetime.fromisoformat(month) + timedelta(days=9)
            balances, good, bad = [], [], []
            for customer in self.new_customers([unknown("no_attitude")] * count):
                answers = {name: rng.randint(1, 5) for name in (*GOOD, *BAD)}
                # Enough is three of five on each side.
                skipped = rng.sample(GOOD, rng.randint(0, 2)) + rng.sample(BAD, rng.randint(0, 2))
                vals += [
                    self._read(
                        customer,
                        f"M01_{name}",
                        date,
                        0 if name in skipped else value,
                        na=name in skipped,
                    )
                    for name, value in answers.items()
                ]
                given = {name: v for name, v in answers.items() if name not in skipped}
                sides = [[given[n] for n in names if n in given] for names in (GOOD, BAD)]
                balances.append(50 + 12.5 * (mean(sides[0]) - mean(sides[1])))
                good += sides[0]
                bad += sides[1]
            expected[month] = balances
            often[month] = [sum(v >= 4 for v in side) / len(side) for side in (good, bad)]
        # Two good feelings are too few for a balance.
        thin = self.new_customers([unknown("no_attitude")])
        vals += [
            self._read(thin, f"M01_{name}", datetime(2026, 5, 9), 5) for name in (*GOOD[:2], *BAD)
        ]
        self.env["relationship.reading"].create(vals)
        figures = self.insight("get_insight_feelings")
        for month, balances in expected.items():
            cell = self._month(figures, month)["balance"]
            n = len(balances)
            half = T_975[n] * stdev(balances) / sqrt(n)
            self.assertEqual(cell["n"], n)
            self.assertEqual(cell["status"], "ok" if n == 30 else "low_base")
            self.assertAlmostEqual(cell["mean"], mean(balances), delta=0.0501)
            self.assertAlmostEqual(cell["low"], mean(balances) - half, delta=0.0501)
            self.assertAlmostEqual(cell["high"], mean(balances) + half, delta=0.0501)
        cell = self._month(figures, "2026-06-01")["answers"]
        self.assertAlmostEqual(cell["good"]["share"], often["2026-06-01"][0], delta=0.000501)
        self.assertAlmostEqual(cell["bad"]["share"], often["2026-06-01"][1], delta=0.000501)
        self.assertEqual(self._month(figures, "2026-05-01")["answers"]["n"], 31)

    def test_several_answers_of_a_customer_are_no_more_people(self):
        """Ten customers who answer alike five times: as sure as ten, not as fifty."""
        customers = self.new_customers([unknown("no_attitude")] * 10)
        self.env["relationship.reading"].create(
            [
                self._read(customer, f"M01_{name}", datetime(2026, 6, day), 5 if number < 4 else 1)
                for number, customer in enumerate(customers)
                for day in range(1, 6)
                for name in GOOD
            ]
        )
        cell = self._month(self.insight("get_insight_feelings"), "2026-06-01")["answers"]["good"]
        self.assertEqual((cell["count"], cell["total"], cell["share"]), (100, 250, 0.4))
        # 40 % of ten people; of 250 independent answers it would be 34 to 46 %.
        self.assertAlmostEqual(cell["low"], 0.1391, 3)
        self.assertAlmostEqual(cell["high"], 0.7334, 3)

    def test_what_staff_noted_is_no_answer(self):
        customers = self.new_customers([unknown("no_attitude")] * 20)
        self.env["relationship.reading"].create(
            [
                self._read(
                    customer,
                    f"M01_{name}",
                    datetime(2026, 6, 3),
                    5,
                    origin="staff" if number < 10 else "survey",
                )
                for number, customer in enumerate(customers)
                for name in (*GOOD, *BAD)
            ]
        )
        figures = self.insight("get_insight_feelings")
        cell = self._month(figures, "2026-06-01")
        self.assertEqual((cell["answers"]["n"], cell["balance"]["n"]), (10, 10))
        self.assertEqual(
            self.env["relationship.reading"].search_count(figures["domains"]["answers"]), 100
        )

    def test_an_erased_customer_still_counts_once(self):
        customers = self.new_customers([unknown("no_attitude")] * 10)
        survey = self.env["survey.survey"].create({"title": "Pulse"})
        inputs = self.env["survey.user_input"].create([{"survey_id": survey.id}] * 10)
        readings = self.env["relationship.reading"].create(
            [
                self._read(
                    customer, f"M01_{name}", datetime(2026, 6, 3), 4, user_input_id=answer.id
                )
                for customer, answer in zip(customers, inputs)
                for name in (*GOOD, *BAD)
            ]
        )
        readings.filtered(
            lambda r: r.partner_id == customers[0].commercial_partner_id
        ).partner_id = False
        cell = self._month(self.insight("get_insight_feelings"), "2026-06-01")
        self.assertEqual(cell["balance"]["n"], 10)
        self.assertEqual(cell["balance"]["mean"], 50)

    def test_staff_do_not_see_the_feelings_of_others(self):
        customers = self.new_customers([unknown("no_attitude")] * 12, user_id=self.manager.id)
        self.env["relationship.reading"].create(
            [self._read(customer, "M02_glad", datetime(2026, 6, 3)) for customer in customers]
        )
        self.assertEqual(
            self._month(self.insight("get_insight_feelings"), "2026-06-01")["events"]["n"], 12
        )
        seen = self.insight("get_insight_feelings", user=self.rep)
        self.assertEqual(self._month(seen, "2026-06-01")["events"]["n"], 0)

    def test_motives(self):
        rng = random.Random(9)
        ids = [self.measures[f"M16_{name}"].id for name in ("staff", "price", "quality")]
        vals, rows = [], []
        for number in range(40):
            tokens = [rng.random() for _id in ids]
            shares = [token / sum(tokens) for token in tokens]
            if number % 8 == 0:
                # A motive without any token isn't in the answer at all: it counts 0.
                shares = [shares[0] + shares[1], 0, shares[2]]
            rows.append(shares)
            key = "true" if number < 3 else "low" if number < 10 else "spurious"
            vals.append(
                judged(
                    50,
                    10,
                    key,
                    (0.25,) * 4,
                    motive_count=1,
                    motive_id=ids[shares.index(max(shares))],
                    motives={str(i): s for i, s in zip(ids, shares) if s},
                    relational_share=shares[0],
                    situational_share=shares[1],
                    merit_share=shares[2],
                )
            )
        # Shares pulled from the segment are no answer.
        vals.append(unknown("no_attitude", motive_count=0, motives={str(ids[0]): 1}))
        profiles = self.new_customers(vals)
        figures = self.insight("get_insight_motives")
        self.assertEqual((figures["n"], figures["status"]), (40, "ok"))
        by_id = {motive["id"]: motive for motive in figures["motives"]}
        self.assertEqual([by_id[i]["group"] for i in ids], ["relational", "situational", "merit"])
        for place, motive_id in enumerate(ids):
            column = [shares[place] for shares in rows]
            half = 2.022691 * stdev(column) / sqrt(40)
            self.assertAlmostEqual(by_id[motive_id]["share"], mean(column), delta=0.000501)
            self.assertAlmostEqual(by_id[motive_id]["low"], mean(column) - half, delta=0.000501)
            self.assertAlmostEqual(by_id[motive_id]["high"], mean(column) + half, delta=0.000501)
        classes = {cell["key"]: cell for cell in figures["classes"]}
        # Three customers stay hidden, and with them the next smallest class.
        for key in ("true", "low"):
            self.assertEqual(
                (classes[key]["n"], classes[key]["status"], classes[key]["shares"]),
                (None, "suppressed", {}),
            )
        self.assertEqual(classes["spurious"]["n"], 30)
        self.assertAlmostEqual(
            classes["spurious"]["shares"]["relational"], mean(s[0] for s in rows[10:]), 3
        )
        self.assertNotIn("count", classes["spurious"])
        profiles[5:].unlink()
        figures = self.insight("get_insight_motives")
        self.assertEqual(
            (figures["n"], figures["status"], figures["motives"]), (5, "insufficient", [])
        )

    def test_history(self):
        profiles = self.new_customers([unknown("no_attitude")] * 6)
        self.env["relationship.snapshot"].create(
            [
                {
                    "commercial_partner_id": profile.commercial_partner_id.id,
                    "company_id": self.company.id,
                    "date": date,
                    "loyalty_class": loyalty_class,
                }
                for date, classes in (
                    ("2025-07-31", ["low"] * 6),
                    ("2025-08-31", ["low"] * 6),
                    ("2026-06-30", ["true"] * 2 + ["unknown"] * 3 + [False]),
                )
                for profile, loyalty_class in zip(profiles, classes)
            ]
        )
        figures = self.insight("get_insight_history")
        self.assertEqual(
            [cell["month"] for cell in figures["months"]], ["2025-08-01", "2026-06-01"]
        )
        self.assertEqual(
            figures["months"][1]["counts"],
            {"true": 2, "latent": 0, "spurious": 0, "low": 0, "unknown": 4},
        )
        self.assertEqual(
            [cell["n"] for cell in self.insight("get_insight_history", {"months": 24})["months"]],
            [6, 6, 6],
        )

    def test_queries_do_not_grow_with_customers(self):
        def count():
            result = {}
            for method in (
                "get_insight_options",
                "get_insight_matrix",
                "get_insight_feelings",
                "get_insight_motives",
                "get_insight_history",
            ):
                self.insight(method)
                self.env.flush_all()
                before = self.env.cr.sql_log_count
                self.insight(method)
                result[method] = self.env.cr.sql_log_count - before
            return result

        def add(number):
            profiles = self.new_customers(
                [
                    judged(
                        70,
                        15,
                        "true",
                        (0.7, 0.1, 0.1, 0.1),
                        motive_count=1,
                        motives={str(self.measures["M16_staff"].id): 1},
                    )
                ]
                * number
            )
            self.env["relationship.reading"].create(
                [
                    self._read(profile, code, datetime(2026, 6, 3))
                    for profile in profiles
                    for code in ("M02_glad", "M01_glad")
                ]
            )

        add(10)
        few = count()
        add(190)
        self.assertEqual(count(), few)
        self.assertLessEqual(sum(few.values()), 60)
