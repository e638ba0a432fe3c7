import inspect

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools import mute_logger

ADDON = "relationship_insight"
QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.http")
REFUSED = (AccessError, MissingError, NotImplementedError, UserError)
# Documents whose own fields, beside ours, a conversation could change.
WHOLE = {"mail.activity", "mail.message", "ir.attachment", "calendar.event"}
GROUPABLE = {"boolean", "char", "integer", "many2one", "many2many", "selection", "text"}
MONTHS = {"date", "datetime"}
ROWS = 400


class DumpMixin:
    """Everything that a user can read, whatever models and fields there are by then."""

    def is_ours(self, name):
        return name.startswith("relationship.")

    def dumped_models(self):
        """Return {model: fields} to look at: all of ours, what we added to others, documents."""
        result = {}
        for name, Model in self.env.registry.items():
            if Model._abstract or Model._transient:
                continue
            fields = [
                field
                for field, each in Model._fields.items()
                if each.type not in ("one2many", "binary")
                and (self.is_ours(name) or name in WHOLE or ADDON in each._modules)
            ]
            if fields:
                result[name] = fields
        return result

    @mute_logger(*QUIET)
    def dump(self, user, partners, company=None):
        """Return {way of looking: what this user finds}; refusals are what they find, too.

        :param partners: whose card, brief and such are opened
        :param company: the company the user works in; the first one by default
        """
        self.env.flush_all()
        self.env.invalidate_all()
        company = company or user.company_id
        env = self.env(
            user=user,
            su=False,
            context={"lang": "en_US", "tz": "UTC", "allowed_company_ids": company.ids},
        )
        seen = {}
        for name, fields in self.dumped_models().items():
            if env[name].has_access("read"):
                self.dump_model(env[name], fields, seen)
            elif self.is_ours(name):
                seen[name] = "refused"
        self.dump_methods(env, partners.with_env(env), seen)
        self.env.invalidate_all()
        return {way: str(found) for way, found in seen.items()}

    def dump_model(self, Model, fields, seen):
        fields = [name for name in fields if Model._has_field_access(Model._fields[name], "read")]
        records = Model.search([], order="id", limit=ROWS)
        seen[Model._name, "count"] = Model.search_count([])
        seen[Model._name, "names"] = self.attempt(lambda: records.mapped("display_name"))
        for name in fields:
            field = Model._fields[name]
            # One by one, so that a difference says what it is.
            seen[Model._name, "read", name] = self.attempt(
                lambda n=name: records.read([n], load="_classic_read")
            )
            if field.exportable and name != "id":
                seen[Model._name, "export", name] = self.attempt(
                    lambda n=name: records.export_data([n])["datas"]
                )
            if field.store and field.column_type or field.search:
                seen[Model._name, "search", name] = self.attempt(
                    lambda n=name: Model.search([(n, "!=", False)], limit=ROWS).ids
                )
            if field.store and field.column_type:
                seen[Model._name, "sort", name] = self.attempt(
                    lambda n=name: Model.search([], order=f"{n}, id", limit=ROWS).ids
                )
            if field.store and (field.type in GROUPABLE or field.type in MONTHS):
                by = f"{name}:month" if field.type in MONTHS else name
                seen[Model._name, "group", name] = self.attempt(
                    lambda b=by: Model.formatted_read_group([], [b], ["__count"])
                )
            if (
                field.store
                and field.aggregator in ("avg", "sum", "max")
                and (field.type in ("float", "integer", "monetary"))
            ):
                seen[Model._name, "sum", name] = self.attempt(
                    lambda n=name, f=field: Model.formatted_read_group(
                        [], [], [f"{n}:{f.aggregator}"]
                    )
                )

    def dump_methods(self, env, partners, seen):
        """Call what screens call: each public get_... of ours that needs a contact or nothing."""
        for name in sorted(env.registry):
            if not self.is_ours(name):
                continue
            Model = env[name]
            for method in dir(type(Model)):
                if not method.startswith("get_"):
                    continue
                function = inspect.unwrap(getattr(type(Model), method))
                if ADDON not in getattr(function, "__module__", ""):
                    continue
                needed = [
                    each.name
                    for each in inspect.signature(function).parameters.values()
                    if each.default is each.empty and each.name != "self"
                ]
                if not needed:
                    of_model = getattr(getattr(type(Model), method), "_api_model", False)
                    seen[name, method] = [
                        self.attempt(getattr(each, method))
                        for each in (
                            [Model]
                            if of_model
                            else Model.search([], limit=20)
                            if Model.has_access("read")
                            else ()
                        )
                    ]
                elif needed == ["partner_id"]:
                    seen[name, method] = [
                        self.attempt(lambda m=method, p=partner, M=Model: getattr(M, m)(p.id))
                        for partner in partners
                    ]

    def attempt(self, look):
        try:
            with self.env.cr.savepoint(flush=False):
                return look()
        except REFUSED as error:
            return type(error).__name__

    def assertSameDump(self, before, after, who):
        self.assertEqual(set(before), set(after))
        different = {
            way: (before[way][:2000], after[way][:2000])
            for way in before
            if before[way] != after[way]
        }
        self.assertFalse(different, f"{who} sees a difference")
