from contextlib import closing
from datetime import date, datetime, timedelta
from unittest.mock import patch

import odoo
from odoo import api
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.models.insight import relationship_calibration
from odoo.addons.relationship_insight.models.insight.refresh import store_bonds, store_profiles
from odoo.addons.relationship_insight.stats import bond

from .common_population import NOW, PopulationCase
from .common_refresh import Oracle


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestRefresh(PopulationCase):
    def test_every_figure(self):
        """Each figure of each customer equals the formula applied to the evidence."""
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        for company in (self.shop, self.branch):
            expected = self.assertInsight(company)
            self.assertGreater(len(expected), 40)
            classes = {values["loyalty_class"] for values in expected.values()}
            reasons = {values["unknown_reason"] for values in expected.values()}
            self.assertGreater(len(classes), 2)
            self.assertGreater(len(reasons), 3)

    def test_dropout_and_fixed_constants(self):
        """With fitted constants at hand, chances of being alive and purchases to come are right."""
        self._calibrate(
            self.shop,
            half_life=91,
            r=0.3848,
            alpha=84.5,
            theta=1 / 60,
            bgnbd=[0.2426, 30.9, 0.7929, 2.4258],
            mbgnbd=[0.5248, 43.3, 0.8914, 1.614],
        )
        # A daily target over a long memory asks for the far end of the gamma function.
        self._calibrate(
            self.branch,
            half_life=365,
            r=0.9,
            alpha=900,
            theta=1,
            bgnbd=[0.3, 4.1, 1.0, 1.5],
            mbgnbd=[0.6, 6.2, 1.0, 2.5],
        )
        self.env["relationship.profile"]._refresh()
        for company in (self.shop, self.branch):
            expected = self.assertInsight(company)
            self.assertTrue(any(values.get("expected_90d") for values in expected.values()))

    def test_constants(self):
        """The constants are those of the formulas on the evidence."""
        for company in (self.shop, self.branch):
            today = self._today(company)
            calibration = self.env["relationship.calibration"]._calibrate(company, today)
            for name, value in Oracle(self.env, company, today, None).constants().items():
                found = calibration.params[name]
                if isinstance(value, dict):
                    self.assertEqual(set(found), set(value), name)
                    for key in value:
                        self.assertAlmostEqual(found[key], value[key], 9, f"{name} {key}")
                elif isinstance(value, str):
                    self.assertEqual(found, value, name)
                else:
                    self.assertAlmostEqual(found, value, 5, name)

    def test_constants_rest_on_the_company_s_own_customers(self):
        """Some hundred contacts more in the database leave a small company's sample whole."""
        Calibration, today = self.env["relationship.calibration"], self._today(self.shop)
        buyers = len(Calibration._behaviour_rows(self.shop, today))
        self.assertGreater(buyers, 20)
        self.env["res.partner"].create([{"name": f"Nobody's {n}"} for n in range(5 * buyers)])
        self.env.flush_all()
        self.env.cr.execute("ANALYZE res_partner")
        self.patch(relationship_calibration, "SAMPLE_SIZE", buyers + 5)
        self.assertFalse(
            self.env["relationship.profile"].search_count([("company_id", "=", self.shop.id)])
        )
        self.assertEqual(Calibration._get_sample_share(self.shop, today), 1)
        self.assertEqual(len(Calibration._behaviour_rows(self.shop, today)), buyers)
        self.env["relationship.profile"]._refresh()
        customers = self.env["relationship.profile"].search_count(
            [("company_id", "=", self.shop.id)]
        )
        for size, share in ((customers, 1), (2 * customers, 1), (customers / 4, 0.25)):
            self.patch(relationship_calibration, "SAMPLE_SIZE", size)
            self.assertEqual(Calibration._get_sample_share(self.shop, today), share)

    def test_whether_a_single_buyer_left_is_told_nowhere(self):
        """Neither read, exported, searched, grouped nor averaged is it a chance of 0."""
        self._calibrate(
            self.shop,
            half_life=91,
            r=0.3848,
            alpha=84.5,
            theta=1 / 60,
            bgnbd=[0.2426, 30.9, 0.7929, 2.4258],
            mbgnbd=[0.5248, 43.3, 0.8914, 1.614],
        )
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        everyone = Profile.search([("company_id", "=", self.shop.id)])
        once = everyone.filtered(lambda profile: profile.purchase_days == 1)
        again = everyone.filtered(lambda profile: profile.purchase_days > 1)
        self.assertTrue(once and again)
        self.assertEqual({row["p_alive"] for row in once.read(["p_alive"])}, {False})
        self.assertEqual({row[0] for row in once.export_data(["p_alive"])["datas"]}, {""})
        known = [row["p_alive"] for row in again.read(["p_alive"])]
        self.assertTrue(all(0 < chance <= 1 for chance in known))
        for domain in ([("p_alive", "<", 0.99)], [("p_alive", "<=", 0)], [("p_alive", ">=", 0)]):
            self.assertFalse(Profile.search([("id", "in", once.ids), *domain]), domain)
        [(mean,)] = Profile._read_group([("id", "in", everyone.ids)], [], ["p_alive:avg"])
        self.assertAlmostEqual(mean, sum(known) / len(known), 6)

    def test_ancient_evidence(self):
        """A date typed a century wrong is old evidence, not a crash."""
        person = self.people[5]
        self._insert_tickets([(person.id, self.shop.id, datetime(1900, 1, 1), 10)])
        measure = self.measures["M13"]
        measure.half_life_days = 1
        self.env["relationship.reading"].create(
            {
                "partner_id": person.id,
                "company_id": self.shop.id,
                "measure_id": measure.id,
                "value": 9,
                "origin": "survey",
                "date": datetime(1900, 1, 1),
            }
        )
        self.env["relationship.note"].create(
            {
                "partner_id": person.id,
                "company_id": self.shop.id,
                "date": datetime(1900, 1, 1),
                "staff_id": self.staff[0].id,
            }
        )
        self.shop.relationship_behaviour_half_life = 2
        self.env["relationship.profile"]._refresh()
        # Rates that differ in the fifteenth digit rank as they happen to be added up.
        self.assertInsight(self.shop, skip=("behaviour_pct",))

    def test_days_of_the_shop(self):
        """A day ends at midnight where the shop is."""
        person = self.env["res.partner"].create({"name": "Night owl"})
        midnight = datetime(2026, 3, 1, 17)
        self._insert_tickets(
            [
                (person.id, company.id, midnight + timedelta(seconds=shift), 10)
                for company in (self.shop, self.branch)
                for shift in (-1, 0)
            ]
        )
        self.env["relationship.profile"]._refresh(person.ids)
        profiles = {
            profile.company_id: profile
            for profile in self.env["relationship.profile"].search(
                [("commercial_partner_id", "=", person.id)]
            )
        }
        self.assertEqual(profiles[self.shop].purchase_days, 2)
        self.assertEqual(profiles[self.shop].first_purchase, date(2026, 3, 1))
        self.assertEqual(profiles[self.shop].last_purchase, date(2026, 3, 2))
        self.assertEqual(profiles[self.branch].purchase_days, 1)

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    def test_again_changes_nothing(self):
        """A second refresh on the same day touches no row but where a sum's last digit moved.

        PostgreSQL adds in the order in which rows come, and that is for its planner to choose.
        """

        def rows():
            return {
                table: {
                    row["id"]: row
                    for row in self.env.execute_query_dict(
                        SQL("SELECT *, ctid::text AS place FROM %s", SQL.identifier(table))
                    )
                }
                for table in (
                    "relationship_profile",
                    "relationship_bond",
                    "relationship_transition",
                )
            }

        Profile = self.env["relationship.profile"]
        Profile._refresh()
        before = rows()
        Profile._refresh()
        for table, after in rows().items():
            self.assertEqual(after.keys(), before[table].keys())
            for key, row in after.items():
                old = before[table][key]
                moved = {
                    name for name in row.keys() - {"place", "write_date"} if row[name] != old[name]
                }
                self.assertEqual(row["place"] != old["place"], bool(moved), "written for nothing")
                for name in moved:
                    self.assertIsInstance(row[name], float, name)
                    self.assertAlmostEqual(row[name], old[name], delta=1e-9 * abs(old[name]))

    def test_incremental_equals_full(self):
        """Refreshing some customers gives what refreshing all gives; ranks to half a percent."""
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        old = self._read_profiles(self.shop)
        some = self.people.commercial_partner_id.filtered(lambda p: p.id in old)[:25]
        for person in some[:10]:
            self._insert_tickets([(person.id, self.shop.id, NOW - timedelta(days=3), 40)])
            self.env["relationship.reading"].create(
                {
                    "partner_id": person.id,
                    "company_id": self.shop.id,
                    "value": 8,
                    "measure_id": self.measures["M13"].id,
                    "origin": "pulse",
                    "date": NOW - timedelta(days=1),
                }
            )
        Profile._refresh(some)
        part = self._read_profiles(self.shop)
        Profile._refresh()
        whole = self._read_profiles(self.shop)
        ranks = {"behaviour_pct", "rfm_recency", "rfm_frequency", "rfm_monetary"}
        for customer, values in part.items():
            if customer not in some.ids:
                self.assertEqual(values, old[customer])
                continue
            for name in set(values) - ranks:
                if isinstance(values[name], float):
                    self.assertAlmostEqual(values[name], whole[customer][name], 9, name)
                else:
                    self.assertEqual(values[name], whole[customer][name], name)

    def test_incremental_ranks(self):
        """Single customers find their place among last night's thousandths."""
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        exact = self._read_profiles(self.shop)
        Profile._refresh(list(exact))
        for customer, values in self._read_profiles(self.shop).items():
            if exact[customer]["behaviour_pct"] is not None:
                self.assertAlmostEqual(
                    values["behaviour_pct"], exact[customer]["behaviour_pct"], delta=0.5
                )
            for name in ("rfm_recency", "rfm_frequency"):
                self.assertEqual(values[name], exact[customer][name], name)
            if exact[customer]["rfm_monetary"] is not None:
                self.assertAlmostEqual(
                    values["rfm_monetary"], exact[customer]["rfm_monetary"], delta=1
                )
        fifths = {}
        for values in exact.values():
            fifths.setdefault(values["purchase_days"], set()).add(values["rfm_frequency"])
        self.assertEqual({len(each) for each in fifths.values()}, {1})

    def test_bands_hold(self):
        """A bond keeps its band until it is clearly in another one."""
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        held = 0
        for _round in range(6):  # until one of them was close to the edge of its band
            before = self._read_bonds(self.shop)
            self._make_notes(self.shop)
            self._make_readings(self.shop)
            Profile._refresh()
            for key, values in self._read_bonds(self.shop).items():
                old = before.get(key, {}).get("band")
                self.assertEqual(values["band"], bond.band(values["strength"], old), key)
                held += values["band"] != bond.band(values["strength"])
            if held:
                return
        self.fail("No bond was ever close to the edge of its band")

    def test_evidence_gone(self):
        """A customer about whom nothing is left has no insight any more."""
        person = self.env["res.partner"].create({"name": "Gone"})
        order = (
            self.env["sale.order"]
            .with_company(self.shop)
            .create(
                {
                    "partner_id": person.id,
                    "company_id": self.shop.id,
                    "order_line": [
                        Command.create({"product_id": self.product.id, "price_unit": 5})
                    ],
                }
            )
        )
        order.write({"state": "sale", "date_order": NOW - timedelta(days=9)})
        Profile = self.env["relationship.profile"]
        domain = [("commercial_partner_id", "=", person.id)]
        Profile._refresh(person.ids)
        self.assertEqual(Profile.search(domain).purchase_days, 1)
        order.state = "cancel"
        Profile._refresh(person.ids)
        self.assertFalse(Profile.search(domain))

    def test_new_evidence_wakes_the_refresh_once(self):
        Queue = self.env["relationship.refresh.queue"].with_context(relationship_no_refresh=False)
        cron = self.env.ref("relationship_insight.ir_cron_relationship_refresh_dirty")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        Queue._add(self.people[0].ids)
        Queue._add(self.people[1].ids)
        self.env.cr.flush()
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)
        Queue._add(self.people[2].ids)
        self.env.cr.flush()
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        Queue._add(self.people[0].ids)
        self.env.cr.flush()
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)

    def test_crash_leaves_old_insight(self):
        """Whatever fails on the way, the insight of before stays, and the queue too."""
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        before = self._read_profiles(self.shop), self._read_bonds(self.shop)
        person = self.people[3]
        self._insert_tickets([(person.id, self.shop.id, NOW - timedelta(days=1), 40)])
        Queue = self.env["relationship.refresh.queue"]
        Queue.with_context(relationship_no_refresh=False)._add(person.commercial_partner_id.ids)
        for module, step in (
            (store_profiles, "log_transitions"),
            (store_profiles, "write"),
            (store_bonds, "upsert"),
        ):
            with (
                patch.object(module, step, side_effect=RuntimeError(step)),
                self.assertRaises(RuntimeError),
                self.env.cr.savepoint(),
            ):
                Profile._refresh(Queue._take(10))
            self.assertEqual((self._read_profiles(self.shop), self._read_bonds(self.shop)), before)
            self.assertTrue(Queue.search_count([]))
        Profile._refresh(Queue._take(10))
        self.assertNotEqual(self._read_profiles(self.shop), before[0])

    def test_companies_are_apart(self):
        """What happens in one company changes nothing in another."""
        Profile = self.env["relationship.profile"]

        def read():
            """Figures of the branch; sums may differ in the last digit, by the order of rows."""
            return [
                {
                    key: {
                        name: round(value, 9) if isinstance(value, float) else value
                        for name, value in values.items()
                    }
                    for key, values in rows.items()
                }
                for rows in (self._read_profiles(self.branch), self._read_bonds(self.branch))
            ]

        Profile._refresh()
        before = read()
        for person in self.people[:20]:
            self._insert_tickets([(person.id, self.shop.id, NOW - timedelta(days=1), 500)])
        self._make_readings(self.shop)
        self._make_notes(self.shop)
        Profile._refresh()
        self.assertEqual(read(), before)

    # ------------------------------------------------------------
    # Queue
    # ------------------------------------------------------------

    def test_dirty_queue(self):
        """The cron refreshes the customers with new evidence, and nobody else."""
        Profile = self.env["relationship.profile"]
        Profile._refresh()
        old = self._read_profiles(self.shop)
        Queue = self.env["relationship.refresh.queue"]
        Queue._take(10_000)
        person, bystander = self.people[4], self.people[6]
        for partner in (person, bystander):
            self._insert_tickets([(partner.id, self.shop.id, NOW - timedelta(days=2), 77)])
        self.env["relationship.reading"].with_context(relationship_no_refresh=False).create(
            {
                "partner_id": person.id,
                "company_id": self.shop.id,
                "value": 3,
                "origin": "survey",
                "measure_id": self.measures["M04"].id,
                "date": NOW - timedelta(days=1),
            }
        )
        self.assertEqual(
            Queue.search([]).mapped("commercial_partner_ref"), person.commercial_partner_id.ids
        )
        with self.enter_registry_test_mode():
            self.env.ref(
                "relationship_insight.ir_cron_relationship_refresh_dirty"
            ).method_direct_trigger()
        self.assertFalse(Queue.search_count([]))
        new = self._read_profiles(self.shop)
        changed = {customer for customer in new if new[customer] != old.get(customer)}
        self.assertEqual(changed, set(person.commercial_partner_id.ids))

    def test_two_workers(self):
        """Two workers at once take different customers."""
        connection = odoo.sql_db.db_connect(self.env.cr.dbname)
        numbers = list(range(2_000_000_001, 2_000_000_041))
        with closing(connection.cursor()) as one, closing(connection.cursor()) as two:
            first, second = (
                api.Environment(cursor, api.SUPERUSER_ID, {})["relationship.refresh.queue"]
                for cursor in (one, two)
            )
            one.execute(
                SQL(
                    "INSERT INTO relationship_refresh_queue (commercial_partner_ref) SELECT "
                    "UNNEST(%s)",
                    numbers,
                )
            )
            one.commit()
            try:
                taken = first._take(25), second._take(25), first._take(25)
                self.assertLessEqual(max(map(len, taken)), 25)
                mine = [set(part) & set(numbers) for part in taken]
                self.assertEqual(set.union(*mine), set(numbers))
                self.assertFalse(mine[0] & mine[1] or mine[0] & mine[2] or mine[1] & mine[2])
                self.assertGreater(len(mine[1]), 0)
                # A worker that dies gives its customers back.
                two.rollback()
                self.assertEqual(set(second._take(25)) & set(numbers), mine[1])
            finally:
                one.rollback()
                two.rollback()
                one.execute(
                    SQL(
                        "DELETE FROM relationship_refresh_queue WHERE commercial_partner_ref IN %s",
                        tuple(numbers),
                    )
                )
                one.commit()
