from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_card import MANAGER
from .common_rows import QUIET, RowsCase

# Readable by every employee: what can be asked, never what was answered.
CATALOGUES = {"relationship.measure"}
# The same for every company: words and rules, nothing about a customer.
SHARED = CATALOGUES | {
    "relationship.measure.wording",
    "relationship.instrument",
    "relationship.instrument.version",
    "relationship.instrument.item",
    "relationship.relation.type",
}


@tagged("post_install", "-at_install")
class TestAccessEverywhere(RowsCase):
    """Every model of ours, those that come later included, by every way of reading."""

    def ways(self, model):
        """Every way of reading a model that the web client and RPC have."""
        ids = [self.rows[model]] if model in self.rows else [1]
        name = self.named(model)
        yield "search", ([],), {}
        yield "search_count", ([],), {}
        yield "search_read", ([], [name]), {}
        yield "web_search_read", ([], {name: {}}), {}
        yield "name_search", ("",), {}
        yield "formatted_read_group", ([], [], ["__count"]), {}
        yield "web_read_group", ([], ["create_date:month"], ["__count"]), {}
        yield "read", (ids, [name]), {}
        yield "web_read", (ids, {name: {}}), {}
        yield "export_data", (ids, [name]), {}

    @mute_logger(*QUIET)
    def test_strangers_are_refused_by_every_model(self):
        """Employees without a group of ours, cashiers and portal users."""
        for model in self.models:
            for user in (self.plain, self.cashier, self.portal):
                if model in CATALOGUES and user != self.portal:
                    continue
                for method, args, kwargs in self.ways(model):
                    # Whoever may export nothing at all is told so in other words.
                    refusal = UserError if method == "export_data" else AccessError
                    with (
                        self.subTest(model=model, user=user.login, method=method),
                        self.assertRaises(refusal),
                    ):
                        self.ask(user, model, method, *args, **kwargs)

    @mute_logger(*QUIET)
    def test_strangers_write_nothing(self):
        for model in self.models:
            for user in (self.plain, self.cashier, self.portal):
                for method, args in (
                    ("create", ([{}],)),
                    ("write", ([1], {self.named(model): False})),
                    ("unlink", ([1],)),
                    ("load", (["id"], [["1"]])),
                ):
                    with self.subTest(model=model, user=user.login, method=method):
                        try:
                            result = self.ask(user, model, method, *args)
                        except UserError:
                            continue
                        # An import reports its refusal row by row instead of raising it.
                        self.assertEqual(method, "load")
                        self.assertFalse(result["ids"])

    @mute_logger(*QUIET)
    def test_manager_of_another_company_sees_no_row_of_ours(self):
        for model, row in self.rows.items():
            if model in SHARED or not self.as_user(self.stranger, model).has_access("read"):
                continue
            with self.subTest(model=model):
                self.assertTrue(self.env[model].sudo().browse(row).exists())
                domain = [("id", "=", row)]
                self.assertFalse(self.ask(self.stranger, model, "search", domain))
                self.assertFalse(self.ask(self.stranger, model, "search_count", domain))
                self.assertFalse(
                    self.ask(self.stranger, model, "web_search_read", domain, {"id": {}})["records"]
                )
                groups = self.ask(
                    self.stranger, model, "formatted_read_group", domain, [], ["__count"]
                )
                self.assertFalse(sum(group["__count"] for group in groups))
                for method, args in (
                    ("read", [[self.named(model)]]),
                    ("export_data", [[self.named(model)]]),
                ):
                    with self.assertRaises(AccessError):
                        self.ask(self.stranger, model, method, [row], *args)

    def test_a_row_of_ones_own_company_is_seen(self):
        """The test above would pass on rows that nobody can see."""
        seen = set()
        for model, row in self.rows.items():
            Model = self.as_user(self.manager, model)
            if Model.has_access("read") and Model.search([("id", "=", row)]):
                seen.add(model)
        self.assertLessEqual(
            {
                "relationship.reading",
                "relationship.profile",
                "relationship.bond",
                "relationship.snapshot",
                "relationship.transition",
            },
            seen,
        )

    def test_users_of_two_companies_get_what_they_chose(self):
        both = self.new_user("card_both", MANAGER)
        both.company_ids = [Command.link(self.other_company.id)]
        row = self.rows["relationship.profile"]
        for company, expected in ((self.company, 1), (self.other_company, 0)):
            Profile = (
                self.env["relationship.profile"]
                .with_user(both)
                .with_context(allowed_company_ids=company.ids)
            )
            self.assertEqual(Profile.search_count([("id", "=", row)]), expected)
