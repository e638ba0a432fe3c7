from odoo import api, models, tools
from odoo.tools import SQL

from ...tools.sql_ids import sql_ids

TEXTS = {"char", "text", "html", "json"}
# About the person alone: without the person there is nothing to count.
PERSONAL = {
    "relationship.life.event",
    "relationship.mention",
    "relationship.note.draft",
    "relationship.preference",
    "relationship.referral.code",
    "relationship.relation",
}
# Written by Odoo's own hooks, since other fields and contacts follow them.
BY_HOOKS = ("company_name", "email", "image_1920", "phone")
# A setting, not a word about anybody.
SETTINGS = ("invoice_edi_format_store",)


class RelationshipErasure(models.AbstractModel):
    """What our tables hold of a person, found in the registry: a new model needs no line here.

    Rows are the person's by their links to the contact, and rows of rows by their cascading
    links. A link to ``partner_id`` makes the others (a companion, a referrer) mere mentions, and
    nobody's texts go with the colleague who wrote them down.
    """

    _name = "relationship.erasure"
    _description = "Erasing a Person"

    @api.model
    @tools.ormcache()
    def _get_places(self):
        """Return ({model: links}, {model: (column, texts) of mentions}), parents first."""
        ours = [
            model
            for name, model in sorted(self.env.registry.items())
            if name.startswith("relationship.") and not model._abstract and model._auto
        ]
        direct, mentions = {}, {}
        for model in ours:
            links, others = self._get_links(model)
            if links:
                direct[model._name] = links
            if others:
                mentions[model._name] = others
        parts = {
            model._name: [
                ("part", field.comodel_name, *self._get_columns(field))
                for field in model._fields.values()
                if self._is_part(model, field)
            ]
            for model in ours
        }
        places = {}

        def visit(name, path):
            """Put the parents first; a circle of parents is cut where it closes."""
            if name in places or name not in parts:
                return
            links = direct.get(name, ())
            for part in parts[name]:
                if part[1] not in (*path, name):
                    visit(part[1], (*path, name))
                    links += (part,) if part[1] in places else ()
            if links:
                places[name] = links

        for model in ours:
            visit(model._name, ())
        return places, mentions

    @api.model
    def _get_links(self, model):
        """Return (links of a model to contacts, columns with texts of those mentioned)."""
        people = [
            field
            for field in model._fields.values()
            if field.store
            and field.type in ("many2one", "many2many")
            and field.comodel_name == "res.partner"
            and not (field.compute and field.readonly)
            and not any(word in field.name for word in ("staff", "colleague"))
        ]
        one = [field for field in people if field.type == "many2one"]
        owners = [field for field in one if field.name == "partner_id"] or one or people
        if model._transient or model._name in PERSONAL:
            owners = people
        links = [("link", *self._get_columns(field)) for field in owners]
        if not links:
            links = [
                ("document", field.model_field, field.name)
                for field in model._fields.values()
                if field.store and field.type == "many2one_reference"
            ]
            links += [
                ("reference", field.name)
                for field in model._fields.values()
                if field.store and field.type == "reference"
            ]
        others = []
        for field in one:
            texts = tuple(
                name
                for name in self._get_texts(model)
                if name.startswith(field.name.removesuffix("id"))
            )
            if texts and field not in owners:
                others.append((field.name, texts))
        return tuple(links), tuple(others)

    @api.model
    def _get_texts(self, model):
        """Return the names of the fields that can hold words."""
        kinds = {
            field.model_field
            for field in model._fields.values()
            if field.type == "many2one_reference"
        }
        return [
            field.name
            for field in model._fields.values()
            if field.store
            and field.column_type
            and field.name not in kinds
            and (field.type in TEXTS or field.type == "binary")
        ]

    @api.model
    def _get_columns(self, field):
        """Return the column of a link, or the table and columns of a relation."""
        if field.type == "many2many":
            return field.relation, field.column1, field.column2
        return (field.name,)

    @api.model
    def _is_part(self, model, field):
        if not field.store or field.related:
            return False
        if model._transient:
            return field.type in ("many2one", "many2many")
        return field.type == "many2one" and field.ondelete == "cascade"

    @api.model
    def _find(self, partners):
        """Return {model: ids} of all rows about these contacts, in one query.

        Mentions stand under ``(model, column)``.
        """
        self.env.flush_all()
        places, mentions = self._get_places()
        ids = sql_ids(partners.ids)
        rows, found = [], []
        for name, links in places.items():
            table = self.env[name]._table
            rows.append(
                SQL(
                    "%s (id) AS (%s)",
                    SQL.identifier(f"of_{table}"),
                    SQL(" UNION ").join(
                        self._sql_rows(SQL.identifier(table), link, ids) for link in links
                    ),
                )
            )
            found.append(
                SQL("SELECT %s, NULL, array_agg(id) FROM %s", name, SQL.identifier(f"of_{table}"))
            )
        for name, columns in mentions.items():
            found += [
                SQL(
                    "SELECT %s, %s, array_agg(id) FROM %s WHERE %s = ANY(%s)",
                    name,
                    column,
                    SQL.identifier(self.env[name]._table),
                    SQL.identifier(column),
                    ids,
                )
                for column, _texts in columns
            ]
        result = self.env.execute_query(
            SQL(
                "WITH %s SELECT * FROM (%s) AS found (name, place, ids) WHERE ids IS NOT NULL",
                SQL(", ").join(rows),
                SQL(" UNION ALL ").join(found),
            )
        )
        return {(name, place) if place else name: ids for name, place, ids in result}

    @api.model
    def _sql_rows(self, table, link, ids):
        """SQL of the ids of a table's rows that one of the links makes the contacts'."""
        kind, *columns = link
        if kind == "document":
            model, record = map(SQL.identifier, columns)
            return SQL(
                "SELECT id FROM %s WHERE %s = 'res.partner' AND %s = ANY(%s)",
                table,
                model,
                record,
                ids,
            )
        if kind == "reference":
            return SQL(
                "SELECT id FROM %s WHERE %s = ANY(SELECT 'res.partner,' || unnest(%s))",
                table,
                SQL.identifier(columns[0]),
                ids,
            )
        if kind == "part":
            parent, *columns = columns
            ids = SQL("(SELECT id FROM %s)", SQL.identifier(f"of_{self.env[parent]._table}"))
            among = SQL("IN %s", ids)
        else:
            among = SQL("= ANY(%s)", ids)
        if len(columns) == 3:
            relation, own, theirs = map(SQL.identifier, columns)
            return SQL("SELECT %s FROM %s WHERE %s %s", own, relation, theirs, among)
        return SQL("SELECT id FROM %s WHERE %s %s", table, SQL.identifier(columns[0]), among)

    @api.model
    def _is_gone(self, name, deleted):
        """Whether rows of this model go with the person; else they stay without words."""
        Model = self.env[name]
        if Model._transient or name in PERSONAL:
            return True
        links = self._get_places()[0][name]
        if not any(link[0] != "part" for link in links):
            return any(self._is_gone(link[1], deleted) for link in links)
        return deleted and any(
            link[0] == "link" and len(link) == 2 and Model._fields[link[1]].ondelete == "cascade"
            for link in links
        )

    # The contact itself, when it is kept without a name.

    @api.model
    def _forget_contacts(self, partners):
        """Empty the contacts and archive them; orders and invoices keep pointing at them."""
        emails, numbers = self._get_addresses(partners, {})
        for partner in partners:
            partner.write(
                {
                    **dict.fromkeys(BY_HOOKS, False),
                    "name": self.env._("Anonymous customer %(number)s", number=partner.id),
                    "active": False,
                }
            )
        self.env.flush_all()
        names = {*self._get_texts(partners), "partner_latitude", "partner_longitude"}
        names -= {*BY_HOOKS, *SETTINGS, "name", "complete_name", "commercial_company_name"}
        names |= {
            field.name
            for field in partners._fields.values()
            if field.company_dependent and field.type in ("char", "text", "html")
        }
        names = sorted(name for name in names - {*SETTINGS} if partners._fields[name].column_type)
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET %s WHERE id = ANY(%s)",
                SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in names),
                sql_ids(partners.ids),
            )
        )
        self._drop_attached({"res.partner": partners.ids}, with_names=True)
        self._drop_mails(partners, emails, numbers)
        self._forget_tracking(partners, everywhere=True)
        self.env.cr.execute(
            SQL(
                "UPDATE mail_message SET email_from = NULL, reply_to = NULL"
                " WHERE author_id = ANY(%s)",
                sql_ids(partners.ids),
            )
        )
        self.env.invalidate_all(flush=False)
