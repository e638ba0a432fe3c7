from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.cron_wake import trigger
from ...tools.sql_queue import sql_put, sql_take

CRON = "relationship_insight.ir_cron_relationship_referral"


class RelationshipReferralQueue(models.Model):
    """Customers whose referrals have to be looked at. Append-only, so that no order waits."""

    _name = "relationship.referral.queue"
    _description = "Referrals to Look At"
    _log_access = False

    # A plain number: a foreign key would make every order lock its customer.
    commercial_partner_ref = fields.Integer(required=True)

    @api.model
    def _sql_put_brought(self, commercial_partner_ids):
        """SQL that queues those of these customers whom somebody brought."""
        self.env["relationship.referral"].flush_model(["referred_commercial_id", "state"])
        return SQL(
            """
            INSERT INTO relationship_referral_queue (commercial_partner_ref)
            SELECT DISTINCT referred_commercial_id FROM relationship_referral
             WHERE referred_commercial_id = ANY(%s) AND state NOT IN ('rejected', 'expired')
            """,
            list(set(commercial_partner_ids)),
        )

    @api.model
    def _wake(self, commercial_partner_ids):
        """Have the referrals of these customers, on either side, looked at soon."""
        ids = [partner_id for partner_id in commercial_partner_ids if partner_id]
        if not ids:
            return
        self.env.cr.execute(sql_put(self._table, ids))
        self._trigger()

    @api.model
    def _trigger(self):
        trigger(self.env, CRON)

    @api.model
    def _take(self, limit):
        """Remove and return up to ``limit`` queued customer ids, but those another worker holds."""
        rows = self.env.execute_query(sql_take(self._table, limit))
        return sorted({row[0] for row in rows})


class RelationshipRefreshQueue(models.Model):
    _inherit = "relationship.refresh.queue"

    @api.model
    def _get_buyer_inserts(self, commercial_partner_ids):
        """Whatever changes a customer's purchases may move the referral that brought them."""
        Queue = self.env["relationship.referral.queue"]
        return {
            **super()._get_buyer_inserts(commercial_partner_ids),
            CRON: Queue._sql_put_brought(commercial_partner_ids),
        }
