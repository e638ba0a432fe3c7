import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..campaign.relationship_invitation import CHANNELS, FAILURES

STATES = [
    ("queued", "To Send"),
    ("sending", "Being Sent"),
    ("sent", "Sent"),
    ("uncertain", "Uncertain"),
    ("failed", "Failed"),
    ("bounced", "Bounced"),
    ("cancelled", "Not Sent"),
]
# The step that asks how somebody wants to be asked, after those of the reminders.
WISHES_STEP = 9
# The message is out, or may be: its key is used up.
GONE = ("sending", "sent", "uncertain", "bounced")
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
    """One message: an invitation, or one of its reminders. There is never a second of a step.

    A worker claims a message before it sends it and commits the claim. Whatever kills it after
    that leaves the message claimed, which is found out and told as uncertain; a person decides.
    """

    _name = "relationship.delivery"
    _description = "Message to a Customer"
    _order = "date_due desc, id desc"
    _rec_name = "partner_id"

    invitation_id = fields.Many2one(
        "relationship.invitation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    step = fields.Integer(readonly=True, aggregator=False, help="0: the invitation itself.")
    kind = fields.Selection(
        [
            ("invitation", "Invitation"),
            ("reminder", "Reminder"),
            ("wishes", "Question how to be asked"),
        ],
        compute="_compute_kind",
    )
    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, readonly=True, index=True, ondelete="cascade"
    )
    wave_id = fields.Many2one(
        "relationship.wave", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null", ondelete="set null"
    )
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    email = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        readonly=True,
    )
    tz = fields.Char(string="Time Zone", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="queued")
    date_due = fields.Datetime(string="To Send On", required=True, readonly=True)
    date_sent = fields.Datetime(string="Sent On", readonly=True)
    attempts = fields.Integer(
        readonly=True, default=0, aggregator=False, help="How often a server put it off."
    )
    failure_type = fields.Selection(FAILURES, string="Reason", readonly=True)
    failure_reason = fields.Text(string="What the Server Said", readonly=True)
    resolution = fields.Char(
        string="Decided", readonly=True, help="What somebody decided about it, and why."
    )
    resolved_by = fields.Many2one(
        "res.users", string="Decided By", readonly=True, ondelete="set null"
    )
    # The worker's hold on it: a claim names the worker, and the connection it lives by.
    claim = fields.Char(readonly=True)
    worker = fields.Char(readonly=True)
    date_claim = fields.Datetime(readonly=True)
    date_reserve = fields.Datetime(readonly=True)
    message_id = fields.Char(readonly=True)
    sms_uuid = fields.Char(readonly=True)

    _key_uniq = models.Constraint("UNIQUE(invitation_id, step)", "This message exists already.")
    # One message per address, wave and step, whatever two workers do at a time.
    _address_uniq = models.UniqueIndex(
        "(wave_id, step, email) WHERE channel = 'email' AND wave_id IS NOT NULL"
        " AND state IN ('sending', 'sent', 'uncertain', 'bounced')"
    )
    _due_idx = models.Index("(company_id, date_due, id) WHERE state = 'queued'")
    _claimed_idx = models.Index("(date_claim) WHERE state = 'sending'")
    _unsure_idx = models.Index("(company_id) WHERE state = 'uncertain'")
    _wave_idx = models.Index("(wave_id, state) WHERE wave_id IS NOT NULL")
    _sent_idx = models.Index("(company_id, date_claim) WHERE date_claim IS NOT NULL")
    _email_idx = models.Index("(email, date_claim) WHERE date_claim IS NOT NULL")
    _message_idx = models.Index("(message_id) WHERE message_id IS NOT NULL")

    @api.depends("step")
    def _compute_kind(self):
        for delivery in self:
            delivery.kind = (
                "invitation"
                if not delivery.step
                else ("wishes" if delivery.step == WISHES_STEP else "reminder")
            )

    def _forget_person(self, _deleted):
        """Nobody is left to write to; what went out stays counted."""
        self.filtered(lambda message: message.state == "queued").write(
            {"state": "cancelled", "failure_type": "archived"}
        )

    def action_open_invitation(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "relationship.invitation",
            "res_id": self.invitation_id.id,
            "view_mode": "form",
        }

    def action_mark_sent(self):
        """Ask for the reason why these messages count as sent."""
        return self._open_resolve("sent")

    def action_send_again(self):
        """Ask for the reason why these messages are sent again."""
        return self._open_resolve("again")

    def _open_resolve(self, decision):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide About Messages"),
            "res_model": "relationship.delivery.resolve",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_delivery_ids": [Command.set(self.ids)],
                "default_decision": decision,
            },
        }

    # What became of a message, on the message and on its invitation.

    def _record(self, state, failure=None, reason=None):
        """Record the outcome of these messages. One that was told uncertain meanwhile is healed."""
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_delivery
               SET state = %(state)s, failure_type = %(failure)s, failure_reason = %(reason)s,
                   claim = NULL, date_reserve = NULL, write_date = %(now)s,
                   date_claim = CASE WHEN %(state)s IN ('queued', 'cancelled') THEN NULL
                                     ELSE date_claim END,
                   date_sent = CASE WHEN %(state)s = 'sent' THEN COALESCE(date_sent, %(now)s)
                                    ELSE date_sent END
             WHERE id = ANY(%(ids)s)
            """,
                state=state,
                failure=failure,
                reason=reason,
                now=now,
                ids=self.ids,
            )
        )
        self.env.cr.execute(
            SQL(
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
            """,
                state=state,
                invitation=INVITATION_STATE[state],
                failure=failure,
                reason=reason,
                now=now,
                ids=self.ids,
                wishes=WISHES_STEP,
            )
        )
        self.invalidate_recordset()
        self.env["relationship.invitation"].invalidate_model()

    def _put_off(self, moment, failure=None, reason=None, attempt=False):
        """Put a message back into the queue, for the first good hour after ``moment``."""
        self._record("queued", failure, reason)
        self.env.cr.execute(
            SQL(
                "UPDATE relationship_delivery SET date_due = %s, attempts = attempts + %s"
                " WHERE id = ANY(%s)",
                moment,
                int(attempt),
                self.ids,
            )
        )
        self._place(self.ids)
        self.invalidate_recordset()

    def _retry(self, outcome):
        """Try again later, each time after a longer while, or give up."""
        self.ensure_one()
        attempts = self.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            self._record("failed", outcome.failure, outcome.reason)
            return
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1))
        wait *= 1 + random.random() / 4  # noqa: S311 - only spreads the load
        self._put_off(fields.Datetime.now() + wait, outcome.failure, outcome.reason, attempt=True)

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
        self.env.cr.execute(
            SQL(
                "UPDATE relationship_delivery SET resolution = %s, resolved_by = %s, attempts = 0,"
                " date_sent = CASE WHEN %s THEN COALESCE(date_claim, date_sent) ELSE NULL END"
                " WHERE id = ANY(%s)",
                words[decision],
                user.id,
                decision == "sent",
                self.ids,
            )
        )
        self.invalidate_recordset()
        self._wake()

    @api.model
    def _receive_bounce(self, message_ids, reason, report):
        """A mail came back: note it on its message and invitation.

        A report that it is only late says nothing about the address.
        """
        if report.get("action") in ("delayed", "delivered", "relayed", "expanded"):
            return
        deliveries = self.search(
            [("message_id", "in", list(message_ids)), ("state", "in", ("sent", "uncertain"))]
        )
        if not deliveries:
            return
        temporary = report.get("status", "5").startswith("4")
        deliveries._record(
            "failed" if temporary else "bounced",
            "mail_smtp" if temporary else "mail_bounce",
            reason[:LONGEST_REASON],
        )
