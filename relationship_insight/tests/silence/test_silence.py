import random
import statistics
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.stats import silence

NOW = datetime(2026, 3, 15, 5)
STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"
MANAGER = "base.group_user,base.group_allow_export,relationship_insight.group_relationship_manager"
SELLERS = 6


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestSilence(TransactionCase):
    """Six sellers with a town of customers; the first is silent with two who buy ever more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "relationship_no_refresh": True}
        )
        cls.rng = random.Random(7)
        cls.company = cls.env["res.company"].create(
            {"name": "Silent Shop", "relationship_minimum_group": 5}
        )
        vals = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        cls.sellers = cls.env["res.users"].union(
            *(new_test_user(cls.env, f"seller{n}", groups=STAFF, **vals) for n in range(SELLERS))
        )
        cls.small = new_test_user(cls.env, "small", groups=STAFF, **vals)
        cls.leader = new_test_user(cls.env, "leader_s", groups=STAFF, **vals)
        cls.relations = new_test_user(cls.env, "relations_s", groups=RELATIONS, **vals)
        cls.manager = new_test_user(cls.env, "manager_s", groups=MANAGER, **vals)
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Silent Team",
                "company_id": cls.company.id,
                "user_id": cls.leader.id,
                "member_ids": [(6, 0, (cls.sellers[:5] | cls.small).ids)],
            }
        )
        cls.tickets, cls.notes = [], []
        for seller in cls.sellers:
            for n in range(14):
                customer = cls.env["res.partner"].create({"name": f"{seller.name} {n}"})
                cls.plant(seller, customer, 8, 9, cls.rng.choice((1, 3, 5, 8)))
        cls.silent = cls.env["res.partner"].create([{"name": "Silent one"}, {"name": "Silent two"}])
        for customer in cls.silent:
            cls.plant(cls.sellers[0], customer, 6, 60, 0)
        # Grew as much, but somebody talked; and one too new to have grown.
        cls.talked, cls.new = cls.env["res.partner"].create(
            [{"name": "Talked with"}, {"name": "New"}]
        )
        cls.plant(cls.sellers[1], cls.talked, 6, 60, 12)
        cls.plant(cls.sellers[2], cls.new, 0, 60, 0)
        for n in range(3):
            customer = cls.env["res.partner"].create({"name": f"Small {n}"})
            cls.plant(cls.small, customer, 9, 5, 2)
        cls.store()
        cls.env["relationship.profile"]._refresh()
        cls.env["relationship.silence"]._refresh(cls.company)

    @classmethod
    def plant(cls, seller, customer, before, now, talks):
        """Orders a year ago and now, and talks now; amounts are 10 each."""
        for count, first in ((before, 365), (now, 0)):
            cls.tickets += [
                (customer.id, seller.id, first + cls.rng.randrange(1, 178)) for _n in range(count)
            ]
        if before:
            cls.tickets.append((customer.id, seller.id, 700))
        days = cls.rng.sample(range(1, 178), talks)
        cls.notes += [
            {
                "partner_id": customer.id,
                "company_id": cls.company.id,
                "staff_id": seller.partner_id.id,
                "date": NOW - timedelta(days=day),
                "channel": "store",
                "purpose": cls.rng.choice(("listen", "sell", "care")),
                "source_key": False,
                "team_id": False,
            }
            for day in days
        ]

    @classmethod
    def store(cls):
        cls.env["relationship.note"].create(cls.notes)
        cls.env.cr.execute(
            SQL(
                """
            INSERT INTO pos_order (
                name, state, partner_id, company_id, date_order, amount_total, user_id, amount_tax,
                amount_paid, amount_return, currency_rate)
            SELECT 'Ticket', 'paid', partner, %s, date, 10, seller, 0, 10, 0, 1
              FROM (VALUES %s) AS ticket (partner, seller, date)
            """,
                cls.company.id,
                SQL(", ").join(
                    SQL("(%s, %s, %s::timestamp)", customer, seller, NOW - timedelta(days=day))
                    for customer, seller, day in cls.tickets
                ),
            )
        )

    def rows(self, model, user, **more):
        return (
            self.env[model]
            .with_user(user)
            .with_context(allowed_company_ids=self.company.ids)
            .search([("company_id", "=", self.company.id), *more.pop("domain", [])], **more)
        )

    # The oracle

    def oracle(self, period):
        """{(seller's partner id, customer id): [x0, x1, y]}, and talks logged per seller."""
        Purchase = self.env["relationship.purchase"].search(
            [("company_id", "=", self.company.id), ("is_visit", "=", True)]
        )
        first, pairs = {}, defaultdict(lambda: [0, 0, 0, 0])
        today = NOW.date()
        rows = [
            (row.commercial_partner_id.id, row.staff_id.id, (today - row.date.date()).days)
            for row in Purchase
        ]
        for customer, _staff, age in rows:
            first[customer] = max(first.get(customer, 0), age)
        for customer, staff, age in rows:
            pair = pairs[staff, customer]
            pair[1] += age < period
            pair[0] += 365 <= age < 365 + period
            pair[3] += period <= age < 2 * period
        logged = Counter()
        seen = set()
        for note in self.env["relationship.note"].search([("company_id", "=", self.company.id)]):
            key = note.staff_id.id, note.commercial_partner_id.id, note.date.date(), note.channel
            if (today - note.date.date()).days < period and key not in seen:
                seen.add(key)
                pairs[key[:2]][2] += 1
                logged[key[0]] += 1
        result = {}
        for (staff, customer), (season, now, talks, prior) in pairs.items():
            age = first.get(customer, 0)
            before = season if age >= 365 + period else prior if age >= 2 * period else None
            result[staff, customer] = (before, now, talks)
        return result, logged

    def expected(self, period):
        """{seller's partner id: figures}, [(staff, customer)] flagged silent or logging."""
        pairs, logged = self.oracle(period)
        staff_ids = {staff for staff, _customer in pairs}
        own = {
            staff: [values for (owner, _c), values in pairs.items() if owner == staff]
            for staff in staff_ids
        }
        team = set((self.sellers[:5] | self.small).partner_id.ids)
        units = {}
        for staff in staff_ids:
            others = [other for other in staff_ids if other != staff]
            mates = [other for other in others if staff in team and other in team]
            peers = mates if len(mates) >= 3 else others

            def talks_and_orders(members):
                return [
                    (sum(y for _x0, x1, y in own[one] if x1), sum(x1 for _x0, x1, _y in own[one]))
                    for one in members
                ]

            counts = [y for one in others for _x0, x1, y in own[one] if x1]
            rate = silence.shrunk_rate(
                sum(t for t, _o in talks_and_orders(peers)),
                sum(o for _t, o in talks_and_orders(peers)),
                talks_and_orders(others),
            )
            size = silence.size_by_moments(len(counts), sum(counts), sum(y * y for y in counts))
            units[staff] = {
                "n": sum(1 for _x0, x1, _y in own[staff] if x1),
                "x0": sum(x0 or 0 for x0, _x1, _y in own[staff]),
                "x1": sum(x1 for x0, x1, _y in own[staff] if x0 is not None),
                "y": sum(y for _x0, x1, y in own[staff] if x1),
                "rate": rate,
                "size": size,
                "logs": logged[staff] >= 0.5 * statistics.median(logged[p] for p in peers),
            }
        tested = {
            (staff, customer): silence.pair_p(
                x0, x1, y, silence.Peers(units[staff]["rate"], units[staff]["size"])
            )
            for (staff, customer), (x0, x1, y) in pairs.items()
            if x0 is not None and x0 + x1 >= silence.MIN_ORDERS and units[staff]["n"] >= 5
        }
        keys = list(tested)
        adjusted = silence.adjusted_by_count([(tested[key], 1) for key in keys])
        cells = {
            key
            for key, q in zip(keys, adjusted)
            if tested[key] <= silence.ALPHA and q <= silence.FDR
        }
        return units, cells

    def test_planted_and_equal_to_the_oracle(self):
        for period in (180, 90):
            units, flagged = self.expected(period)
            pairs = self.env["relationship.silent.pair"].search(
                [("company_id", "=", self.company.id), ("period", "=", str(period))]
            )
            self.assertEqual(
                {(pair.staff_id.id, pair.commercial_partner_id.id) for pair in pairs}, flagged
            )
            rows = self.env["relationship.silence"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("period", "=", str(period)),
                    ("level", "=", "staff"),
                    ("status", "!=", "suppressed"),
                ]
            )
            self.assertTrue(rows)
            for row in rows:
                unit = units[row.staff_id.id]
                self.assertEqual(
                    (row.customer_count, row.orders_before, row.orders_now, row.talk_count),
                    (unit["n"], unit["x0"], unit["x1"], unit["y"]),
                    row.name,
                )
                self.assertAlmostEqual(row.growth_p, silence.growth_p(unit["x0"], unit["x1"]), 9)
        pairs = self.env["relationship.silent.pair"].search(
            [("company_id", "=", self.company.id), ("period", "=", "180")]
        )
        self.assertEqual(pairs.commercial_partner_id, self.silent)
        self.assertEqual(pairs.staff_id, self.sellers[0].partner_id)
        self.assertEqual(set(pairs.mapped("status")), {"silent"})
        self.assertEqual(set(pairs.mapped("sales_now")), {600})

    def test_a_talk_or_two_clears_them(self):
        self.env["relationship.note"].create(
            [
                {
                    "partner_id": self.silent[0].id,
                    "company_id": self.company.id,
                    "staff_id": self.sellers[0].partner_id.id,
                    "date": NOW - timedelta(days=day),
                }
                for day in (3, 5)
            ]
        )
        # A private talk changes nothing anybody can see.
        self.env["relationship.note"].create(
            [
                {
                    "partner_id": self.silent[1].id,
                    "company_id": self.company.id,
                    "visibility": "me",
                    "staff_id": self.sellers[0].partner_id.id,
                    "date": NOW - timedelta(days=day),
                }
                for day in (3, 5)
            ]
        )
        self.env["relationship.silence"]._refresh(self.company)
        pairs = self.env["relationship.silent.pair"].search(
            [("company_id", "=", self.company.id), ("period", "=", "180")]
        )
        self.assertEqual(pairs.commercial_partner_id, self.silent[1])

    def test_who_logs_nothing_is_not_silent(self):
        self.env["relationship.note"].search(
            [("staff_id", "=", self.sellers[0].partner_id.id)]
        ).unlink()
        self.env["relationship.silence"]._refresh(self.company)
        row = self.env["relationship.silence"].search(
            [
                ("company_id", "=", self.company.id),
                ("period", "=", "180"),
                ("staff_id", "=", self.sellers[0].partner_id.id),
            ]
        )
        self.assertEqual(row.status, "logging")
        pairs = self.env["relationship.silent.pair"].search(
            [("staff_id", "=", self.sellers[0].partner_id.id)]
        )
        self.assertEqual(set(pairs.mapped("status")), {"logging"})

    # Who may see what

    def test_too_few_customers_are_hidden_everywhere(self):
        """The figures are not even stored; a second unit hides the first from the sums."""
        rows = self.rows(
            "relationship.silence",
            self.manager,
            domain=[("level", "=", "staff"), ("period", "=", "180")],
        )
        hidden = rows.filtered(lambda row: row.status == "suppressed")
        self.assertIn(self.small.partner_id, hidden.staff_id)
        self.assertGreaterEqual(len(hidden), 2)
        stored = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(customer_count), COUNT(orders_now), COUNT(sales_now), COUNT(growth),
                   COUNT(talk_count), COUNT(never_count), COUNT(feeling), COUNT(p_value)
              FROM relationship_silence WHERE status = 'suppressed'
            """
            )
        )[0]
        self.assertEqual(set(stored), {0})
        for row in hidden.with_user(self.manager).export_data(
            ["name", "customer_count", "orders_now", "sales_now"]
        )["datas"]:
            self.assertFalse(any(float(value or 0) for value in row[1:]))
        groups = (
            self.env["relationship.silence"]
            .with_user(self.manager)
            ._read_group(
                [("id", "in", hidden.ids)], ["staff_id"], ["orders_now:sum", "sales_now:sum"]
            )
        )
        self.assertFalse(any(orders or sales for _staff, orders, sales in groups))
        board = (
            self.env["relationship.silence"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=self.company.ids)
            .get_silence_board()
        )
        self.assertNotIn(self.small.name, [unit["name"] for unit in board["units"]])
        self.assertEqual(board["hidden"], len(hidden))
        # A feeling of fewer than the minimum stays hidden in a row that is shown.
        self.assertFalse(any(rows.mapped("feeling")))

    def test_staff_see_their_own_and_leaders_their_team(self):
        staff = [("level", "=", "staff"), ("period", "=", "180")]
        one = self.sellers[0]
        self.assertEqual(
            self.rows("relationship.silence", one, domain=staff).staff_id, one.partner_id
        )
        self.assertEqual(
            self.rows("relationship.silence", self.leader, domain=staff).staff_id,
            (self.sellers[:5] | self.small).partner_id,
        )
        self.assertEqual(len(self.rows("relationship.silence", self.manager, domain=staff)), 7)
        self.assertFalse(self.rows("relationship.silence", self.relations, domain=staff))
        self.assertEqual(
            self.rows("relationship.silent.pair", one).commercial_partner_id, self.silent
        )
        self.assertFalse(self.rows("relationship.silent.pair", self.sellers[1]))
        self.assertTrue(self.rows("relationship.silent.pair", self.leader))
        team = self.rows("relationship.silence", self.leader, domain=[("level", "=", "team")])
        self.assertEqual(team.team_id, self.team)
        plain = new_test_user(self.env, "plain_s", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["relationship.silence"].with_user(plain).search([])
        with self.assertRaises(AccessError):
            self.env["relationship.silence"].with_user(self.manager).create({})
        with self.assertRaises(AccessError):
            self.rows("relationship.silence", self.manager)[:1].write({"name": "x"})

    def test_a_raised_minimum_hides_at_once(self):
        rows = self.rows(
            "relationship.silence",
            self.manager,
            domain=[("level", "=", "staff"), ("status", "!=", "suppressed")],
        )
        self.assertTrue(rows)
        self.company.relationship_minimum_group = 50
        self.assertFalse(rows.exists().filtered(lambda row: row.customer_count))
        self.env["relationship.silence"]._refresh(self.company)
        rows = self.rows("relationship.silence", self.manager, domain=[("level", "=", "staff")])
        self.assertEqual(set(rows.mapped("status")), {"suppressed"})

    def test_never_counts_buyers_without_any_talk(self):
        row = self.env["relationship.silence"].search(
            [("staff_id", "=", self.sellers[0].partner_id.id), ("period", "=", "180")]
        )
        self.assertEqual(row.never_count, 2)
        self.assertTrue(row.window)

    # Who talks a little

    def plant_quiet(self, elsewhere):
        """A seller with three talks where about sixty are usual, and talks with others."""
        quiet = new_test_user(
            self.env,
            "quiet_s",
            groups=STAFF,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.tickets.clear()
        self.notes.clear()
        # More than any colleague has: whoever has fewest is hidden beside a group too small.
        for n in range(17):
            customer = self.env["res.partner"].create({"name": f"Quiet {n}"})
            self.plant(quiet, customer, 8, 20, int(n < 3))
        for n in range(elsewhere):
            self.plant(quiet, self.env["res.partner"].create({"name": f"Guest {n}"}), 0, 0, 1)
        self.store()
        self.env["relationship.profile"]._refresh()
        self.env["relationship.silence"]._refresh(self.company)
        return self.env["relationship.silence"].search(
            [("staff_id", "=", quiet.partner_id.id), ("period", "=", "180")]
        )

    def test_three_talks_acquit_nobody(self):
        row = self.plant_quiet(elsewhere=40)
        self.assertEqual((row.orders_before, row.orders_now, row.talk_count), (17 * 8, 17 * 20, 3))
        self.assertGreater(row.expected_talks, 80)
        self.assertEqual(row.status, "silent")
        self.assertLess(row.deficit_p, 0.0075)

    def test_who_logs_little_anywhere_is_asked_about_the_notes(self):
        row = self.plant_quiet(elsewhere=0)
        self.assertEqual(row.status, "logging")

    def test_too_few_usual_talks_are_said(self):
        """Nobody talks here: growth without talks is no finding, and no all-clear either."""
        notes = self.env["relationship.note"].search([("company_id", "=", self.company.id)])
        notes[6:].unlink()
        self.env["relationship.silence"]._refresh(self.company)
        rows = self.env["relationship.silence"].search(
            [
                ("company_id", "=", self.company.id),
                ("period", "=", "180"),
                ("level", "=", "staff"),
                ("status", "!=", "suppressed"),
            ]
        )
        self.assertEqual(
            set(rows.filtered(lambda row: row.growth > 0.2).mapped("status")), {"talks"}
        )
        board = (
            self.env["relationship.silence"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=self.company.ids)
            .get_silence_board()
        )
        self.assertEqual(board["customers"]["judged"], 0)
        self.assertLess(board["customers"]["usual"], board["customers"]["needed"])

    def test_the_gap_is_shown_or_says_what_it_waits_for(self):
        domain = [
            ("company_id", "=", self.company.id),
            ("period", "=", "180"),
            ("status", "!=", "suppressed"),
        ]
        staff = self.env["relationship.silence"].search([*domain, ("level", "=", "staff")])
        self.assertEqual(set(staff.mapped("gap_wait")), {"bonds"})
        then = NOW.replace(year=2025, month=8, day=31).date()
        sellers = self.sellers.partner_id
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO relationship_bond_snapshot (
                commercial_partner_id, company_id, staff_id, date, own_strength)
            SELECT commercial_partner_id, company_id, staff_id, %s, own_strength - 10
              FROM relationship_bond WHERE company_id = %s AND staff_id = ANY(%s)
            """,
                then,
                self.company.id,
                sellers.ids,
            )
        )
        self.env["relationship.silence"]._refresh(self.company)
        staff = self.env["relationship.silence"].search([*domain, ("level", "=", "staff")])
        shown = staff.filtered(lambda row: row.staff_id in sellers and row.customer_count >= 10)
        self.assertGreaterEqual(len(shown), 3)
        self.assertFalse(any(shown.mapped("gap_wait")))
        self.assertAlmostEqual(sum(shown.mapped("gap")), 0, 6)
        self.assertTrue(any(shown.mapped("gap")))
        team = self.env["relationship.silence"].search(
            [("team_id", "=", self.team.id), ("level", "=", "team"), ("period", "=", "180")]
        )
        moved = {
            (bond.commercial_partner_id, bond.staff_id): 10
            for bond in self.env["relationship.bond"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("staff_id", "in", self.sellers[:5].partner_id.ids),
                ]
            )
        }
        moved |= {
            (bond.commercial_partner_id, bond.staff_id): bond.own_strength
            for bond in self.env["relationship.bond"].search(
                [("company_id", "=", self.company.id), ("staff_id", "=", self.small.partner_id.id)]
            )
        }
        self.assertAlmostEqual(team.bond_change, statistics.median(moved.values()), 4)
        board = (
            self.env["relationship.silence"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=self.company.ids)
            .get_silence_board("team")
        )
        self.assertEqual([unit["gap_wait"] for unit in board["units"]], ["Needs three to compare"])
