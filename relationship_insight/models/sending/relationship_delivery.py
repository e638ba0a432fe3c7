from odoo import api, fields, models
from odoo.fields import Command

from ..campaign.relationship_invitation import CHANNELS

STATES = [
    ("queued", "To Send"),
    ("sending", "Being Sent"),
    ("sent", "Sent"),
    ("uncertain", "Uncertain"),
    ("failed", "Failed"),
    ("bounced", "Bounced"),
    ("cancelled", "Not Sent"),
]
FAILURES = [
    ("mail_bounce", "Bounced"),
    ("mail_smtp", "Mail server"),
    ("mail_spam", "Refused as unwanted"),
    ("mail_email_invalid", "Invalid address"),
    ("mail_email_missing", "No address"),
    ("mail_bl", "Blocked address"),
    ("mail_optout", "Wants no questions"),
    ("mail_dup", "Same address as another contact"),
    ("paused", "Takes a break"),
    ("archived", "Contact archived"),
    ("closed", "Answered or closed before"),
    ("interrupted", "Stopped while sending"),
    ("neutralized", "Copy of a database"),
    ("sms_number_missing", "No phone number"),
    ("sms_number_format", "Invalid number"),
    ("sms_server", "SMS provider"),
    ("sms_missing", "SMS not installed"),
    ("unknown", "Unknown"),
]
# The step that asks how somebody wants to be asked, after those of the reminders.
WISHES_STEP = 9
# The message is out, or may be: its key is used up.
GONE = ("sending", "sent", "uncertain", "bounced")


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
        "relationship.invitation", required=True, readonly=True, index=True,
        ondelete="cascade")
    step = fields.Integer(readonly=True, aggregator=False, help="0: the invitation itself.")
    kind = fields.Selection(
        [("invitation", "Invitation"), ("reminder", "Reminder"),
         ("wishes", "Question how to be asked")], compute="_compute_kind")
    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, readonly=True, index=True, ondelete="cascade")
    wave_id = fields.Many2one(
        "relationship.wave", readonly=True, index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null",
        ondelete="set null")
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    email = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Language",
        readonly=True)
    tz = fields.Char(string="Time Zone", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="queued")
    date_due = fields.Datetime(string="To Send On", required=True, readonly=True)
    date_sent = fields.Datetime(string="Sent On", readonly=True)
    attempts = fields.Integer(
        readonly=True, default=0, aggregator=False, help="How often a server put it off.")
    failure_type = fields.Selection(FAILURES, string="Reason", readonly=True)
    failure_reason = fields.Text(string="What the Server Said", readonly=True)
    resolution = fields.Char(
        string="Decided", readonly=True, help="What somebody decided about it, and why.")
    resolved_by = fields.Many2one(
        "res.users", string="Decided By", readonly=True, ondelete="set null")
    # The worker's hold on it: a claim names the worker, and the connection it lives by.
    claim = fields.Char(readonly=True)
    worker = fields.Char(readonly=True)
    date_claim = fields.Datetime(readonly=True)
    date_reserve = fields.Datetime(readonly=True)
    message_id = fields.Char(readonly=True)
    sms_uuid = fields.Char(readonly=True)

    _key_uniq = models.Constraint(
        "UNIQUE(invitation_id, step)", "This message exists already.")
    # One message per address, wave and step, whatever two workers do at a time.
    _address_uniq = models.UniqueIndex(
        "(wave_id, step, email) WHERE channel = 'email' AND wave_id IS NOT NULL"
        " AND state IN ('sending', 'sent', 'uncertain', 'bounced')")
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
            delivery.kind = "invitation" if not delivery.step else (
                "wishes" if delivery.step == WISHES_STEP else "reminder")

    def _forget_person(self, _deleted):
        """Nobody is left to write to; what went out stays counted."""
        self.filtered(lambda message: message.state == "queued").write(
            {"state": "cancelled", "failure_type": "archived"})

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
