import secrets

from odoo import api, fields, models

from .relationship_invitation import CHANNELS

PRIORITIES = [
    ("1_recovery", "Putting something right"),
    ("2_wave", "Wave"),
    ("3_event", "After an event"),
    ("4_adhoc", "Ad hoc"),
]
EVENTS = [
    ("first_purchase", "First purchase"),
    ("sale_confirmed", "Sales order confirmed"),
    ("sale_delivered", "Sales order delivered"),
    ("pos_order", "Purchase in a shop"),
    ("case_closed", "Case closed"),
    ("anniversary", "Anniversary of the first purchase"),
    ("silence", "Nothing bought for some time"),
]


class RelationshipCampaign(models.Model):
    """A programme that asks customers the same things for years."""

    _name = "relationship.campaign"
    _description = "Feedback Campaign"
    _inherit = ["relationship.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "priority, sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, translate=True, help="For your team: customers never read it.")
    public_title = fields.Char(
        string="Title for Customers", translate=True,
        help="What customers read where they choose which questions they get, in the portal, and "
             "where it is offered as a longer questionnaire. Empty: a neutral title.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True)
    state = fields.Selection([
        ("draft", "Draft"),
        ("running", "Running"),
        ("paused", "Paused"),
        ("done", "Done"),
    ], required=True, default="draft", readonly=True, copy=False, tracking=True)
    date_running = fields.Datetime(string="Running Since", readonly=True, copy=False)
    instrument_id = fields.Many2one(
        "relationship.instrument", string="Questionnaire", required=True, index=True,
        ondelete="restrict", tracking=True)
    kind = fields.Selection([
        ("cadence", "Regularly"),
        ("event", "After an event"),
    ], string="When to Ask", required=True, default="cadence")
    priority = fields.Selection(
        PRIORITIES, required=True, compute="_compute_priority", store=True, readonly=False,
        precompute=True,
        help="Whom two campaigns would ask at a time is asked by the upper one; the other waits.")

    # After an event
    event = fields.Selection(EVENTS)
    delay = fields.Integer(default=1, help="How long after the event.")
    delay_unit = fields.Selection([("hours", "hours"), ("days", "days")], default="days")
    silence_days = fields.Integer(string="Days of Silence", default=180)

    # Regularly
    cadence_number = fields.Integer(string="Every", default=3)
    cadence_unit = fields.Selection(
        [("days", "days"), ("months", "months")], default="months")
    drip_days = fields.Integer(
        string="Spread Over (days)", default=0, help="0: over the whole period.")
    gap_invited_days = fields.Integer(
        string="Not Again Within (days of asking)", default=0,
        help="By this campaign, whatever the rules for all campaigns say.")
    gap_answered_days = fields.Integer(string="Not Again Within (days of an answer)", default=0)

    # Whom to ask
    audience_domain = fields.Char(string="Audience", default="[]")
    class_true = fields.Boolean(string="True Loyalty")
    class_latent = fields.Boolean(string="Latent Loyalty")
    class_spurious = fields.Boolean(string="Spurious Loyalty")
    class_low = fields.Boolean(string="Low Loyalty")
    class_unknown = fields.Boolean(string="Unknown")
    sampling_fraction = fields.Float(
        string="Share Asked", default=1.0, digits=(16, 4),
        help="Drawn by chance, the same for everyone: never by what somebody spends.")
    stratum_field_id = fields.Many2one(
        "ir.model.fields", string="Groups", ondelete="cascade",
        domain=[("model", "=", "res.partner"), ("store", "=", True),
                ("translate", "=", False), ("company_dependent", "=", False),
                ("ttype", "in", ["selection", "many2one", "boolean", "char"])],
        help="Groups that each get enough answers, for example shops or states.")
    minimum_n = fields.Integer(
        string="Answers Wanted per Group", default=0,
        help="Small groups are asked more often until they can give this many answers.")
    expected_response = fields.Float(
        string="Expected to Answer", default=0.2, digits=(16, 4))
    refreshment_share = fields.Float(
        string="New Faces per Wave", default=0.2, digits=(16, 4),
        help="Share of each wave that this campaign never asked before.")
    seed = fields.Char(
        readonly=True, copy=False, default=lambda self: secrets.token_hex(8),
        groups="relationship_insight.group_relationship_manager",
        help="Decides the draw: the same seed draws the same people.")

    # How to ask
    channel_1 = fields.Selection(CHANNELS, string="Ask By", required=True, default="email")
    channel_2 = fields.Selection(CHANNELS, string="Else By")
    channel_3 = fields.Selection(CHANNELS, string="Else By (last)")
    reminder_day_1 = fields.Integer(string="First Reminder After (days)", default=4)
    reminder_day_2 = fields.Integer(string="Second Reminder After (days)", default=10)
    link_days = fields.Integer(string="Link Valid For (days)", default=30)
    case_capacity = fields.Integer(
        string="Cases We Can Handle a Day", default=0,
        help="Low scores need somebody to call back. Fewer are asked while cases pile up. "
             "0: no brake.")
    expected_low_rate = fields.Float(
        string="Expected Low Scores", default=0.1, digits=(16, 4))
    utm_campaign_id = fields.Many2one(
        "utm.campaign", string="UTM Campaign", ondelete="set null", copy=False)

    wave_ids = fields.One2many("relationship.wave", "campaign_id", string="Waves")
    current_wave_id = fields.Many2one("relationship.wave", compute="_compute_current_wave_id")
    invitation_ids = fields.One2many("relationship.invitation", "campaign_id")

    _fractions = models.Constraint(
        "CHECK(sampling_fraction > 0 AND sampling_fraction <= 1"
        " AND refreshment_share >= 0 AND refreshment_share <= 1"
        " AND expected_response > 0 AND expected_response <= 1"
        " AND expected_low_rate > 0 AND expected_low_rate <= 1)",
        "Shares lie between 0 and 100 %.")
    _event_given = models.Constraint(
        "CHECK(kind != 'event' OR event IS NOT NULL)", "Say after which event to ask.")
    _positive = models.Constraint(
        "CHECK(cadence_number > 0 AND drip_days >= 0 AND delay >= 0 AND link_days > 0"
        " AND silence_days > 0 AND gap_invited_days >= 0 AND gap_answered_days >= 0"
        " AND case_capacity >= 0 AND minimum_n >= 0"
        " AND reminder_day_1 >= 0 AND reminder_day_2 >= 0)",
        "Days and numbers can't be below zero, and a cadence and a link need at least one day.")

    def _get_public_title(self):
        """Return what customers call this campaign: never its name, which is the team's own."""
        self.ensure_one()
        return self.public_title or (
            self.env._("Questions after a visit or a purchase") if self.kind == "event"
            else self.env._("Our regular questions"))

    @api.depends("kind")
    def _compute_priority(self):
        for campaign in self:
            campaign.priority = "3_event" if campaign.kind == "event" else "2_wave"

    @api.depends("wave_ids.state")
    def _compute_current_wave_id(self):
        for campaign in self:
            campaign.current_wave_id = campaign.wave_ids.filtered(
                lambda wave: wave.state == "running")[:1]
