import random

import networkx

from odoo.tests import new_test_user, tagged

from .common_referral import RELATIONS, STAFF, ReferralCase


@tagged("post_install", "-at_install")
class TestReferralChain(ReferralCase):
    """Places in the chains, against networkx and by hand."""

    def plant(self, edges, state="rewarded"):
        """Store accepted referrals straight, as an old database may hold them."""
        self.env.flush_all()
        self.env.cr.executemany(
            """
            INSERT INTO relationship_referral (
                company_id, program_id, referrer_id, referrer_commercial_id, referred_id,
                referred_commercial_id, source, date, deadline, state)
            VALUES (%s, %s, %s, %s, %s, %s, 'pos', NOW() - INTERVAL '9 days', NOW(), %s)
            """,
            [(self.company.id, self.program.id, up, up, node, node, state) for up, node in edges],
        )
        self.env.invalidate_all()

    def refresh(self):
        self.env["relationship.referral.standing"]._refresh(self.company)
        return {
            standing.commercial_partner_id.id: standing
            for standing in self.env["relationship.referral.standing"].search([])
        }

    def people(self, count):
        return self.env["res.partner"].create([{"name": f"Person {n}"} for n in range(count)]).ids

    def test_random_forests_equal_networkx(self):
        rng = random.Random(2026)
        people = self.people(240)
        for _forest in range(8):
            self.env.cr.execute("DELETE FROM relationship_referral")
            rng.shuffle(people)
            reach = rng.choice([1, 3, 20, 240])
            edges = [
                (people[rng.randrange(max(0, place - reach), place)], person)
                for place, person in enumerate(people)
                if place and rng.random() < 0.85
            ]
            self.plant(edges)
            graph = networkx.DiGraph(edges)
            found = self.refresh()
            self.assertEqual(set(found), set(graph))
            for node in graph:
                below = networkx.single_source_shortest_path_length(graph, node)
                above = networkx.ancestors(graph, node)
                standing = found[node]
                self.assertEqual(
                    (
                        standing.direct_count,
                        standing.downstream_count,
                        standing.chain_depth,
                        standing.generation,
                        standing.referrer_id.ids,
                        standing.in_cycle,
                    ),
                    (
                        graph.out_degree(node),
                        len(below) - 1,
                        max(below.values()),
                        len(above),
                        list(graph.predecessors(node)),
                        False,
                    ),
                )
                root = next((one for one in above if not graph.in_degree(one)), node)
                self.assertEqual(standing.root_id.id, root)

    def test_tree_equals_networkx(self):
        rng = random.Random(7)
        people = self.people(60)
        edges = [(people[rng.randrange(max(0, n - 6), n)], people[n]) for n in range(1, 60)]
        self.plant(edges)
        self.refresh()
        graph = networkx.DiGraph(edges)
        for start in (people[0], people[7], people[-1]):
            tree = self.Referral.get_referral_tree(start, depth=60)
            below = networkx.single_source_shortest_path_length(graph, start)
            self.assertEqual({node["id"]: node["depth"] for node in tree["nodes"]}, below)
            self.assertEqual(len(tree["above"]), len(networkx.ancestors(graph, start)))
            self.assertEqual(tree["total"], len(below) - 1)
            self.assertFalse(tree["truncated"])
        short = self.Referral.get_referral_tree(people[0], depth=2, limit=5)
        self.assertEqual(len(short["nodes"]), 6)
        self.assertTrue(short["truncated"])

    def test_a_circle_is_cut_at_its_newest_referral(self):
        one, two, three, tail, free, friend = self.people(6)
        self.plant([(one, two), (two, three), (three, one), (three, tail), (free, friend)])
        found = self.refresh()
        self.assertEqual(len(found), 6)
        # three brought one is the newest: the chain starts at one.
        self.assertEqual(
            [
                (found[p].generation, found[p].downstream_count, found[p].in_cycle)
                for p in (one, two, three, tail, free, friend)
            ],
            [(0, 3, True), (1, 2, True), (2, 1, True), (3, 0, True), (0, 1, False), (1, 0, False)],
        )
        self.assertEqual(found[one].referrer_id.id, three)
        tree = self.Referral.get_referral_tree(two, depth=60)
        self.assertEqual(
            sorted(node["id"] for node in tree["nodes"]), sorted([one, two, three, tail])
        )

    def test_value_by_hand(self):
        self.company.relationship_referral_margin = 50
        self.company.relationship_acquisition_cost = 30
        self.program.cost = 10
        one, two, three, four = self.people(4)
        self.plant([(one, two), (two, three), (one, four)])
        for partner, spent in ((two, 1000), (three, 400), (four, 200)):
            self.env.cr.execute(
                "INSERT INTO relationship_profile (commercial_partner_id, company_id,"
                " spend_total) VALUES (%s, %s, %s)",
                [partner, self.company.id, spent],
            )
        # The fourth would have come anyway: only the cost of winning a customer was saved.
        self.env["relationship.reading"].create(
            {
                "measure_id": self.env.ref("relationship_insight.measure_m18_influence").id,
                "partner_id": four,
                "value": 3,
                "origin": "import",
                "company_id": self.company.id,
            }
        )
        found = self.refresh()
        self.assertAlmostEqual(found[two].value, 200 - 10)
        self.assertAlmostEqual(found[one].value, (500 - 10) + (30 - 10) + 0.5 * (200 - 10))
        self.assertAlmostEqual(found[one].direct_revenue, 1200)
        self.assertAlmostEqual(found[one].downstream_revenue, 1600)

    def test_only_what_differs_is_written(self):
        one, two, three = self.people(3)
        self.plant([(one, two), (two, three)])
        self.refresh()
        self.env.cr.execute("SELECT id, xmin::text FROM relationship_referral_standing")
        before = dict(self.env.cr.fetchall())
        self.refresh()
        self.env.cr.execute("SELECT id, xmin::text FROM relationship_referral_standing")
        self.assertEqual(dict(self.env.cr.fetchall()), before)
        self.env.cr.execute(
            "UPDATE relationship_referral SET state = 'rejected' WHERE referred_id = %s", [three]
        )
        found = self.refresh()
        self.assertEqual(set(found), {one, two})
        self.assertEqual(found[one].downstream_count, 1)

    def test_the_tree_hides_what_one_may_not_see(self):
        mine, other, friend = self.people(3)
        users = {
            "mine": new_test_user(self.env, "tree_mine", groups=STAFF),
            "other": new_test_user(self.env, "tree_other", groups=STAFF),
            "boss": new_test_user(self.env, "tree_boss", groups=RELATIONS),
        }
        Partner = self.env["res.partner"]
        Partner.browse([other, friend]).user_id = users["other"]
        Partner.browse(mine).user_id = users["mine"]
        self.plant([(mine, other), (other, friend)])
        self.refresh()
        names = {
            login: [
                bool(node["name"])
                for node in self.Referral.with_user(user).get_referral_tree(mine)["nodes"]
            ]
            for login, user in users.items()
        }
        self.assertEqual(names["boss"], [True, True, True])
        self.assertEqual(names["mine"], [True, True, False])

    def test_the_profile_shows_the_friends(self):
        self.rewarded(self.anna, self.bee)
        self.claim(self.bee, self.cat)
        self.env["relationship.profile"]._refresh()
        self.env["relationship.referral.standing"]._refresh(self.company)
        Profile = self.env["relationship.profile"].with_user(self.nok)
        profile = Profile.search([("commercial_partner_id", "=", self.bee.id)])
        self.assertRecordValues(
            profile, [{"referrer_id": self.anna.id, "friend_count": 1, "friend_all_count": 1}]
        )
        self.bee.user_id = self.dao
        self.env.invalidate_all()
        theirs = (
            self.env["relationship.profile"]
            .with_user(self.dao)
            .search([("commercial_partner_id", "=", self.bee.id)])
        )
        self.assertEqual(theirs.friend_count, 1)
