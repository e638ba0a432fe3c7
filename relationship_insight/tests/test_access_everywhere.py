from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common_card import MANAGER, CardCase

# Readable by every employee: what can be asked, never what was answered.
CATALOGUES = {"relationship.measure"}
# The same for every company: words and rules, nothing about a customer.
SHARED = CATALOGUES | {
    "relationship.measure.wording", "relationship.instrument", "relationship.instrument.version",
    "relationship.instrument.item", "relationship.relation.type",
}
MAGIC = ("id", "create_uid", "create_date", "write_uid", "write_date")
QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.http")


@tagged("post_install", "-at_install")
class TestAccessEverywhere(CardCase):
    """Every model of ours, those that come later included, by every way of reading."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "card_portal", groups="base.group_portal")
        cls.stranger = cls.new_user("card_stranger", MANAGER, cls.other_company)
        cls.models = sorted(
            model.model for model in cls.env["ir.model"].search(
                [("model", "=like", "relationship.%")])
            if not cls.env[model.model]._abstract)
        cls.customer = cls.new_customer("Anong")
        cls.env.flush_all()
        cls.drop_checks()
        cls.rows = {}
        for model in cls.models:
            if cls.env[model]._auto and not cls.env[model]._transient and model not in cls.rows:
                cls.fill(model)

    @classmethod
    def drop_checks(cls):
        """For this class alone: who sees a row doesn't depend on whether its values fit."""
        for table, name in cls.env.execute_query(SQL(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype IN ('c', 'x') AND conrelid::regclass::text LIKE 'relationship%%'")):
            cls.env.cr.execute(SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table), SQL.identifier(name)))

    @classmethod
    def fill(cls, model, _inside=()):
        """Put a row of the company straight into the table, whatever the model thinks of it."""
        Model = cls.env[model]
        columns = {}
        for name, field in Model._fields.items():
            if not (field.store and field.column_type) or name == "id":
                continue
            if name == "company_id":
                columns[name] = cls.company.id
            elif field.required or name in ("commercial_partner_id", "partner_id", "active"):
                columns[name] = cls.fill_column(field, (*_inside, model))
        columns |= {"create_uid": 1, "write_uid": 1} if Model._log_access else {}
        cls.rows[model] = cls.env.execute_query(SQL(
            "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
            SQL.identifier(Model._table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(SQL("%s", value) for value in columns.values())))[0][0]
        return cls.rows[model]

    @classmethod
    def fill_column(cls, field, inside):
        if field.type == "many2one":
            if field.comodel_name == "res.partner":
                return cls.customer.id
            if field.comodel_name == "relationship.measure":
                return cls.measures["M13"].id
            if field.comodel_name.startswith("relationship.") and field.comodel_name not in inside:
                return cls.rows.get(field.comodel_name) or cls.fill(field.comodel_name, inside)
            return cls.env[field.comodel_name].sudo().search([], limit=1).id
        if field.type == "selection":
            return field.get_values(cls.env)[0]
        if field.type in ("char", "text", "html"):
            # A number, since some of these are unique and some are parsed.
            text = str(len(cls.rows) + 100)
            return SQL("jsonb_build_object('en_US', %s)", text) if field.translate else text
        if field.type in ("date", "datetime"):
            return date.today()
        return {"boolean": True, "json": SQL("'{}'::jsonb")}.get(field.type, 1)

    def ask(self, user, model, method, *args, **kwargs):
        """What the web client gets for a call of this user."""
        Model = self.as_user(user, model)
        return call_kw(Model, method, list(args), {**kwargs, "context": dict(Model.env.context)})

    def named(self, model):
        """Name of a stored field: nothing is read, and so nothing checked, for ids alone."""
        return next(
            name for name, field in self.env[model]._fields.items()
            if field.store and field.column_type and not field.groups and name not in MAGIC)

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
                    with self.subTest(model=model, user=user.login, method=method), \
                            self.assertRaises(refusal):
                        self.ask(user, model, method, *args, **kwargs)

    @mute_logger(*QUIET)
    def test_strangers_write_nothing(self):
        for model in self.models:
            for user in (self.plain, self.cashier, self.portal):
                for method, args in (
                    ("create", ([{}],)), ("write", ([1], {self.named(model): False})),
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
                self.assertFalse(self.ask(
                    self.stranger, model, "web_search_read", domain, {"id": {}})["records"])
                groups = self.ask(
                    self.stranger, model, "formatted_read_group", domain, [], ["__count"])
                self.assertFalse(sum(group["__count"] for group in groups))
                for method, args in (
                    ("read", [[self.named(model)]]), ("export_data", [[self.named(model)]]),
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
            {"relationship.reading", "relationship.profile", "relationship.bond",
             "relationship.snapshot", "relationship.transition"}, seen)

    def test_users_of_two_companies_get_what_they_chose(self):
        both = self.new_user("card_both", MANAGER)
        both.company_ids = [Command.link(self.other_company.id)]
        row = self.rows["relationship.profile"]
        for company, expected in ((self.company, 1), (self.other_company, 0)):
            Profile = self.env["relationship.profile"].with_user(both).with_context(
                allowed_company_ids=company.ids)
            self.assertEqual(Profile.search_count([("id", "=", row)]), expected)
