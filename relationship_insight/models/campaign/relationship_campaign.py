import secrets
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.cron_wake import trigger
from ..insight.relationship_profile import LOYALTY_CLASSES
from .relationship_invitation import CHANNELS

CLASS_NAMES = dict(LOYALTY_CLASSES)
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
# Changing one of these would make old and new rounds of a campaign mean different things.
SETTLED = {"company_id", "event", "instrument_id", "kind", "seed"}


class RelationshipCampaign(models.Model):
    """A programme that asks customers the same things for years."""

    _name = "relationship.campaign"
    _description = "Feedback Campaign"
    _inherit = [
        "relationship.guarded",
        "relationship.asking.counts",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "priority, sequence, id"
    _check_company_auto = True
    _asking_field = "campaign_id"

    name = fields.Char(
        required=True, translate=True, help="For your team: customers never read it."
    )
    public_title = fields.Char(
        string="Title for Customers",
        translate=True,
        help="What customers read where they choose which questions they get, in the portal, and "
        "where it is offered as a longer questionnaire. Empty: a neutral title.",
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    date_running = fields.Datetime(string="Running Since", readonly=True, copy=False)
    instrument_id = fields.Many2one(
        "relationship.instrument",
        string="Questionnaire",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    kind = fields.Selection(
        [
            ("cadence", "Regularly"),
            ("event", "After an event"),
        ],
        string="When to Ask",
        required=True,
        default="cadence",
    )
    priority = fields.Selection(
        PRIORITIES,
        required=True,
        compute="_compute_priority",
        store=True,
        readonly=False,
        precompute=True,
        help="Whom two campaigns would ask at a time is asked by the upper one; the other waits.",
    )
    # After an event
    event = fields.Selection(EVENTS)
    delay = fields.Integer(default=1, help="How long after the event.")
    delay_unit = fields.Selection([("hours", "hours"), ("days", "days")], default="days")
    silence_days = fields.Integer(string="Days of Silence", default=180)
    wait_days = fields.Integer(
        string="Waits at Most (days)",
        default=45,
        help="Who can't be asked within this time after the event isn't asked about it any more.",
    )
    date_scanned = fields.Datetime(readonly=True, copy=False)
    date_scanned_whole = fields.Datetime(readonly=True, copy=False)
    # Regularly
    cadence_number = fields.Integer(string="Every", default=3)
    cadence_unit = fields.Selection(
        [("days", "days"), ("months", "months")], string="Days or Months", default="months"
    )
    drip_days = fields.Integer(
        string="Spread Over (days)", default=0, help="0: over the whole period."
    )
    gap_invited_days = fields.Integer(
        string="Not Again Within (days of asking)",
        default=0,
        help="By this campaign, whatever the rules for all campaigns say.",
    )
    gap_answered_days = fields.Integer(string="Not Again Within (days of an answer)", default=0)
    # Whom to ask
    audience_domain = fields.Char(string="Audience", default="[]")
    class_true = fields.Boolean(string=CLASS_NAMES["true"])
    class_latent = fields.Boolean(string=CLASS_NAMES["latent"])
    class_spurious = fields.Boolean(string=CLASS_NAMES["spurious"])
    class_low = fields.Boolean(string=CLASS_NAMES["low"])
    class_unknown = fields.Boolean(string=CLASS_NAMES["unknown"])
    sampling_fraction = fields.Float(
        string="Share Asked",
        default=1.0,
        digits=(16, 4),
        help="Drawn by chance, the same for everyone: never by what somebody spends.",
    )
    stratum_field_id = fields.Many2one(
        "ir.model.fields",
        string="Groups",
        ondelete="cascade",
        domain=[
            ("model", "=", "res.partner"),
            ("store", "=", True),
            ("translate", "=", False),
            ("company_dependent", "=", False),
            ("ttype", "in", ["selection", "many2one", "boolean", "char"]),
        ],
        help="Groups that each get enough answers, for example shops or states.",
    )
    minimum_n = fields.Integer(
        string="Answers Wanted per Group",
        default=0,
        help="Small groups are asked more often until they can give this many answers.",
    )
    expected_response = fields.Float(string="Expected to Answer", default=0.2, digits=(16, 4))
    refreshment_share = fields.Float(
        string="New Faces per Wave",
        default=0.2,
        digits=(16, 4),
        help="Share of each wave that this campaign never asked before.",
    )
    seed = fields.Char(
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_hex(8),
        groups="relationship_insight.group_relationship_manager",
        help="Decides the draw: the same seed draws the same people.",
    )
    # How to ask
    channel_1 = fields.Selection(CHANNELS, string="Ask By", required=True, default="email")
    channel_2 = fields.Selection(CHANNELS, string="Else By")
    channel_3 = fields.Selection(CHANNELS, string="Else By (last)")
    reminder_day_1 = fields.Integer(string="First Reminder After (days)", default=4)
    reminder_day_2 = fields.Integer(string="Second Reminder After (days)", default=10)
    link_days = fields.Integer(string="Link Valid For (days)", default=30)
    case_capacity = fields.Integer(
        string="Cases We Can Handle a Day",
        default=0,
        help="Low scores need somebody to call back. Fewer are asked while cases pile up. "
        "0: no brake.",
    )
    expected_low_rate = fields.Float(string="Expected Low Scores", default=0.1, digits=(16, 4))
    utm_campaign_id = fields.Many2one(
        "utm.campaign", string="UTM Campaign", ondelete="set null", copy=False
    )
    wave_ids = fields.One2many("relationship.wave", "campaign_id", string="Waves")
    current_wave_id = fields.Many2one("relationship.wave", compute="_compute_current_wave_id")
    invitation_ids = fields.One2many("relationship.invitation", "campaign_id")
    rhythm = fields.Char(string="When", compute="_compute_rhythm")
    thanks_callback = fields.Boolean(
        string="Offer to Call Back",
        default=True,
        help="The customer may leave a number; somebody gets the task to call.",
    )
    thanks_campaign_id = fields.Many2one(
        "relationship.campaign",
        string="Offer the Long Questionnaire Of",
        check_company=True,
        ondelete="set null",
        domain="[('id', '!=', id), ('state', '=', 'running')]",
        help="Who has finished may go on with the questions of this campaign. Nobody has to.",
    )
    thanks_referral = fields.Boolean(
        string="Offer a Link for Friends",
        default=True,
        help="The customer may take their own referral link along.",
    )

    _fractions = models.Constraint(
        "CHECK(sampling_fraction > 0 AND sampling_fraction <= 1"
        " AND refreshment_share >= 0 AND refreshment_share <= 1"
        " AND expected_response > 0 AND expected_response <= 1"
        " AND expected_low_rate > 0 AND expected_low_rate <= 1)",
        "Shares lie between 0 and 100 %.",
    )
    _event_given = models.Constraint(
        "CHECK(kind != 'event' OR event IS NOT NULL)", "Say after which event to ask."
    )
    _positive = models.Constraint(
        "CHECK(cadence_number > 0 AND drip_days >= 0 AND delay >= 0 AND link_days > 0"
        " AND silence_days > 0 AND gap_invited_days >= 0 AND gap_answered_days >= 0"
        " AND case_capacity >= 0 AND minimum_n >= 0"
        " AND reminder_day_1 >= 0 AND reminder_day_2 >= 0)",
        "Days and numbers can't be below zero, and a rhythm and a link need at least one day.",
    )

    def _get_public_title(self):
        """Return what customers call this campaign: never its name, which is the team's own."""
        self.ensure_one()
        return self.public_title or (
            self.env._("Questions after a visit or a purchase")
            if self.kind == "event"
            else self.env._("Our regular questions")
        )

    @api.depends("kind")
    def _compute_priority(self):
        for campaign in self:
            campaign.priority = "3_event" if campaign.kind == "event" else "2_wave"

    @api.depends("wave_ids.state")
    def _compute_current_wave_id(self):
        for campaign in self:
            campaign.current_wave_id = campaign.wave_ids.filtered(
                lambda wave: wave.state == "running"
            )[:1]

    # The life of a campaign: draft, running, paused, done.

    def action_start(self):
        """Begin to ask; from now on the planner decides day by day."""
        self.check_access("write")
        if not self.env.su:
            self._check_can_start()
        for campaign in self:
            campaign._get_audience_domain()
            version = campaign.instrument_id.sudo()._get_live_version()
            version._load_shipped_words()
            version._translate_survey()
            version._check_translated()
            campaign.sudo().write(
                {
                    "state": "running",
                    "date_running": campaign.date_running or fields.Datetime.now(),
                }
            )
        self._trigger_plan()

    def action_pause(self):
        """Ask nobody for now; what was sent may still be answered."""
        self.check_access("write")
        self.sudo().state = "paused"

    def action_done(self):
        """End the campaign: withdraw what is planned, close its waves."""
        self.check_access("write")
        sudo = self.sudo()
        sudo.wave_ids.filtered(lambda wave: wave.state != "closed")._close()
        self.env["relationship.eligibility"].sudo().search(
            [
                ("campaign_id", "in", self.ids),
                ("outcome", "=", "deferred"),
            ]
        )._give_up()
        sudo.invitation_ids.filtered(lambda i: i.state == "planned")._cancel()
        sudo.state = "done"

    def _get_audience_domain(self):
        """Return the campaign's own domain on contacts, checked."""
        self.ensure_one()
        try:
            domain = Domain(literal_eval(self.audience_domain or "[]"))
            domain.validate(self.env["res.partner"])
        except (SyntaxError, TypeError, ValueError) as error:
            raise ValidationError(
                self.env._(
                    "%(campaign)s: the audience can't be read. Choose it again.", campaign=self.name
                )
            ) from error
        return domain

    @api.model
    def _cron_plan(self):
        """Plan, as the cron calls it: see ``relationship.planner``."""
        self.env["relationship.planner"]._cron_plan()

    @api.model
    def _trigger_plan(self):
        trigger(self.env, "relationship_insight.ir_cron_relationship_plan")

    def _remind_once(self, summary, note):
        """Give the responsible one activity, unless it is there already."""
        self.ensure_one()
        if not self.activity_ids.filtered(lambda activity: activity.summary == summary):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=(self.user_id or self.env.user).id,
            )

    def write(self, vals):
        if SETTLED & set(vals) and any(campaign.state != "draft" for campaign in self):
            raise UserError(
                self.env._(
                    "This campaign has asked customers already, so what it asks and when stays "
                    "as it is. Duplicate it instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if self.sudo().invitation_ids:
            raise UserError(
                self.env._(
                    "This campaign has asked customers. Archive it, so that its answers keep their "
                    "story."
                )
            )

    @api.constrains("audience_domain")
    def _check_audience_domain(self):
        for campaign in self:
            campaign._get_audience_domain()

    # Figures on the campaign: how many were asked and how far they came, live.

    @api.depends(
        "cadence_number", "cadence_unit", "delay", "delay_unit", "event", "kind", "silence_days"
    )
    @api.depends_context("lang")
    def _compute_rhythm(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("cadence_unit", "delay_unit", "event")
        }
        once = {"days": self.env._("Every day"), "months": self.env._("Every month")}
        for campaign in self:
            event = labels["event"].get(campaign.event, "")
            if campaign.kind == "cadence" and campaign.cadence_number == 1:
                campaign.rhythm = once.get(campaign.cadence_unit, "")
            elif campaign.kind == "cadence":
                campaign.rhythm = self.env._(
                    "Every %(number)s %(unit)s",
                    number=campaign.cadence_number,
                    unit=labels["cadence_unit"].get(campaign.cadence_unit, ""),
                )
            elif campaign.event == "silence":
                campaign.rhythm = self.env._(
                    "After %(days)s days without a purchase", days=campaign.silence_days
                )
            elif not campaign.delay:
                campaign.rhythm = self.env._("%(event)s, at once", event=event)
            elif campaign.delay == 1:
                campaign.rhythm = (
                    self.env._("%(event)s, one day later", event=event)
                    if (campaign.delay_unit == "days")
                    else self.env._("%(event)s, one hour later", event=event)
                )
            else:
                campaign.rhythm = self.env._(
                    "%(event)s, %(number)s %(unit)s later",
                    event=event,
                    number=campaign.delay,
                    unit=labels["delay_unit"].get(campaign.delay_unit, ""),
                )

    def action_view_answered(self):
        """Open the invitations that were answered."""
        action = self._open("relationship_invitation_action")
        return {**action, "context": {**action["context"], "search_default_done": 1}}

    def action_view_waves(self):
        """Open the waves of this campaign."""
        return self._open("relationship_wave_action")

    def action_view_deliveries(self):
        """Open what was sent, and what became of it."""
        return self._open("relationship_delivery_action")

    def action_view_results(self):
        """Open the counted results of this campaign."""
        action = self._open("relationship_campaign_result_action")
        return {**action, "context": {"search_default_everybody": 1}}

    # What the page offers once everything is answered.

    @api.constrains("thanks_campaign_id")
    def _check_thanks_campaign_id(self):
        for campaign in self:
            if campaign.thanks_campaign_id == campaign:
                raise ValidationError(
                    self.env._("After its own questions a campaign can offer another one's only.")
                )
