from datetime import date

from odoo.service.model import call_kw
from odoo.tests import new_test_user
from odoo.tools import SQL

from .common_card import MANAGER, CardCase

MAGIC = ("id", "create_uid", "create_date", "write_uid", "write_date")
QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.http")


class RowsCase(CardCase):
    """A row of the company in every table of ours, those that come later included."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Chance keeps nobody out of the invitations.
        cls.env["res.company"].search([]).relationship_holdout_share = 0
        cls.portal = new_test_user(cls.env, "card_portal", groups="base.group_portal")
        cls.stranger = cls.new_user("card_stranger", MANAGER, cls.other_company)
        cls.models = sorted(
            model.model
            for model in cls.env["ir.model"].search([("model", "=like", "relationship.%")])
            if not cls.env[model.model]._abstract
        )
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
        for table, name in cls.env.execute_query(
            SQL(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE contype IN ('c', 'x') AND conrelid::regclass::text LIKE 'relationship%%'"
            )
        ):
            cls.env.cr.execute(
                SQL(
                    "ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name)
                )
            )

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
        cls.rows[model] = cls.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
                SQL.identifier(Model._table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(SQL("%s", value) for value in columns.values()),
            )
        )[0][0]
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
        if field.name == "visibility":
            return "company"
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
            name
            for name, field in self.env[model]._fields.items()
            if field.store and field.column_type and not field.groups and name not in MAGIC
        )
