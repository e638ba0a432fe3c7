from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools.trusted_fields import GIVEN_ONCE, OPEN_MODELS, TRUSTED


class RelationshipGuarded(models.AbstractModel):
    """What comes from outside: no field that our code trusts in sudo, no record one can't read.

    By no call, default, copy or import; see ``tools.trusted_fields`` for which fields these are.
    """

    _name = "relationship.guarded"
    _description = "Fields Nobody Sets From Outside"

    @api.model
    def _is_guarded(self, field, stored=True):
        """Whether only our own code sets this field.

        :param stored: whether the record is there already
        """
        if self._transient or not field.store or field.name in models.MAGIC_COLUMNS:
            return False
        if field.name in GIVEN_ONCE.get(self._name, ()):
            return stored
        return field.readonly or field.name in TRUSTED.get(self._name, ())

    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._is_guarded(field, bool(self)):
            return False
        return super()._has_field_access(field, operation)

    def _check_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._is_guarded(field, bool(self)):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from what is done and can't be set by hand.",
                    field=field._description_string(self.env),
                )
            )
        return super()._check_field_access(field, operation)

    @api.model
    def default_get(self, fields):
        """Guarded fields start as the code says, whatever somebody keeps as a default."""
        if self.env.su:
            return super().default_get(fields)
        guarded = [
            self._fields[name]
            for name in fields
            if name in self._fields and self._is_guarded(self._fields[name], stored=False)
        ]
        hidden = {field.name for field in guarded}
        defaults = super().default_get([name for name in fields if name not in hidden])
        own = {field.name: field.default(self) for field in guarded if field.default}
        return defaults | self._convert_to_write(own)

    def copy_data(self, default=None):
        """Leave out what a copy made by hand couldn't be given."""
        vals_list = super().copy_data(default)
        if self.env.su:
            return vals_list
        given = set(default or ())
        return [
            vals
            and {
                name: value
                for name, value in vals.items()
                if name in given or not self._is_guarded(self._fields[name], stored=False)
            }
            for vals in vals_list
        ]

    # ------------------------------------------------------------
    # Records of others
    # ------------------------------------------------------------

    def _add_precomputed_values(self, vals_list):
        # All that was given and all defaults are there, and nothing was read of them yet.
        self._check_referenced(vals_list)
        return super()._add_precomputed_values(vals_list)

    def write(self, vals):
        self._check_referenced([vals])
        return super().write(vals)

    @api.model
    def _check_referenced(self, vals_list):
        """Refuse to point at a record the user can't read, as if it didn't exist.

        :raise AccessError: the same for both, so that nobody learns which ids are taken
        """
        if self.env.su:
            return
        wanted = {}
        for vals in vals_list:
            for name, value in vals.items():
                field = self._fields.get(name)
                if value and field and not self._is_guarded(field, stored=False):
                    model, ids = self._get_referenced(field, value, vals)
                    if ids:
                        wanted.setdefault(model, set()).update(ids)
        for model, ids in wanted.items():
            known = (
                model in self.env
                and self.env[model].has_access("read")
                and self.env[model]
                .with_context(active_test=False)
                .search_count([("id", "in", list(ids))])
            )
            if known != len(ids):
                raise AccessError(
                    self.env._(
                        "Something you refer to is gone, or it isn't open to you. Reload the page."
                    )
                )

    @api.model
    def _get_referenced(self, field, value, vals):
        """Return (model, ids) that a value points at; nothing for what everybody may read."""
        if field.type == "many2one_reference":
            return vals.get(field.model_field), {value}
        if field.comodel_name in OPEN_MODELS or field.type not in ("many2one", "many2many"):
            return None, ()
        if field.type == "many2one":
            return field.comodel_name, {value}
        ids = set()
        for command in value:
            if isinstance(command, int):
                ids.add(command)
            elif command[0] == fields.Command.LINK:
                ids.add(command[1])
            elif command[0] == fields.Command.SET:
                ids.update(command[2])
        return field.comodel_name, ids
