from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# What starts like this keeps a page from being sent twice, which nobody does after days.
JOIN = "join:"
JOINS_KEPT = timedelta(days=7)
GC_LIMIT = 10_000


class RelationshipAlert(models.Model):
    """What was acted on, so that each is acted on once: sittings, friends who joined by a link."""

    _name = "relationship.alert"
    _description = "Alert Raised"
    _log_access = False
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _key_uniq = models.Constraint("UNIQUE(key)", "This was acted on already.")

    @api.model
    def _claim(self, keys):
        """Take the keys that nobody took before.

        Where another transaction takes one at the same moment, this one waits for its end and is
        then tried again by Odoo, which sees all that the other stored.

        :return: the set of keys taken now; another transaction got the others
        """
        if not keys:
            return set()
        rows = self.env.execute_query(
            SQL(
                """
            INSERT INTO relationship_alert (key, date)
            SELECT UNNEST(%s), NOW() AT TIME ZONE 'UTC' ON CONFLICT (key) DO NOTHING
            RETURNING key
            """,
                sorted(set(keys)),
            )
        )
        return {row[0] for row in rows}

    @api.autovacuum
    def _gc_joins(self):
        old = self.search(
            [
                ("key", "=like", f"{JOIN}%"),
                ("date", "<", fields.Datetime.now() - JOINS_KEPT),
            ],
            limit=GC_LIMIT,
        )
        old.unlink()
        return len(old), int(len(old) == GC_LIMIT)
