from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..common_calls import snapshot_months
from ..common_dump import DumpMixin
from ..common_note import RELATIONS, STAFF, NoteCase

QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")


@tagged("post_install", "-at_install")
class TestBondWord(DumpMixin, NoteCase):
    """What a named customer says of a colleague reaches that colleague over many at once only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Word", "relationship_minimum_group": 5}
        )
        own = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        export = ",base.group_allow_export"
        cls.rated = new_test_user(cls.env, "word_rated", STAFF + export, **own)
        cls.relations = new_test_user(cls.env, "word_relations", RELATIONS + export, **own)
        cls.measures = cls.env["relationship.measure"]._get_rapport_items()
        cls.firms = cls.env["res.partner"].create(
            [{"name": f"Firm {n}", "is_company": True, "user_id": cls.rated.id} for n in range(3)]
        )
        cls.now = now = fields.Datetime.now()
        for n, firm in enumerate(cls.firms[:2]):
            for days in (5 + n, 40, 200):
                cls.log(
                    user=cls.rated,
                    partner_id=firm.id,
                    company_id=cls.company.id,
                    date=now - timedelta(days=days),
                    channel="call_in",
                )

    def rate(self, firm, share, days=1, items=None):
        """This customer rates the colleague, on every item: 0 the lowest, 1 the highest."""
        return self.env["relationship.reading"].create(
            [
                {
                    "measure_id": measure.id,
                    "partner_id": firm.id,
                    "company_id": self.company.id,
                    "staff_id": self.rated.partner_id.id,
                    "origin": "pulse",
                    "value": measure.scale_min + (measure.scale_max - measure.scale_min) * share,
                    "date": self.now - timedelta(days=days),
                }
                for measure in items or self.measures
            ]
        )

    def refresh(self):
        self.env.flush_all()
        self.env["relationship.profile"]._refresh()
        snapshot_months(self.env)
        self.env["relationship.profile"]._refresh()
        self.env.flush_all()
        self.env.invalidate_all()

    def sequences(self):
        """{sequence of ours: the last number it gave}"""
        return dict(
            self.env.execute_query(
                SQL(
                    """
            SELECT sequencename, last_value FROM pg_sequences
             WHERE schemaname = CURRENT_SCHEMA AND sequencename LIKE 'relationship\\_%%'
            """
                )
            )
        )

    def look(self, share, user):
        """What this user finds if every customer gave this rating."""
        found, before = {}, self.sequences()

        class Undo(Exception):
            pass

        try:
            with self.env.cr.savepoint():
                # The same ids in either world, and ratings at a month's end as well. Unlike
                # setval, a restart is undone with the savepoint.
                for sequence in self.sequences():
                    self.env.cr.execute(
                        SQL("ALTER SEQUENCE %s RESTART WITH 900000", SQL.identifier(sequence))
                    )
                self.env.cr.execute("""
                    DELETE FROM relationship_snapshot; DELETE FROM relationship_bond_snapshot""")
                for firm in self.firms:
                    for days in (1, 45):
                        self.rate(firm, share, days)
                self.refresh()
                found = self.dump(user, self.firms)
                raise Undo
        except Undo:
            self.env.invalidate_all()
        self.assertEqual(self.sequences(), before, "Something was left behind.")
        return found

    @mute_logger(*QUIET)
    def test_the_rated_colleague_cannot_tell_a_good_from_a_bad_word(self):
        self.refresh()  # So that rows and their ids are there in both worlds.
        best, worst = self.look(1, self.rated), self.look(0, self.rated)
        self.assertSameDump(best, worst, "the rated colleague")
        # The same look tells Customer Relations which is which.
        best, worst = self.look(1, self.relations), self.look(0, self.relations)
        for way in (
            ("relationship.bond", "read", "strength"),
            ("relationship.bond", "read", "points_rapport"),
            ("relationship.profile", "read", "bond"),
            ("relationship.snapshot", "read", "bond"),
            ("relationship.bond", "get_bond_star"),
            ("relationship.card", "get_customer_card"),
        ):
            with self.subTest(way=way):
                self.assertNotEqual(best[way], worst[way])

    @mute_logger(*QUIET)
    def test_no_way_around(self):
        self.rate(self.firms[0], 1)
        self.rate(self.firms[2], 1)
        self.refresh()
        Bond = (
            self.env["relationship.bond"]
            .with_user(self.rated)
            .with_context(allowed_company_ids=self.company.ids)
        )

        def ask(method, *args, **kwargs):
            return call_kw(Bond, method, list(args), {**kwargs, "context": dict(Bond.env.context)})

        ids = ask("search", [])
        # Whom one never talked with is no bond of one's own: that they rated isn't told.
        self.assertEqual(Bond.browse(ids).commercial_partner_id, self.firms[:2].with_env(Bond.env))
        for name in (
            "strength",
            "band",
            "basis",
            "movement",
            "rapport",
            "points_rapport",
            "points_cap",
            "points_intensity",
        ):
            for method, args in (
                ("read", (ids, [name])),
                ("search", ([(name, "!=", False)],)),
                ("export_data", (ids, [name])),
                ("formatted_read_group", ([], [name], ["__count"])),
                ("web_search_read", ([], {name: {}})),
            ):
                with self.subTest(name=name, method=method), self.assertRaises(AccessError):
                    ask(method, *args)
        # In the order of what they may see, and not of what they mayn't.
        mine = Bond.browse(ids)
        self.assertEqual(
            ask("search", [], order="strength desc, id"),
            mine.sorted(lambda b: (-b.own_strength, b.id)).ids,
        )
        for row in ask("get_bond_star", self.firms[0].id)["bonds"]:
            self.assertEqual(sum(part["points"] for part in row["parts"]), round(row["strength"]))
            self.assertLessEqual(row["strength"], 60)
            self.assertNotIn("Q", [part["key"] for part in row["parts"]])
        self.assertIn("Customer's word: included", ask("get_bond_star", self.firms[0].id)["word"])

    def test_over_many_customers_and_in_steps(self):
        """Ten customers together are shown, and nothing new until ten more have answered."""
        firms = self.env["res.partner"].create(
            [{"name": f"Rater {n}", "is_company": True} for n in range(20)]
        )
        Bond = (
            self.env["relationship.bond"]
            .with_user(self.rated)
            .with_context(allowed_company_ids=self.company.ids)
        )
        expected = {9: None, 10: 50, 11: 50, 19: 50, 20: 75}
        for number, firm in enumerate(firms, 1):
            self.rate(firm, (number % 2) if number <= 10 else 1, items=self.measures[:1])
            if number in expected:
                self.env.flush_all()
                word = Bond._get_own_word()
                self.assertEqual(
                    word and (word["count"], word["score"]),
                    expected[number] and (10 if number < 20 else 20, expected[number]),
                )
        # The same few again and again are no crowd.
        for _again in range(30):
            self.rate(firms[0], 0)
        self.env.flush_all()
        self.assertEqual(Bond._get_own_word(), {"count": 20, "score": 75})
