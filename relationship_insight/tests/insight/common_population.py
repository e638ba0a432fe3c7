"""A random but seeded town of customers: what they bought, said, and talked about with staff."""

import random
from datetime import datetime, timedelta

import pytz

from odoo.fields import Command
from odoo.tests import TransactionCase
from odoo.tools import SQL

from .common_refresh import Oracle

NOW = datetime(2026, 3, 15, 15, 30)
BANGKOK = pytz.timezone("Asia/Bangkok")
MULTI_ITEM = ("M01", "M07", "M10", "M11A")
SINGLE_ITEM = ("M03", "M04", "M16_stay")
FACTS = (
    "loyalty_class",
    "unknown_reason",
    "confidence",
    "previous_class",
    "class_pending",
    "p_true",
    "p_latent",
    "p_spurious",
    "p_low",
    "purchase_days",
    "first_purchase",
    "last_purchase",
    "tenure_days",
    "recency_days",
    "spend_total",
    "spend_12m",
    "spend_per_day",
    "x_weighted",
    "t_weighted",
    "rate",
    "rate_year",
    "behaviour_pct",
    "p_behaviour",
    "p_alive",
    "expected_90d",
    "gap_mean",
    "gap_median",
    "gap_cv",
    "overdue_ratio",
    "clumpiness",
    "rfm_recency",
    "rfm_frequency",
    "rfm_monetary",
    "promo_share",
    "attitude",
    "attitude_se",
    "attitude_mass",
    "attitude_told",
    "attitude_worth",
    "attitude_count",
    "attitude_basis",
    "attitude_date",
    "p_attitude",
    "feeling_balance",
    "feeling_positive",
    "feeling_negative",
    "event_positive",
    "event_negative",
    "pride",
    "recommend",
    "quality",
    "stay_strength",
    "motive_id",
    "motives",
    "motive_count",
    "relational_share",
    "situational_share",
    "merit_share",
    "bond",
    "bond_staff_id",
    "talk_count",
    "bond_count",
    "key_staff_id",
    "contact_hhi",
    "key_risk",
    "last_talk",
    "reading_count",
    "last_reading",
    "ask_next",
)
BOND_FACTS = (
    "strength",
    "band",
    "basis",
    "rapport",
    "intensity",
    "recency",
    "listening",
    "mutuality",
    "duration",
    "knowledge",
    "talk_count",
    "first_talk",
    "last_talk",
    "served_count",
    "kept_count",
    "points_rapport",
    "points_intensity",
    "points_recency",
    "points_listening",
    "points_mutuality",
    "points_duration",
    "points_knowledge",
    "points_cap",
)
# What the refresh rounds: figures shown to two places, chances to seven.
TOLERANCE = {
    "spend_total": 0.0051,
    "spend_12m": 0.0051,
    "spend_per_day": 0.0051,
    "expected_90d": 6e-5,
    "motives": 1.1e-4,
}


class PopulationCase(TransactionCase):
    customers = 60
    firms = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, relationship_no_refresh=True, tracking_disable=True)
        )
        cls.rng = random.Random(20260315)
        cls.shop = cls._make_company("Corner Shop", "THB", "Asia/Bangkok")
        cls.branch = cls._make_company("Far Branch", "EUR", "UTC")
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=[cls.shop.id, cls.branch.id])
        )
        cls.staff = cls.env["res.partner"].create([{"name": f"Staff {n}"} for n in range(3)])
        cls.product = cls.env["product.product"].create(
            {"name": "Thing", "list_price": 10, "taxes_id": False}
        )
        cls.rivals = cls.env["relationship.competitor"].create(
            [{"name": f"Rival {n}", "company_id": False} for n in range(2)]
        )
        cls.measures = {
            measure.code: measure
            for measure in cls.env["relationship.measure"].search([("answerable", "=", True)])
        }
        cls.people = cls._make_people()
        for company in (cls.shop, cls.branch):
            cls._make_orders(company)
            cls._make_readings(company)
            cls._make_notes(company)

    @classmethod
    def _make_company(cls, name, currency, zone):
        currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", currency)])
        )
        currency.active = True
        company = cls.env["res.company"].create({"name": name, "currency_id": currency.id})
        calendar = cls.env["resource.calendar"].create(
            {"name": name, "company_id": company.id, "tz": zone}
        )
        company.resource_calendar_id = calendar
        return company

    @classmethod
    def _make_people(cls):
        Partner = cls.env["res.partner"]
        firms = Partner.create(
            [
                {"name": f"Firm {n}", "is_company": True, "email": f"firm{n}@example.com"}
                for n in range(cls.firms)
            ]
        )
        contacts = Partner.create(
            [{"name": f"Contact {n}", "parent_id": firm.id} for firm in firms for n in range(2)]
        )
        persons = Partner.create(
            [
                {"name": f"Customer {n}", "email": f"customer{n}@example.com"}
                for n in range(cls.customers - cls.firms)
            ]
        )
        for person in persons[:3]:
            cls.env["mail.blacklist"]._add(person.email)
        return persons | firms | contacts

    @classmethod
    def _past(cls, days=500, zone=None):
        """A moment in the past, now and then a minute before or after local midnight."""
        moment = NOW - timedelta(minutes=cls.rng.randrange(days * 1440))
        if cls.rng.random() < 0.3:
            local = pytz.utc.localize(moment).astimezone(zone or BANGKOK)
            local = local.replace(hour=0, minute=0, second=0, microsecond=0)
            local += timedelta(minutes=cls.rng.choice((-1, 0, 1)))
            moment = min(local.astimezone(pytz.utc).replace(tzinfo=None), NOW)
        return moment.replace(microsecond=0)

    @classmethod
    def _make_orders(cls, company):
        rng = cls.rng
        vals_list, dates, tickets = [], [], []
        for person in cls.people:
            for _n in range(rng.choice((0, 1, 1, 2, 4, 8, 15))):
                date, price = cls._past(), rng.choice((3, 10, 25.5, 80))
                if rng.random() < 0.5:
                    tickets.append((person.id, company.id, date, price))
                    continue
                vals_list.append(
                    {
                        "partner_id": person.id,
                        "company_id": company.id,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": cls.product.id,
                                    "price_unit": price,
                                    "tax_ids": False,
                                    "product_uom_qty": rng.choice((1, 2, 5)),
                                    "discount": rng.choice((0, 0, 0, 10, 33.33, 100)),
                                }
                            )
                        ],
                    }
                )
                dates.append(date)
        orders = cls.env["sale.order"].with_company(company).create(vals_list)
        for order, date in zip(orders, dates):
            order.write({"state": rng.choice(("sale",) * 9 + ("cancel",)), "date_order": date})
        cls._insert_tickets(tickets)

    @classmethod
    def _insert_tickets(cls, tickets):
        """Put paid tickets (partner, company, date, amount) into the till's table."""
        if tickets:
            cls.env.cr.execute(
                SQL(
                    """
                INSERT INTO pos_order (
                    name, state, partner_id, company_id, date_order, amount_total, amount_tax,
                    amount_paid, amount_return, currency_rate)
                SELECT 'Ticket', 'paid', partner, company, date, amount, 0, amount, 0, 1
                  FROM (VALUES %s) AS ticket (partner, company, date, amount)
                """,
                    SQL(", ").join(
                        SQL("(%s, %s, %s::timestamp, %s)", *ticket) for ticket in tickets
                    ),
                )
            )

    @classmethod
    def _answer(cls, measure, na=0.07):
        steps = round((measure.scale_max - measure.scale_min) / measure.step)
        if cls.rng.random() < na:
            return {"na": True}
        return {"value": measure.scale_min + measure.step * cls.rng.randint(0, steps)}

    @classmethod
    def _make_readings(cls, company):
        rng, vals_list = cls.rng, []
        for person in cls.people:
            for _wave in range(rng.choice((0, 0, 1, 2, 4))):
                date = cls._past()
                base = {
                    "partner_id": person.id,
                    "company_id": company.id,
                    "date": date,
                    "origin": rng.choice(("survey", "pulse", "interview", "import")),
                }
                for measure in cls._questions():
                    vals_list.append({**base, "measure_id": measure.id, **cls._answer(measure)})
                vals_list += cls._rival_answers(base)
                vals_list += cls._rapport_answers(base)
            for _n in range(rng.choice((0, 1, 3))):
                seen = rng.choice([m for code, m in cls.measures.items() if code[:4] == "M02_"])
                vals_list.append(
                    {
                        "partner_id": person.id,
                        "company_id": company.id,
                        "date": cls._past(),
                        "measure_id": seen.id,
                        "value": 2,
                        "origin": rng.choice(("staff", "pos")),
                    }
                )
        # What staff say of a customer's attitude is not the customer's word.
        vals_list.append(
            {
                "partner_id": cls.people[0].id,
                "company_id": company.id,
                "date": cls._past(100),
                "measure_id": cls.measures["M13"].id,
                "value": 10,
                "origin": "staff",
            }
        )
        readings = cls.env["relationship.reading"].create(vals_list)
        readings.filtered(lambda reading: rng.random() < 0.05)._void("typed wrong")

    @classmethod
    def _questions(cls):
        """The questions of one occasion: some scales, now and then a few of their items."""
        rng, measures = cls.rng, cls.measures.values()
        chosen = []
        for code in MULTI_ITEM:
            if rng.random() < 0.6:
                chosen += [m for m in measures if m.parent_id.code == code and rng.random() < 0.85]
        chosen += [m for m in measures if m.code in SINGLE_ITEM and rng.random() < 0.5]
        if rng.random() < 0.7:
            chosen.append(cls.measures["M13"])
        if rng.random() < 0.5:
            chosen += [m for m in measures if m.parent_id.code == "M16" and rng.random() < 0.4]
        return chosen

    @classmethod
    def _rival_answers(cls, base):
        measure = cls.measures["M13"]
        return [
            {**base, "measure_id": measure.id, "competitor_id": rival.id, **cls._answer(measure)}
            for rival in cls.rivals
            if cls.rng.random() < 0.4
        ]

    @classmethod
    def _rapport_answers(cls, base):
        if cls.rng.random() < 0.6:
            return []
        staff = cls.rng.choice(cls.staff)
        return [
            {**base, "measure_id": measure.id, "staff_id": staff.id, **cls._answer(measure)}
            for code, measure in cls.measures.items()
            if code.startswith("M08") and cls.rng.random() < 0.9
        ]

    @classmethod
    def _make_notes(cls, company):
        rng = cls.rng
        Note = cls.env["relationship.note"]
        channels = [value for value, _label in Note._fields["channel"].selection]
        purposes = [value for value, _label in Note._fields["purpose"].selection]
        vals_list = []
        for person in cls.people:
            for _n in range(rng.choice((0, 0, 2, 5))):
                vals_list += [
                    {
                        "partner_id": person.id,
                        "company_id": company.id,
                        "date": cls._past(),
                        "staff_id": rng.choice(cls.staff).id,
                        "channel": rng.choice(channels),
                        "purpose": rng.choice(purposes),
                        "summary": rng.choice((False, " ", "Likes tea")),
                        "visibility": rng.choice(("company", "company", "team", "me")),
                        "team_id": False,
                        "source_key": False,
                    }
                ] * rng.choice((1, 1, 2))
        Note.create(vals_list)

    # ------------------------------------------------------------
    # Comparison
    # ------------------------------------------------------------

    def _today(self, company):
        return company._relationship_today()

    def _calibrate(self, company, day=None, **params):
        """The constants of a day, some of them set by hand."""
        calibration = self.env["relationship.calibration"]._get(
            company, day or self._today(company)
        )
        calibration.params = {**calibration.params, **params}
        return calibration

    def _read_profiles(self, company):
        """{customer id: stored figures, None where there is none}"""
        names = sorted({*FACTS, "commercial_partner_id"})
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT %s FROM relationship_profile WHERE company_id = %s",
                SQL(", ").join(map(SQL.identifier, names)),
                company.id,
            )
        )
        return {row.pop("commercial_partner_id"): row for row in rows}

    def _read_bonds(self, company):
        names = sorted({*BOND_FACTS, "commercial_partner_id", "staff_id"})
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT %s FROM relationship_bond WHERE company_id = %s",
                SQL(", ").join(map(SQL.identifier, names)),
                company.id,
            )
        )
        return {(row.pop("commercial_partner_id"), row.pop("staff_id")): row for row in rows}

    def _compare(self, wrong, whose, name, found, expected):
        """Add a line to ``wrong`` when a stored figure is not the expected one."""
        if isinstance(expected, dict):
            same = (
                found is not None
                and set(found) == set(expected)
                and all(
                    abs(found[key] - value) <= TOLERANCE[name] for key, value in expected.items()
                )
            )
        elif isinstance(expected, (int, float)) and found is not None:
            tolerance = TOLERANCE.get(name, 2e-6 * max(1, abs(expected)))
            same = abs(float(found) - expected) <= tolerance
        else:
            same = found == expected
        if not same:
            wrong.append(f"{whose}: {name} is {found}, not {expected}")

    def assertInsight(self, company, before=None, skip=()):
        """Hold every stored figure of a company against the oracle; return the oracle's."""
        today = self._today(company)
        calibration = self.env["relationship.calibration"]._get(company, today)
        oracle = Oracle(self.env, company, today, calibration.params)
        expected, found = oracle.profiles(before), self._read_profiles(company)
        self.assertEqual(set(found), set(expected))
        wrong = []
        for customer, values in expected.items():
            for name in set(FACTS) - set(skip):
                self._compare(
                    wrong, f"customer {customer}", name, found[customer][name], values.get(name)
                )
        bonds, stored = oracle.bonds(), self._read_bonds(company)
        self.assertEqual(set(stored), set(bonds))
        for key, values in bonds.items():
            for name in set(BOND_FACTS) - set(skip):
                self._compare(wrong, f"bond {key}", name, stored[key][name], values[name])
        self.assertFalse(wrong, "\n".join(wrong[:40]))
        return expected
