from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.models.insight.refresh.rapport import sql_sittings
from odoo.addons.relationship_insight.stats import bond
from odoo.addons.relationship_insight.tools.scope import Scope

from .common_population import PopulationCase
from .common_refresh import POINTS, Oracle

NOW = datetime(2026, 3, 15, 5)
STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestBond(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "relationship_no_refresh": True}
        )
        cls.company = cls.env["res.company"].create({"name": "Bond Shop"})
        company = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        cls.nok = new_test_user(cls.env, "bond_nok", groups=STAFF, **company)
        cls.dao = new_test_user(cls.env, "bond_dao", groups=STAFF, **company)
        cls.alex = new_test_user(cls.env, "bond_alex", groups=RELATIONS, **company)
        cls.customer = cls.env["res.partner"].create({"name": "Somchai"})
        cls.rapport = cls.env["relationship.measure"].search(
            [("parent_id.code", "in", ("M08E", "M08P"))]
        )

    def note(self, days, user=None, **vals):
        user = user or self.nok
        return (
            self.env["relationship.note"]
            .with_company(self.company)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "staff_id": user.partner_id.id,
                    "date": NOW - timedelta(days=days),
                    "channel": "store",
                    "purpose": "listen",
                    "summary": "Likes tea",
                    "initiator": "customer",
                    **vals,
                }
            )
        )

    def serve(self, days, user=None, amount=10, state="paid", **columns):
        columns = {
            "name": "Ticket",
            "state": state,
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "user_id": (user or self.nok).id,
            "date_order": NOW - timedelta(days=days),
            "amount_total": amount,
            "amount_tax": 0,
            "amount_paid": amount,
            "amount_return": 0,
            "currency_rate": 1,
            **columns,
        }
        return self.env.execute_query(
            SQL(
                "INSERT INTO pos_order (%s) VALUES (%s) RETURNING id",
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(SQL("%s", value) for value in columns.values()),
            )
        )[0][0]

    def tell(self, user, days=5, value=6, items=None):
        return self.env["relationship.reading"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "staff_id": user.partner_id.id,
                    "measure_id": measure.id,
                    "value": value,
                    "origin": "survey",
                    "date": NOW - timedelta(days=days),
                }
                for measure in (self.rapport if items is None else items)
            ]
        )

    def refresh(self, asof=None):
        self.env["relationship.profile"]._refresh(self.customer.ids, asof)

    def bond_of(self, user):
        self.env.invalidate_all()
        return self.env["relationship.bond"].search(
            [
                ("commercial_partner_id", "=", self.customer.id),
                ("staff_id", "=", user.partner_id.id),
            ]
        )

    def star(self, user):
        return (
            self.env["relationship.bond"]
            .with_user(user)
            .with_context(allowed_company_ids=self.company.ids)
            .get_bond_star(self.customer.id)
        )

    def exact(self, found):
        """The parts and the strength as the database holds them."""
        return self.env.execute_query(
            SQL(
                "SELECT %s, strength::numeric FROM relationship_bond WHERE id = %s",
                SQL(", ").join(map(SQL.identifier, POINTS.values())),
                found.id,
            )
        )[0]

    # Parts

    def test_a_sitting_is_one_observation(self):
        """Four items of one sitting weighed as four answers against kappa, which is a scale's."""
        self.tell(self.nok, days=180, value=7)
        self.tell(self.nok, days=0, value=1)
        self.tell(self.nok, days=0, value=4, items=self.rapport[:1])
        self.assertEqual(len(self.rapport), 4)
        rows = self.env.execute_query(
            SQL(
                "SELECT score, w FROM (%s) AS sitting ORDER BY w",
                sql_sittings(Scope.at(self.company, NOW.date(), self.customer.ids)),
            )
        )
        half_life = self.rapport[0].half_life_days
        self.assertEqual([score for score, _w in rows], [100, 10])
        self.assertAlmostEqual(rows[0][1], 2 ** (-180 / half_life))
        self.assertEqual(rows[1][1], 1)

    def test_few_tapped_items_lift_no_cap(self):
        """60 % of the items and at least two: three of four."""
        self.note(3)
        self.tell(self.nok, items=self.rapport[:2])
        self.refresh()
        self.assertEqual(self.bond_of(self.nok).basis, "staff")
        self.tell(self.nok, days=4, items=self.rapport[:3])
        self.refresh()
        self.assertEqual(self.bond_of(self.nok).basis, "customer")

    def test_parts_add_up_exactly(self):
        for days in (3, 40, 100):
            self.note(days)
        self.note(7, purpose="sell", initiator="staff")
        self.tell(self.nok)
        self.note(3, self.dao, initiator="staff")
        self.refresh()
        for user, basis in ((self.nok, "customer"), (self.dao, "staff")):
            found = self.bond_of(user)
            *parts, strength = self.exact(found)
            self.assertEqual(sum(parts), strength)
            self.assertEqual(found.basis, basis)
            self.assertEqual(found.formula_version, bond.FORMULA_VERSION)
            shown = [part["points"] for part in found._get_parts()]
            self.assertEqual(sum(shown), int(found.strength + 0.5))

    def test_removing_evidence_changes_its_part(self):
        """A note less: fewer talks, less listening; the customer's word stays what it is."""
        kept = self.note(20)
        gone = self.note(2, purpose="care", summary=False)
        self.tell(self.nok)
        self.refresh()
        before = self.bond_of(self.nok).read()[0]
        gone.unlink()
        self.refresh()
        after = self.bond_of(self.nok).read()[0]
        expected = bond.bond(
            before["rapport"], bond.conversation_mass([(20, 1)]), 20, 1, 0, 1, 1, 20 / 30.4375, 1
        )
        self.assertAlmostEqual(after["strength"], expected.value, 3)
        for name, column in POINTS.items():
            self.assertAlmostEqual(after[column], float(getattr(expected.points, name)), 3, name)
        self.assertEqual(after["points_rapport"], before["points_rapport"])
        self.assertLess(after["points_intensity"], before["points_intensity"])
        self.assertLess(after["points_recency"], before["points_recency"])
        self.assertLess(after["points_listening"], before["points_listening"])
        self.assertEqual(after["points_knowledge"], before["points_knowledge"])
        self.env["relationship.reading"].search([("staff_id", "=", self.nok.partner_id.id)])._void(
            "wrong person"
        )
        self.refresh()
        self.assertEqual(self.bond_of(self.nok).basis, "staff")
        kept.unlink()
        self.refresh()
        self.assertFalse(self.bond_of(self.nok))

    def test_orders_served_strengthen_but_make_no_bond(self):
        self.serve(10)
        self.refresh()
        self.assertFalse(self.bond_of(self.nok))
        self.note(30)
        self.refresh()
        found = self.bond_of(self.nok)
        self.assertEqual(found.served_count, 1)
        expected = 1 - 2.718281828459045 ** (-(2 ** (-30 / 180) + 0.25 * 2 ** (-10 / 180)) / 3)
        self.assertAlmostEqual(found.intensity, expected, 9)
        before = found.points_intensity
        # Not counted: a day with a talk, twice a day, refunds, drafts, last year, a colleague's.
        self.serve(30)
        self.serve(10)
        self.serve(4, amount=-5)
        self.serve(5, is_refund=True)
        self.serve(6, state="draft")
        self.serve(400)
        self.serve(7, self.dao)
        self.refresh()
        found = self.bond_of(self.nok)
        self.assertEqual((found.served_count, found.points_intensity), (1, before))
        self.serve(8)
        self.refresh()
        self.assertEqual(self.bond_of(self.nok).served_count, 2)
        self.assertGreater(self.bond_of(self.nok).points_intensity, before)

    def test_promises_kept(self):
        note = self.note(20, summary=False, promise="Call back", promise_date="2026-03-20")
        self.refresh()
        self.assertEqual(self.bond_of(self.nok).points_knowledge, 0)
        note.promise_ids.activity_id.action_done()
        self.refresh()
        found = self.bond_of(self.nok)
        self.assertEqual(found.kept_count, 1)
        self.assertAlmostEqual(found.knowledge, 0.2)
        late = self.note(21, summary=False, promise="Send", promise_date="2026-03-01")
        late.promise_ids.activity_id.action_done()
        self.refresh()
        self.assertEqual(self.bond_of(self.nok).kept_count, 1)

    def test_private_notes_count_nowhere(self):
        self.note(20)
        self.refresh()
        before = self.exact(self.bond_of(self.nok))
        private = self.note(1, visibility="me", promise="Secret", promise_date="2026-03-20")
        private.promise_ids.activity_id.action_done()
        self.refresh()
        self.assertEqual(self.exact(self.bond_of(self.nok)), before)

    def test_evidence_opens(self):
        talk = self.note(10)
        sold = self.note(12, purpose="sell", initiator="staff", summary=False)
        self.note(1, visibility="me")
        self.note(1, channel="email")
        self.note(3, self.dao)
        answers = self.tell(self.nok)
        order = self.serve(4)
        self.refresh()
        found = self.bond_of(self.nok)

        def rows(part, user=self.alex):
            action = (
                found.with_user(user)
                .with_context(allowed_company_ids=self.company.ids)
                .action_open_evidence(part)
            )
            return (
                self.env[action["res_model"]]
                .with_user(user)
                .with_context(allowed_company_ids=self.company.ids)
                .search(action["domain"])
            )

        self.assertEqual(rows("I"), talk | sold)
        self.assertEqual(rows("M"), talk)
        self.assertEqual(rows("N"), talk)
        self.assertEqual(rows("L"), talk | sold)
        self.assertEqual(rows("Q"), answers.sorted(lambda r: (r.date, r.id), reverse=True))
        self.assertEqual(rows("served").order_id, order)
        # What customers say of a colleague is not the colleague's to read.
        self.assertFalse(rows("Q", self.nok))
        with self.assertRaises(AccessError):
            rows("served", self.nok)
        with self.assertRaises(AccessError):
            rows("I", self.dao)
        with self.assertRaises(UserError):
            rows("nothing")

    # Customer level

    def test_customer_level(self):
        for days in (1, 5, 9, 14):
            self.note(days)
        self.tell(self.nok)
        self.note(60, self.dao, initiator="staff", purpose="sell")
        self.refresh()
        profile = self.env["relationship.profile"].search(
            [("commercial_partner_id", "=", self.customer.id)]
        )
        strengths = [self.bond_of(user).strength for user in (self.nok, self.dao)]
        expected = bond.customer_bond(strengths, [4, 1])
        self.assertAlmostEqual(profile.bond, expected.value, 6)
        self.assertAlmostEqual(profile.contact_hhi, 0.8**2 + 0.2**2, 9)
        self.assertAlmostEqual(profile.key_risk, expected.risk, 6)
        self.assertEqual(profile.bond_count, 1)
        self.assertEqual(profile.key_staff_id, self.nok.partner_id)
        for days in (1, 5, 9):
            self.note(days, self.dao)
        self.refresh()
        self.env.invalidate_all()
        self.assertEqual(profile.bond_count, 2)
        self.assertFalse(profile.key_staff_id)
        # Whoever left holds nobody any more.
        self.nok.active = False
        self.refresh()
        self.env.invalidate_all()
        self.assertEqual(profile.bond_count, 1)
        self.assertEqual(profile.key_staff_id, self.dao.partner_id)
        star = self.star(self.alex)
        self.assertEqual(
            {row["staff"]: row["left"] for row in star["bonds"]},
            {self.nok.name: True, self.dao.name: False},
        )

    def test_star(self):
        self.note(5)
        self.note(6, self.dao)
        self.refresh()
        star = self.star(self.alex)
        self.assertEqual(len(star["bonds"]), 2)
        self.assertTrue(star["all"])
        own = self.star(self.nok)
        self.assertEqual([row["staff"] for row in own["bonds"]], [self.nok.name])
        # How much others hold of the customer is not shown to one of them.
        self.assertFalse(own["all"])
        self.assertIsNone(own["bond"])

    # History

    def test_history_is_kept_and_reproduced(self):
        self.note(50)
        self.refresh(date(2026, 2, 28))
        past = self.env["relationship.bond.snapshot"].search(
            [("commercial_partner_id", "=", self.customer.id)]
        )
        self.assertEqual(past.date, date(2026, 2, 28))
        expected = bond.bond(
            None, bond.conversation_mass([(35, 1)]), 35, 1, 0, 1, 1, 35 / 30.4375, 1
        )
        self.assertAlmostEqual(past.strength, expected.value, 3)
        figures = past.read()
        self.note(2)
        self.refresh(date(2026, 2, 28))
        self.assertEqual(past.read(), figures)
        self.refresh()
        found = self.bond_of(self.nok)
        self.assertAlmostEqual(found.movement, found.strength - past.strength, 6)
        self.assertGreater(found.movement, 0)

    def test_history_folds_on_merge(self):
        twin = self.env["res.partner"].create({"name": "Somchai again"})
        self.note(50)
        self.note(50, partner_id=twin.id)
        self.env["relationship.profile"]._refresh((self.customer | twin).ids, date(2026, 2, 28))
        Snapshot = self.env["relationship.bond.snapshot"]
        domain = [("commercial_partner_id", "in", (self.customer | twin).ids)]
        self.assertEqual(Snapshot.search_count(domain), 2)
        kept = Snapshot.search([("commercial_partner_id", "=", self.customer.id)])
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | twin).ids, self.customer
        )
        self.assertEqual(Snapshot.search(domain), kept)


@freeze_time(datetime(2026, 3, 15, 15, 30))
@tagged("post_install", "-at_install")
class TestBondPopulation(PopulationCase):
    customers = 25

    def test_served_and_kept_against_the_formulas(self):
        """Tickets and promises of a whole town, against plain Python."""
        users = self.env["res.users"].create(
            [
                {"name": partner.name, "login": f"pop{partner.id}", "partner_id": partner.id}
                for partner in self.staff
            ]
        )
        tickets = []
        for person in self.people:
            for _n in range(self.rng.choice((0, 3, 8))):
                tickets.append(
                    (
                        person.id,
                        self.shop.id,
                        self._past(),
                        self.rng.choice((-4, 20)),
                        self.rng.choice(users).id,
                    )
                )
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO pos_order (
                name, state, partner_id, company_id, date_order, amount_total, user_id, amount_tax,
                amount_paid, amount_return, currency_rate)
            SELECT 'Ticket', 'paid', partner, company, date, amount, seller, 0, amount, 0, 1
              FROM (VALUES %s) AS ticket (partner, company, date, amount, seller)
            """,
                SQL(", ").join(
                    SQL("(%s, %s, %s::timestamp, %s, %s)", *ticket) for ticket in tickets
                ),
            )
        )
        notes = self.env["relationship.note"].search([("company_id", "=", self.shop.id)])
        for place, note in enumerate(notes):
            note.write({"promise": "Call", "promise_date": date(2026, 3, 10 + place % 10)})
        notes[::2].promise_ids.activity_id.action_done()
        self.env["relationship.profile"]._refresh()
        expected = self.assertInsight(self.shop)
        self.assertTrue(expected)
        bonds = Oracle(
            self.env, self.shop, self._today(self.shop), {"rapport": {}, "omega": 1}
        ).bonds()
        self.assertTrue(any(values["served_count"] for values in bonds.values()))
        self.assertTrue(any(values["kept_count"] for values in bonds.values()))
