import re
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_card import MANAGER, RELATIONS, STAFF
from .common_rows import QUIET, RowsCase

PAGE = Path(__file__).parents[1] / "doc" / "access.rst"
OPERATIONS = {"read": "read", "write": "change", "create": "add", "unlink": "delete"}
ROW = re.compile(r"^   \* - (relationship\.[a-z.]+)\n((?:     - .*\n)+)", re.M)
NOTHING = "nothing"


@tagged("post_install", "-at_install")
class TestAccessTable(RowsCase):
    """The table of doc/access.rst is what happens: every model, group, operation and company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.user_id = cls.manager
        cls.env.flush_all()
        cls.columns = {
            "staff": cls.new_user("table_staff", STAFF),
            "relations": cls.new_user("table_relations", RELATIONS),
            "manager": cls.new_user("table_manager", MANAGER),
            "employee": cls.plain,
            "company": cls.stranger,
        }
        cls.nobody = [
            new_test_user(cls.env, "table_portal", groups="base.group_portal"),
            new_test_user(cls.env, "table_public", groups="base.group_public"),
        ]
        cls.table = {
            model: dict(zip(cls.columns, re.findall(r"     - (.*)\n", cells)))
            for model, cells in ROW.findall(PAGE.read_text(encoding="utf-8"))
        }

    def find_out(self, user, model):
        """Say what a user may do with a row of a company, in the words of the table.

        The row belongs to nobody in particular: another user made it, about a customer of a
        colleague, and everybody who may see conversations may see it.
        """
        Model = self.as_user(user, model)
        row = Model.browse(self.rows.get(model, ()))
        words = []
        for operation, word in OPERATIONS.items():
            if not Model.has_access(operation):
                continue
            if user == self.stranger and (operation == "create" or not row):
                continue  # What they do in their own company is in the other columns.
            if operation == "create" or not row or row.has_access(operation):
                words.append(word)
            elif user != self.stranger:
                words.append(f"{word} own")
        return ", ".join(words) or NOTHING

    def test_every_model_is_in_the_table(self):
        self.assertEqual(sorted(self.table), self.models)

    @mute_logger(*QUIET)
    def test_table_is_what_happens(self):
        for model in self.models:
            for column, user in self.columns.items():
                with self.subTest(model=model, column=column):
                    self.assertEqual(self.find_out(user, model), self.table[model][column])

    def test_rows_without_a_table_have_their_company(self):
        """Those worked out as they are read can't be filled with a row: a rule must keep them."""
        for model in self.models:
            if self.env[model]._auto or self.env[model]._transient:
                continue
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model), ("groups", "=", False)]
            )
            with self.subTest(model=model):
                self.assertTrue([r for r in rules if "company_ids" in (r.domain_force or "")])

    @mute_logger(*QUIET)
    def test_every_way_of_reading_agrees(self):
        for model, row in self.rows.items():
            for column, user in self.columns.items():
                words = self.table[model][column].split(", ")
                for way in self.ways():
                    with self.subTest(model=model, column=column, way=way):
                        if "read" in words:
                            self.assertEqual(self.look(user, model, row, way), 1)
                        elif "read own" in words and way != "read":
                            self.assertEqual(self.look(user, model, row, way), 0)
                        elif column == "company" and way != "read":
                            try:
                                self.assertEqual(self.look(user, model, row, way), 0)
                            except AccessError:
                                continue
                        else:
                            with self.assertRaises(AccessError):
                                self.look(user, model, row, way)

    def ways(self):
        return (
            "search_count",
            "search_read",
            "formatted_read_group",
            "formatted_read_grouping_sets",
            "read",
        )

    def look(self, user, model, row, way):
        """Return how often the row is seen this way."""
        domain = [("id", "=", row)]
        if way == "read":
            return len(self.ask(user, model, way, [row], [self.named(model)]))
        if way == "search_count":
            return self.ask(user, model, way, domain)
        if way == "search_read":
            return len(self.ask(user, model, way, domain, ["id"]))
        groups = [[]] if way == "formatted_read_grouping_sets" else []
        found = self.ask(user, model, way, domain, groups, ["__count"])
        return sum(group["__count"] for group in (found[0] if groups else found))

    @mute_logger(*QUIET)
    def test_what_is_refused_is_refused(self):
        """By RPC, with the employees' own till and without any login too."""
        for model in self.models:
            for column, user in (
                *self.columns.items(),
                ("employee", self.cashier),
                *((None, user) for user in self.nobody),
            ):
                words = self.table[model][column].split(", ") if column else []
                ids = [self.rows.get(model, 1)]
                for word, method, args in (
                    ("add", "create", ([{}],)),
                    ("change", "write", (ids, {self.named(model): False})),
                    ("delete", "unlink", (ids,)),
                    ("read", "read", (ids, [self.named(model)])),
                ):
                    if (
                        word in words
                        or column == "company"
                        and (word == "add" or model not in self.rows)
                    ):
                        continue
                    with (
                        self.subTest(model=model, user=user.login, method=method),
                        self.assertRaises(UserError),
                    ):
                        self.ask(user, model, method, *args)
