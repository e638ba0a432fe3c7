from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Somebody who comes back later to a half-finished one would mix two moods.
PARTIAL = timedelta(days=14)
BATCH = 5000
UNANSWERED = ("planned", "sent", "opened", "uncertain", "started")


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _forget_person(self, _deleted):
        """Nobody is left to ask; who was asked stays asked."""
        self.filtered(lambda ask: ask.state == "planned").write({"state": "cancelled"})

    @api.model
    def _expire(self, limit=BATCH):
        """Close what nobody answered in time; answers already given stay.

        :return: number of invitations closed, ``limit`` when there may be more
        """
        now = fields.Datetime.now()
        expired = self.sudo().search(Domain.OR([
            [("state", "in", UNANSWERED), ("date_expire", "<=", now)],
            [("state", "=", "started"), ("date_start", "<=", now - PARTIAL)],
        ]), limit=limit, order="id").try_lock_for_update()
        expired.write({"state": "expired"})
        return len(expired)

    @api.model
    def _expire_all(self):
        """Close all that is over, in batches that last."""
        while (done := self._expire()) == BATCH:
            self.env["ir.cron"]._commit_progress(done)
        self.env["ir.cron"]._commit_progress(done)

    @api.model
    def _hand_on(self):
        """Invitations that nothing is sent for are out once their day has come."""
        rows = self.env.execute_query(SQL(
            """
            UPDATE relationship_invitation invitation
               SET state = 'sent', date_sent = %(now)s
              FROM relationship_campaign campaign
             WHERE campaign.id = invitation.campaign_id AND campaign.state = 'running'
               AND invitation.state = 'planned' AND invitation.date_planned <= %(now)s
               AND invitation.channel NOT IN ('email', 'sms')
            RETURNING invitation.id
            """, now=fields.Datetime.now()))
        self.invalidate_model()
        return len(rows)
