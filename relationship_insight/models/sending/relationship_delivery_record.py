import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .relationship_delivery import WISHES_STEP

MOST_ATTEMPTS = 8
LONGEST_REASON = 2000
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=12)
# What becomes of the invitation with its first message.
INVITATION_STATE = {
    "queued": "planned",
    "sent": "sent",
    "uncertain": "uncertain",
    "failed": "failed",
    "bounced": "failed",
    "cancelled": "cancelled",
}


class RelationshipDelivery(models.Model):
    """What became of a message, on the message and on its invitation."""

    _inherit = "relationship.delivery"

    def _record(self, state, failure=None, reason=None):
        """Record the outcome of these messages. One that was told uncertain meanwhile is healed."""
        now = fields.Datetime.now()
        self.env.cr.execute(SQL(
            """
            UPDATE relationship_delivery
               SET state = %(state)s, failure_type = %(failure)s, failure_reason = %(reason)s,
                   claim = NULL, date_reserve = NULL, write_date = %(now)s,
                   date_claim = CASE WHEN %(state)s IN ('queued', 'cancelled') THEN NULL
                                     ELSE date_claim END,
                   date_sent = CASE WHEN %(state)s = 'sent' THEN COALESCE(date_sent, %(now)s)
                                    ELSE date_sent END
             WHERE id = ANY(%(ids)s)
            """, state=state, failure=failure, reason=reason, now=now, ids=self.ids))
        self.env.cr.execute(SQL(
            """
            UPDATE relationship_invitation invitation
               SET state = CASE WHEN delivery.step = 0 AND invitation.state IN
                                     ('planned', 'sending', 'uncertain', 'sent', 'failed')
                                THEN %(invitation)s
                                WHEN %(state)s = 'bounced' AND invitation.state = 'sent'
                                THEN 'failed' ELSE invitation.state END,
                   failure_type = CASE WHEN delivery.step = 0 OR %(state)s = 'bounced'
                                       THEN %(failure)s ELSE invitation.failure_type END,
                   failure_reason = CASE WHEN delivery.step = 0 OR %(state)s = 'bounced'
                                         THEN %(reason)s ELSE invitation.failure_reason END,
                   date_sent = CASE WHEN %(state)s = 'sent' AND delivery.step = 0
                                    THEN COALESCE(invitation.date_sent, %(now)s)
                                    ELSE invitation.date_sent END,
                   step = CASE WHEN %(state)s IN ('sent', 'uncertain')
                                AND delivery.step <> %(wishes)s
                               THEN GREATEST(invitation.step, delivery.step)
                               ELSE invitation.step END,
                   date_reminder = CASE WHEN %(state)s IN ('sent', 'uncertain')
                                         AND delivery.step > 0
                                        THEN %(now)s ELSE invitation.date_reminder END
              FROM relationship_delivery delivery
             WHERE delivery.id = ANY(%(ids)s) AND invitation.id = delivery.invitation_id
            """, state=state, invitation=INVITATION_STATE[state], failure=failure, reason=reason,
            now=now, ids=self.ids, wishes=WISHES_STEP))
        self.invalidate_recordset()
        self.env["relationship.invitation"].invalidate_model()

    def _put_off(self, moment, failure=None, reason=None, attempt=False):
        """Put a message back into the queue, for the first good hour after ``moment``."""
        self._record("queued", failure, reason)
        self.env.cr.execute(SQL(
            "UPDATE relationship_delivery SET date_due = %s, attempts = attempts + %s"
            " WHERE id = ANY(%s)", moment, int(attempt), self.ids))
        self._place(self.ids)
        self.invalidate_recordset()

    def _retry(self, outcome):
        """Try again later, each time after a longer while, or give up."""
        self.ensure_one()
        attempts = self.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            self._record("failed", outcome.failure, outcome.reason)
            return
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2**(attempts - 1))
        wait *= 1 + random.random() / 4  # noqa: S311 - only spreads the load
        self._put_off(
            fields.Datetime.now() + wait, outcome.failure, outcome.reason, attempt=True)

    def _resolve(self, decision, reason, user):
        """Carry out what a person decided about messages nobody can be certain of."""
        words = {
            "sent": self.env._("Counts as sent: %(reason)s", reason=reason),
            "again": self.env._("Sent again: %(reason)s", reason=reason),
        }
        if decision == "sent":
            self._record("sent")
        else:
            self._put_off(fields.Datetime.now())
        self.env.cr.execute(SQL(
            "UPDATE relationship_delivery SET resolution = %s, resolved_by = %s, attempts = 0,"
            " date_sent = CASE WHEN %s THEN COALESCE(date_claim, date_sent) ELSE NULL END"
            " WHERE id = ANY(%s)", words[decision], user.id, decision == "sent", self.ids))
        self.invalidate_recordset()
        self._wake()

    @api.model
    def _receive_bounce(self, message_ids, reason, report):
        """A mail came back: note it on its message and invitation.

        A report that it is only late says nothing about the address.
        """
        if report.get("action") in ("delayed", "delivered", "relayed", "expanded"):
            return
        deliveries = self.search([
            ("message_id", "in", list(message_ids)), ("state", "in", ("sent", "uncertain"))])
        if not deliveries:
            return
        temporary = report.get("status", "5").startswith("4")
        deliveries._record(
            "failed" if temporary else "bounced",
            "mail_smtp" if temporary else "mail_bounce", reason[:LONGEST_REASON])
