import secrets

from odoo import fields, models

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("link", "Link or printed QR code"),
    ("receipt", "QR code on the receipt"),
    ("kiosk", "Page in the shop"),
    ("portal", "Customer portal"),
]
# Channels by which one person is asked. The others wait for whoever comes.
CONTACT_CHANNELS = ("email", "sms", "link", "portal")
TOKEN_BYTES = 24


class RelationshipInvitation(models.Model):
    """One person asked once. Written by the planner, the sender and the public page only."""

    _name = "relationship.invitation"
    _inherit = "relationship.of.customer"
    _description = "Invitation"
    _order = "date_planned desc, id desc"
    _rec_name = "campaign_id"

    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, readonly=True, index=True, ondelete="restrict")
    wave_id = fields.Many2one(
        "relationship.wave", readonly=True, index="btree_not_null", ondelete="restrict")
    version_id = fields.Many2one(
        "relationship.instrument.version", string="Questions", required=True, readonly=True,
        index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null",
        ondelete="set null", help="Empty where nobody knows who answers.")
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Entity", readonly=True, index="btree_not_null",
        ondelete="set null", compute="_compute_customer", store=True,
        precompute=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    state = fields.Selection([
        ("planned", "Planned"),
        ("sending", "Being Sent"),
        ("sent", "Sent"),
        ("uncertain", "Uncertain"),
        ("failed", "Failed"),
        ("opened", "Opened"),
        ("started", "Started"),
        ("done", "Finished"),
        ("expired", "Expired"),
        ("cancelled", "Cancelled"),
    ], required=True, default="planned", readonly=True, index=True)
    # 192 random bits. Whoever holds it may answer, so nobody reads it but the code.
    access_token = fields.Char(
        readonly=True, copy=False, groups=fields.NO_ACCESS,
        default=lambda self: secrets.token_urlsafe(TOKEN_BYTES))
    source_key = fields.Char(
        readonly=True, copy=False, help="Makes the same occasion ask once.")
    email = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Language",
        readonly=True)
    tz = fields.Char(string="Time Zone", readonly=True)
    step = fields.Integer(
        string="Reminders", readonly=True, default=0, help="Reminders sent so far.")
    date_planned = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    date_sent = fields.Datetime(readonly=True)
    date_reminder = fields.Datetime(string="Last Reminder", readonly=True)
    date_open = fields.Datetime(
        string="Opened On", readonly=True, help="By a human; programs that open links don't count.")
    date_start = fields.Datetime(string="First Answer On", readonly=True)
    date_done = fields.Datetime(string="Finished On", readonly=True)
    date_expire = fields.Datetime(string="Valid Until", readonly=True)
    mail_mail_id = fields.Many2one(
        "mail.mail", string="E-mail", readonly=True, ondelete="set null", index="btree_not_null")
    failure_type = fields.Selection([
        ("mail_bounce", "Bounced"),
        ("mail_smtp", "Mail server"),
        ("mail_email_invalid", "Invalid address"),
        ("mail_email_missing", "No address"),
        ("mail_bl", "Blocked address"),
        ("sms_number_format", "Invalid number"),
        ("sms_server", "SMS provider"),
        ("unknown", "Unknown"),
    ], readonly=True)
    failure_reason = fields.Text(readonly=True)
    user_input_id = fields.Many2one(
        "survey.user_input", string="Survey Answer", readonly=True, ondelete="set null",
        index="btree_not_null")
    reading_ids = fields.One2many("relationship.reading", "invitation_id", string="Answers")
    order_model = fields.Char(string="Order Type", readonly=True)
    order_id = fields.Many2oneReference(model_field="order_model", readonly=True)
    shop_model = fields.Char(string="Shop Type", readonly=True)
    shop_id = fields.Many2oneReference(model_field="shop_model", readonly=True)
    shop_name = fields.Char(readonly=True)
    staff_id = fields.Many2one(
        "res.partner", readonly=True, ondelete="set null", index="btree_not_null",
        help="Who served the customer.")
    stratum = fields.Char(string="Group", readonly=True)
    inclusion_probability = fields.Float(
        string="Chance of Being Asked", readonly=True, digits=(16, 6), default=1.0,
        aggregator="avg")
    weight = fields.Float(readonly=True, digits=(16, 6), default=1.0, aggregator="avg")
    is_refreshment = fields.Boolean(
        string="First Time Asked", readonly=True, help="This campaign never asked them before.")
    device_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    flag = fields.Selection([
        ("burst", "Many from one device"),
        ("till", "Answered at the till"),
        ("speed", "Answered faster than one can read"),
    ], string="Doubtful", readonly=True,
        help="A mark is a question, no verdict: marked answers count in every figure until "
        "somebody voids them.")
    opted_out = fields.Selection([
        ("campaign", "Left this campaign"),
        ("all", "Left all campaigns"),
    ], string="Opt-out", readonly=True)

    _token_uniq = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")
    _source_key_uniq = models.UniqueIndex("(source_key) WHERE source_key IS NOT NULL")
    _wave_partner_uniq = models.UniqueIndex(
        "(wave_id, partner_id) WHERE wave_id IS NOT NULL AND partner_id IS NOT NULL")
    _to_send_idx = models.Index("(date_planned, id) WHERE state = 'planned'")
    _customer_idx = models.Index("(partner_id, date_planned) WHERE partner_id IS NOT NULL")

    def _cancel(self):
        """Withdraw invitations nobody answered yet; their links stop working."""
        self.sudo().filtered(
            lambda invitation: invitation.state not in ("done", "started", "expired")
        ).write({"state": "cancelled"})
