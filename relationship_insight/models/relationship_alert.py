from odoo import api, fields, models
from odoo.tools import SQL


class RelationshipAlert(models.Model):
    """Sittings that were acted on, so that each is acted on once."""

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

        :return: the set of keys taken now; another transaction gets the others
        """
        if not keys:
            return set()
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO relationship_alert (key, date)
            SELECT UNNEST(%s), NOW() AT TIME ZONE 'UTC' ON CONFLICT (key) DO NOTHING
            RETURNING key
            """, sorted(set(keys))))
        return {row[0] for row in rows}
