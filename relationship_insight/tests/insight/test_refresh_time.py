from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.models.insight.refresh.step import columns_of
from odoo.addons.relationship_insight.tools.scope import Scope

from .common_population import NOW, PopulationCase
from .common_refresh import Oracle

SNAPSHOT_COLUMNS = (
    "loyalty_class",
    "previous_class",
    "class_pending",
    "class_date",
    "unknown_reason",
    "confidence",
    "p_true",
    "p_latent",
    "p_spurious",
    "p_low",
    "attitude",
    "attitude_mass",
    "p_attitude",
    "p_behaviour",
    "rate",
    "purchase_days",
    "spend_12m",
    "feeling_balance",
    "pride",
    "bond",
    "relational_share",
    "situational_share",
    "score_version",
)


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestRefreshTime(PopulationCase):
    customers = 40

    def _compute(self, company, day):
        """{customer id: every figure} as of a day, computed but not stored."""
        Profile = self.env["relationship.profile"]
        self.env.flush_all()
        calibration = self.env["relationship.calibration"]._calibrate(company, day)
        steps = Profile._compute_new(Scope.at(company, day, params=calibration.params))
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT customer, %s FROM relationship_new",
                SQL(", ").join(map(SQL.identifier, columns_of(steps))),
            )
        )
        bonds = self.env.execute_query(
            SQL("SELECT * FROM relationship_new_bond ORDER BY customer, staff")
        )
        return {row.pop("customer"): row for row in rows}, bonds, calibration.params

    def _snapshots(self, company, day):
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT commercial_partner_id, %s FROM relationship_snapshot"
                " WHERE company_id = %s AND date = %s",
                SQL(", ").join(map(SQL.identifier, SNAPSHOT_COLUMNS)),
                company.id,
                day or None,
            )
        )
        return {row.pop("commercial_partner_id"): row for row in rows}

    def _plant_later(self, company):
        """Evidence of every kind since, some of it about what was before."""
        self._make_orders(company)
        self._make_readings(company)
        self._make_notes(company)

    def test_no_look_ahead(self):
        """As of a past day nothing later is seen: orders, returns, answers, voids, talks."""
        day = date(2026, 1, 15)
        noon = datetime(2026, 1, 10, 5)
        buyer = self.people[7]
        self._insert_tickets([(buyer.id, self.shop.id, noon, 123)])
        (sold,) = self.env.execute_query(
            SQL(
                "SELECT id FROM pos_order WHERE partner_id = %s AND date_order = %s", buyer.id, noon
            )
        )
        reading = self.env["relationship.reading"].create(
            {
                "partner_id": buyer.id,
                "company_id": self.shop.id,
                "date": noon,
                "value": 9,
                "measure_id": self.measures["M13"].id,
                "origin": "survey",
            }
        )
        before = self._compute(self.shop, day)
        Profile = self.env["relationship.profile"]
        Profile._refresh(asof=day)
        stored = self._snapshots(self.shop, day)
        self.assertEqual(
            stored,
            {
                customer: {name: values[name] for name in SNAPSHOT_COLUMNS}
                for customer, values in before[0].items()
            },
        )

        with freeze_time(NOW):
            reading._void("asked the wrong person")
        self._return_ticket(sold[0], datetime(2026, 2, 2, 5))
        past, self_past = self._past, type(self)._past
        try:
            # Everything planted from here on happened after that day.
            type(self)._past = classmethod(lambda cls, days=0, zone=None: past(55))
            self._plant_later(self.shop)
        finally:
            type(self)._past = self_past
        Profile._refresh()
        after = self._compute(self.shop, day)
        self.assertEqual(after[2], before[2])
        self.assertEqual(after[1], before[1])
        self.assertEqual(after[0], before[0])
        Profile._refresh(asof=day)
        self.assertEqual(self._snapshots(self.shop, day), stored)
        live = self._read_profiles(self.shop)[buyer.commercial_partner_id.id]
        self.assertNotEqual(live["reading_count"], before[0][buyer.id]["reading_count"])

    def _return_ticket(self, order_id, when):
        """Give a ticket back in full, the way the till stores it."""
        self.env.cr.execute(
            SQL(
                """
            WITH sold AS (
                INSERT INTO pos_order_line (
                    order_id, name, product_id, qty, price_unit, price_subtotal,
                    price_subtotal_incl)
                SELECT id, 'Line', %(product)s, 1, amount_total, amount_total, amount_total
                  FROM pos_order WHERE id = %(order)s
                RETURNING id, order_id, price_unit
            ), back AS (
                INSERT INTO pos_order (
                    name, state, partner_id, company_id, date_order, amount_total, amount_tax,
                    amount_paid, amount_return, currency_rate, is_refund)
                SELECT 'Back', 'paid', o.partner_id, o.company_id, %(when)s, -o.amount_total, 0,
                       -o.amount_total, 0, 1, TRUE
                  FROM pos_order o WHERE o.id = %(order)s
                RETURNING id
            )
            INSERT INTO pos_order_line (
                order_id, name, product_id, qty, price_unit, price_subtotal, price_subtotal_incl,
                refunded_orderline_id)
            SELECT back.id, 'Line', %(product)s, -1, sold.price_unit, sold.price_unit,
                   sold.price_unit, sold.id
              FROM sold, back
            """,
                order=order_id,
                when=when,
                product=self.product.id,
            )
        )

    def test_months(self):
        """Over months every figure, and every class with its memory, is that of the formulas."""
        Profile = self.env["relationship.profile"]
        months = [date(2026, 3, 1) - relativedelta(months=n, days=1) for n in range(9, -1, -1)]
        for company in (self.shop, self.branch):
            before, moved = {}, 0
            for day in months:
                Profile._snapshot_company(company, day, None)
                params = self.env["relationship.calibration"]._get(company, day).params
                expected = Oracle(self.env, company, day, params).profiles(before)
                stored = self._snapshots(company, day)
                self.assertEqual(set(stored), set(expected))
                wrong = []
                for customer, values in expected.items():
                    for name in set(SNAPSHOT_COLUMNS) - {"class_date", "score_version"}:
                        self._compare(
                            wrong,
                            f"{day} {customer}",
                            name,
                            stored[customer][name],
                            values.get(name),
                        )
                    moved += values["loyalty_class"] != before.get(customer, ("unknown",))[0]
                self.assertFalse(wrong, "\n".join(wrong[:30]))
                before = {
                    customer: (values["loyalty_class"], values["class_pending"])
                    for customer, values in expected.items()
                }
            self.assertGreater(moved, 10)
        Profile._refresh()
        self.assertInsight(self.branch, before)

    def test_class_date(self):
        """The class dates from the month it began in, and the past knows no later date."""
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        self.assertEqual(
            set(Profile.search([("company_id", "=", self.shop.id)]).mapped("class_date")),
            {NOW.date()},
        )
        for day in (date(2025, 12, 31), date(2026, 1, 31)):
            Profile._refresh(asof=day)
            for values in self._snapshots(self.shop, day).values():
                self.assertLessEqual(values["class_date"], day)
        first, second = (
            self._snapshots(self.shop, day) for day in (date(2025, 12, 31), date(2026, 1, 31))
        )
        for customer, values in second.items():
            same = customer in first and (
                first[customer]["loyalty_class"] == values["loyalty_class"]
            )
            if same:
                self.assertEqual(values["class_date"], first[customer]["class_date"])

    def test_transitions(self):
        """Each change of class is kept with what was known before and after."""
        Profile, Transition = self.env["relationship.profile"], self.env["relationship.transition"]
        Profile._refresh()
        known = Profile.search([("loyalty_class", "!=", "unknown")])
        logged = Transition.search([])
        self.assertEqual(
            {(row.commercial_partner_id, row.company_id, row.class_to) for row in logged},
            {(row.commercial_partner_id, row.company_id, row.loyalty_class) for row in known},
        )
        profile = known.filtered(lambda row: row.company_id == self.shop)[0]
        before = {name: profile[name] for name in ("loyalty_class", "attitude", "rate")}
        self.env["relationship.reading"].search(
            [
                ("commercial_partner_id", "=", profile.commercial_partner_id.id),
                ("company_id", "=", self.shop.id),
            ]
        )._void("all wrong")
        Profile._refresh([profile.commercial_partner_id.id])
        change = Transition.search([]) - logged
        self.assertEqual(len(change), 1)
        self.assertEqual(change.class_from, before["loyalty_class"])
        self.assertEqual(change.class_to, "unknown")
        self.assertEqual(change.date, NOW.date())
        self.assertAlmostEqual(change.attitude_before, before["attitude"], 6)
        self.assertAlmostEqual(change.rate_before, before["rate"], 9)
        self.assertFalse(change.reading_ids)
        Profile._refresh([profile.commercial_partner_id.id])
        self.assertEqual(Transition.search([]) - logged, change)

    def test_transition_evidence(self):
        """What moved the class comes first; a reason to buy without points is no evidence."""
        Profile, Reading = self.env["relationship.profile"], self.env["relationship.reading"]
        Profile._refresh()
        profile = Profile.search(
            [("loyalty_class", "!=", "unknown"), ("company_id", "=", self.shop.id)], limit=1
        )
        customer = profile.commercial_partner_id
        Reading.search([("commercial_partner_id", "=", customer.id)])._void("all wrong")
        Profile._refresh([customer.id])
        values = {"partner_id": customer.id, "company_id": self.shop.id, "origin": "survey"}
        moving = Reading.create(
            [
                {
                    **values,
                    "date": NOW - timedelta(days=9),
                    "measure_id": self.measures[code].id,
                    "value": self.measures[code].scale_max,
                }
                for code in ("M13", "M03")
            ]
        )
        reasons = Reading.create(
            [
                {
                    **values,
                    "date": NOW - timedelta(days=day),
                    "measure_id": self.measures[code].id,
                    "value": points,
                }
                for day in range(1, 7)
                for code, points in (("M16_price", 0), ("M16_staff", 10))
            ]
        )
        Profile._refresh([customer.id])
        change = self.env["relationship.transition"].search(
            [("commercial_partner_id", "=", customer.id), ("company_id", "=", self.shop.id)],
            order="id desc",
            limit=1,
        )
        self.assertEqual(change.class_from, "unknown")
        kept = Reading.browse(change.reading_ids)
        self.assertEqual(kept[:2], moving.sorted("id", reverse=True))
        self.assertEqual(kept[2:], reasons.filtered("value").sorted("date", reverse=True))

    # ------------------------------------------------------------
    # Customers who change
    # ------------------------------------------------------------

    def _assert_all(self):
        Profile = self.env["relationship.profile"]
        Queue = self.env["relationship.refresh.queue"]
        self.env.flush_all()
        Profile._refresh(Queue._take(1000))
        part = {company: self._read_profiles(company) for company in (self.shop, self.branch)}
        Profile._refresh()
        ranks = {"behaviour_pct", "rfm_recency", "rfm_frequency", "rfm_monetary"}
        for company in (self.shop, self.branch):
            # The incremental refresh caught everybody concerned.
            whole = self._read_profiles(company)
            self.assertEqual(set(part[company]), set(whole))
            for customer, values in whole.items():
                for name in set(values) - ranks:
                    if isinstance(values[name], float):
                        self.assertAlmostEqual(part[company][customer][name], values[name], 9)
                    else:
                        self.assertEqual(part[company][customer][name], values[name], name)
            last = (
                self.env["relationship.snapshot"]
                .search([("company_id", "=", company.id)], order="date desc", limit=1)
                .date
            )
            self.assertInsight(
                company,
                {
                    customer: (row["loyalty_class"], row["class_pending"])
                    for customer, row in self._snapshots(company, last).items()
                },
                skip=("band",),
            )

    def _start(self):
        self.env["relationship.profile"]._refresh()
        self.env["relationship.refresh.queue"]._take(10_000)
        self.env = self.env(context={**self.env.context, "relationship_no_refresh": False})

    def test_merged_customers(self):
        """Persons, firms with their contacts, and staff merge into one insight each."""
        Profile = self.env["relationship.profile"]
        for day in (date(2026, 1, 31), date(2026, 2, 28)):
            Profile._refresh(asof=day)
        self._start()
        firms = self.env["res.partner"].browse(self.people.ids).filtered("is_company")
        persons = (self.env["res.partner"].browse(self.people.ids) - firms).filtered(
            lambda person: not person.parent_id
        )
        contact = firms[1].child_ids[0]
        Wizard = self.env["base.partner.merge.automatic.wizard"]
        for source, target in (
            (persons[10], persons[11]),
            (firms[0], firms[2]),
            (contact, persons[12]),
        ):
            Wizard.create({})._merge((source | target).ids, target)
            self.assertFalse(source.exists())
        snapshots = self.env["relationship.snapshot"].search(
            [("commercial_partner_id", "in", (persons[11] | firms[2] | persons[12]).ids)]
        )
        keys = [(row.commercial_partner_id, row.company_id, row.date) for row in snapshots]
        self.assertEqual(len(keys), len(set(keys)))
        self._assert_all()

    def test_merged_staff(self):
        self._start()
        one, other = self.env["res.partner"].browse(self.staff.ids[:2])
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((one | other).ids, one)
        self._assert_all()
        self.assertFalse(self.env["relationship.bond"].search([("staff_id", "=", other.id)]))

    def test_archived_customer(self):
        """Archiving a contact changes no figure."""
        self._start()
        before = self._read_profiles(self.shop)
        self.env["res.partner"].browse(self.people.ids[:6]).action_archive()
        self._assert_all()
        self.assertEqual(self._read_profiles(self.shop), before)

    def test_contact_moves_to_firm(self):
        """A person who turns out to buy for a firm takes the evidence along."""
        self._start()
        firm = self.people.filtered("is_company")[0]
        person = self.env["res.partner"].browse(self.people.ids[8])
        person.parent_id = firm
        self._assert_all()
        self.assertNotIn(person.id, self._read_profiles(self.shop))

    def test_erased_customers(self):
        """An erased contact leaves figures without a name; nothing said can be read any more."""
        self._start()
        firm = self.people.filtered("is_company")[1]
        person = self.env["res.partner"].create(
            {"name": "Forget Me", "email": "forget@example.com"}
        )
        contact = self.env["res.partner"].create(
            {"name": "Forget Me", "email": "forget@example.com", "parent_id": firm.id}
        )
        readings = self.env["relationship.reading"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.shop.id,
                    "value": 9,
                    "text": "my secret",
                    "measure_id": self.measures["M13"].id,
                    "origin": "survey",
                    "date": NOW - timedelta(days=4),
                }
                for partner in (person, contact)
            ]
        )
        notes = self.env["relationship.note"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.shop.id,
                    "summary": "my secret",
                    "staff_id": self.staff[0].id,
                    "date": NOW - timedelta(days=4),
                }
                for partner in (person, contact)
            ]
        )
        self._assert_all()
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Forget Me", "email": "forget@example.com"}
        )
        wizard.action_lookup()
        found = {(line.res_model, line.res_id) for line in wizard.line_ids}
        self.assertLessEqual({("relationship.reading", reading.id) for reading in readings}, found)
        wizard.line_ids.filtered(lambda line: line.res_model == "res.partner").action_unlink_all()
        self.assertFalse((person | contact).exists() or notes.exists())
        self.assertFalse(any(readings.mapped("text")) or readings.partner_id)
        self.assertFalse(readings.commercial_partner_id)
        self.assertEqual(readings.mapped("value"), [9, 9])
        self._assert_all()

    def test_constants_of_a_store_that_begins_today(self):
        """Those of few customers are refitted when the cron asks, those of many stay a month."""
        company = self.env["res.company"].create({"name": "Brand New"})
        Calibration = self.env["relationship.calibration"]
        today = company._relationship_today()
        first = Calibration._get(company, today)
        first.params = {**first.params, "theta": 1.0}
        self.assertEqual(Calibration._get(company, today).params["theta"], 1.0)
        self.assertLess(Calibration._get(company, today, anew=True).params["theta"], 1.0)
        first.write({"customer_count": 100, "params": {**first.params, "theta": 1.0}})
        self.assertEqual(Calibration._get(company, today, anew=True).params["theta"], 1.0)
