import json

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import json_default

from ..common_card import CardCase

AXES = {"attitude", "behaviour", "bond", "feelings"}
CARD_QUERIES = 9


@tagged("post_install", "-at_install")
class TestCustomerCard(CardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("Somchai")
        cls.profile = cls.new_profile(
            cls.customer, **cls.rich_values(bond_staff_id=cls.rep.partner_id.id)
        )
        cls.new_readings(cls.customer, count=7)
        cls.new_note(cls.customer, cls.rep)

    def test_rich_names_class_motive_and_confidence(self):
        card = self.card(self.customer)
        self.assertEqual(card["state"], "rich")
        self.assertEqual(card["loyalty_class"], "spurious")
        self.assertEqual(
            card["sentences"],
            [
                "Buys often, but tells us it's because we are close by.",
                "Medium confidence: a chance of 72 in 100 that this is right.",
            ],
        )
        self.assertEqual(
            [part["key"] for part in card["probabilities"]], ["true", "latent", "spurious", "low"]
        )
        self.assertAlmostEqual(sum(part["value"] for part in card["probabilities"]), 1)
        self.assertEqual(card["date"], self.today)

    def test_axes_stay_apart_each_with_count_and_date(self):
        card = self.card(self.customer)
        self.assertEqual(set(card["axes"]), AXES)
        for axis in card["axes"].values():
            self.assertEqual(axis["status"], "ok")
            self.assertTrue(axis["n"])
            self.assertTrue(axis["date"])
        attitude = card["axes"]["attitude"]
        self.assertAlmostEqual(attitude["low"], 42 - 1.96 * 8)
        self.assertAlmostEqual(attitude["high"], 42 + 1.96 * 8)
        self.assertEqual(card["axes"]["feelings"]["n"], 7)
        self.assertNotIn("score", card)

    def test_the_bond_of_all_stands_beside_that_of_the_closest_alone(self):
        self.env["relationship.bond"].create(
            [
                {
                    "profile_id": self.profile.id,
                    "commercial_partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "staff_id": user.partner_id.id,
                    "strength": strength,
                }
                for user, strength in ((self.rep, 59), (self.colleague, 37))
            ]
        )
        bond = self.card(self.customer)["axes"]["bond"]
        self.assertEqual((bond["value"], bond["alone"]), (self.profile.bond, 59))
        self.assertNotEqual(bond["value"], bond["alone"])

    def test_no_name_of_a_figure_is_used_for_another(self):
        self.assertEqual(
            [
                self.env[model]._fields[name].string
                for model, name in (
                    ("relationship.profile", "bond"),
                    ("relationship.bond", "strength"),
                    ("relationship.bond", "own_strength"),
                )
            ],
            ["Bond, All Colleagues", "Bond, This Colleague", "Bond from Talks"],
        )

    def test_the_margin_shown_is_that_of_the_interval(self):
        self.profile.attitude_se = 8
        self.assertAlmostEqual(self.profile.attitude_margin, 15.68)

    def test_interval_stays_on_the_scale(self):
        self.profile.write({"attitude": 97, "attitude_se": 9})
        attitude = self.card(self.customer)["axes"]["attitude"]
        self.assertEqual(attitude["high"], 100)

    def test_one_answer_is_a_low_base(self):
        self.profile.write({"attitude_count": 1})
        self.assertEqual(self.card(self.customer)["axes"]["attitude"]["status"], "low_base")

    def test_motives_in_order_with_face(self):
        motives = self.card(self.customer)["motives"]
        self.assertEqual(
            [motive["name"] for motive in motives],
            [self.measures[code].name for code in ("M16_location", "M16_price", "M16_staff")],
        )
        self.assertEqual(motives[0]["picture"], "location")

    def test_question_to_read_out(self):
        ask = self.card(self.customer)["ask"]
        self.assertEqual(ask["key"], "pride")
        self.assertEqual(ask["question"], self.measures["M07_tell"].question)
        self.profile.ask_next = "nothing"
        self.assertEqual(self.card(self.customer)["ask"]["question"], "")

    def test_last_five_readings_valid_and_about_us(self):
        rival = self.env["relationship.competitor"].create(
            {"name": "Rival", "company_id": self.company.id}
        )
        newest = self.new_readings(self.customer, date=self.profile.create_date)
        newest._void("wrong customer")
        self.new_readings(
            self.customer, "M13", date=self.profile.create_date, competitor_id=rival.id
        )
        readings = self.card(self.customer)["readings"]
        self.assertEqual(len(readings), 5)
        self.assertNotIn(newest.id, [reading["id"] for reading in readings])
        self.assertEqual({reading["name"] for reading in readings}, {"Glad"})

    def test_talk_is_cut_and_on_one_line(self):
        self.new_note(self.customer, self.rep, summary="word\n" * 100)
        talk = self.card(self.customer)["talks"][0]
        self.assertEqual(talk["staff"], self.rep.name)
        self.assertNotIn("\n", talk["summary"])
        self.assertLess(len(talk["summary"]), 165)

    def test_thin_says_why_and_how_to_learn(self):
        for reason, words in (
            ("no_attitude", "nobody asked"),
            ("stale", "too old"),
            ("no_behaviour", "too new"),
            ("ambiguous", "both ways"),
            ("opted_out", "not to be surveyed"),
            (False, "too little"),
        ):
            with self.subTest(reason=reason):
                customer = self.new_customer(f"Thin {reason}")
                self.new_profile(
                    customer, loyalty_class="unknown", unknown_reason=reason, ask_next="attitude"
                )
                card = self.card(customer)
                self.assertEqual(card["state"], "thin")
                self.assertEqual(len(card["sentences"]), 2)
                self.assertIn(words, card["sentences"][0])
                self.assertEqual(card["probabilities"], [])
                self.assertEqual(
                    {axis["status"] for axis in card["axes"].values()}, {"insufficient"}
                )
                self.assertEqual({axis["value"] for axis in card["axes"].values()}, {None})

    def test_empty_says_what_to_do(self):
        card = self.card(self.new_customer("Nobody"))
        self.assertEqual(card["state"], "empty")
        self.assertTrue(all(card["sentences"]))

    def test_every_class_and_motive_has_sentences(self):
        for loyalty_class in ("true", "latent", "spurious", "low"):
            for confidence in ("high", "medium", "low"):
                for motive in [
                    False,
                    *[
                        measure.id
                        for code, measure in self.measures.items()
                        if code.startswith("M16_")
                    ],
                ]:
                    self.profile.write(
                        {
                            "loyalty_class": loyalty_class,
                            "confidence": confidence,
                            "motive_id": motive,
                        }
                    )
                    measures = {m.id: m for m in self.measures.values()}
                    sentences = self.env["relationship.card"]._get_sentences(self.profile, measures)
                    self.assertTrue(all(sentences))
                    self.assertNotIn("loyalty", sentences[0])

    def test_contact_of_a_company_shows_the_company(self):
        firm = self.new_customer("Firm", is_company=True)
        person = self.new_customer("Person", parent_id=firm.id)
        self.new_profile(firm, **self.rich_values())
        self.assertEqual(self.card(person)["state"], "rich")

    def test_deleted_and_archived_measures_do_no_harm(self):
        self.profile.write({"motives": {"999999999": 0.6, str(self.measures["M16_price"].id): 0.4}})
        self.measures["M16_price"].active = False
        self.assertEqual([motive["share"] for motive in self.card(self.customer)["motives"]], [0.4])

    def test_card_travels_as_json(self):
        json.dumps(self.card(self.customer), default=json_default)

    def test_rep_sees_own_customers_only(self):
        self.customer.user_id = self.rep
        self.assertEqual(self.card(self.customer, self.rep)["state"], "rich")
        self.customer.user_id = self.colleague
        card = self.card(self.customer, self.rep)
        self.assertEqual(card["state"], "restricted")
        self.assertEqual(set(card), {"state", "sentences"})
        self.assertEqual(self.card(self.customer, self.colleague)["state"], "rich")
        self.assertEqual(self.card(self.customer, self.relations)["state"], "rich")

    def test_restricted_does_not_tell_whether_something_is_known(self):
        stranger = self.new_customer("Stranger", user_id=self.colleague.id)
        self.customer.user_id = self.colleague
        self.assertEqual(self.card(stranger, self.rep), self.card(self.customer, self.rep))

    def test_bonded_rep_sees_the_card(self):
        self.customer.user_id = self.colleague
        self.env["relationship.bond"].create(
            {
                "profile_id": self.profile.id,
                "commercial_partner_id": self.customer.id,
                "company_id": self.company.id,
                "staff_id": self.rep.partner_id.id,
                "strength": 50,
            }
        )
        self.assertEqual(self.card(self.customer, self.rep)["state"], "rich")

    def test_private_talk_is_shown_to_its_author_alone(self):
        self.new_note(self.customer, self.rep, visibility="me", summary="A secret")
        for user, seen in ((self.rep, True), (self.relations, False), (self.manager, False)):
            summaries = [talk["summary"] for talk in self.card(self.customer, user)["talks"]]
            self.assertEqual("A secret" in summaries, seen, user.login)

    def test_what_customers_say_about_staff_is_hidden_from_staff(self):
        self.new_readings(
            self.customer,
            "M08E_pleasure",
            value=1,
            origin="survey",
            date=self.profile.create_date,
            staff_id=self.rep.partner_id.id,
        )
        name = self.measures["M08E_pleasure"].name
        for user, seen in ((self.rep, False), (self.relations, True)):
            names = [reading["name"] for reading in self.card(self.customer, user)["readings"]]
            self.assertEqual(name in names, seen, user.login)

    def test_without_our_groups_there_is_no_card(self):
        for user in (self.plain, self.cashier):
            with self.assertRaises(AccessError):
                self.card(self.customer, user)

    def test_queries_do_not_grow_with_the_data(self):
        self.card(self.customer, self.rep)
        self.card(self.customer, self.relations)
        counts = []
        for more in (0, 60):
            if more:
                self.new_readings(self.customer, count=more)
                for _number in range(10):
                    self.new_note(self.customer, self.colleague)
            for user in (self.rep, self.relations):
                Card = self.as_user(user, "relationship.card")
                start = self.env.cr.sql_log_count
                Card.get_customer_card(self.customer.id)
                counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[:2], counts[2:])
        self.assertLessEqual(max(counts), CARD_QUERIES)
