from odoo import models
from odoo.tools import SQL

UNSCORED_KINDS = ("awareness", "count", "text")


class RelationshipReading(models.Model):
    _inherit = "relationship.reading"

    def _read_group_select(self, aggregate_spec, query):
        """Leave out of averages what has no number: "don't know", and words beside a score."""
        if aggregate_spec not in ("score:avg", "value:avg"):
            return super()._read_group_select(aggregate_spec, query)
        unscored = UNSCORED_KINDS if aggregate_spec == "score:avg" else ("text",)
        return SQL(
            "AVG(%s) FILTER (WHERE %s IS NOT TRUE AND %s NOT IN %s)",
            self._field_to_sql(self._table, aggregate_spec.partition(":")[0], query),
            self._field_to_sql(self._table, "na", query),
            self._field_to_sql(self._table, "kind", query),
            unscored,
        )
