from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.cron_wake import wake
from ...tools.sql_queue import sql_put, sql_take

CRON = "relationship_insight.ir_cron_relationship_refresh_dirty"


class RelationshipRefreshQueue(models.Model):
    """Customers with new evidence. Append-only and without keys, so that no writer waits."""

    _name = "relationship.refresh.queue"
    _description = "Customers to Refresh"
    _tells_of = {"commercial_partner_ref": "customer"}
    _log_access = False

    # A plain number: a foreign key would make every order lock its customer.
    commercial_partner_ref = fields.Integer(required=True)

    @api.model
    def _add(self, commercial_partner_ids):
        """Note that these customers have new evidence and wake the refresh.

        :param list commercial_partner_ids: ids of commercial entities; empty is fine
        """
        ids = [partner_id for partner_id in commercial_partner_ids if partner_id]
        if not ids or self.env.context.get("relationship_no_refresh"):
            return
        self.env.cr.execute(sql_put(self._table, ids))
        wake(self.env, CRON)

    @api.model
    def _add_buyers(self, commercial_partner_ids):
        """Note that what these customers bought has changed: one query, whoever wants to know.

        :param list commercial_partner_ids: ids of commercial entities; empty is fine
        """
        ids = list({partner_id for partner_id in commercial_partner_ids if partner_id})
        inserts = self._get_buyer_inserts(ids) if ids else {}
        if not inserts:
            return
        names = [SQL.identifier(f"queue_{number}") for number in range(len(inserts))]
        ((*counts,),) = self.env.execute_query(
            SQL(
                "WITH %s SELECT %s",
                SQL(", ").join(
                    SQL("%s AS (%s RETURNING 1)", name, insert)
                    for name, insert in zip(names, inserts.values())
                ),
                SQL(", ").join(SQL("(SELECT COUNT(*) FROM %s)", name) for name in names),
            )
        )
        for cron, count in zip(inserts, counts):
            if count:
                wake(self.env, cron)

    @api.model
    def _get_buyer_inserts(self, commercial_partner_ids):
        """Return {XML id of a cron: INSERT that puts these customers into its queue}."""
        if self.env.context.get("relationship_no_refresh"):
            return {}
        return {CRON: sql_put(self._table, commercial_partner_ids)}

    @api.model
    def _take(self, limit):
        """Remove and return up to ``limit`` queued customer ids, but those another worker holds."""
        rows = self.env.execute_query(sql_take(self._table, limit))
        return sorted({row[0] for row in rows})
