from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .planner import waves
from .planner.scope import Scope

WAITING_FOR = [
    ("read", "All customers are being read first; it starts by itself after that"),
    ("nobody", "Nobody buys here who belongs to its audience"),
    ("left_out", "Everybody in its audience is left out: never asked, or not drawn"),
]
FROZEN = {"campaign_id", "date_start", "number"}


class RelationshipWave(models.Model):
    """One round of a campaign, from the draw to what was done with the answers."""

    _name = "relationship.wave"
    _description = "Wave of a Campaign"
    _inherit = ["relationship.guarded", "relationship.asking.counts"]
    _order = "campaign_id, number desc"
    _asking_field = "wave_id"

    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="campaign_id.company_id", store=True, index=True)
    number = fields.Integer(string="Wave", readonly=True, copy=False)
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date(required=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("planned", "Planned"),
            ("running", "Running"),
            ("closed", "Closed"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    waiting_for = fields.Selection(
        WAITING_FOR, string="Why It Doesn't Start", readonly=True, copy=False
    )
    version_id = fields.Many2one(
        "relationship.instrument.version",
        string="Questions Asked",
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    population_count = fields.Integer(
        string="Customers in the Audience", readonly=True, copy=False, help="When it started."
    )
    holdout_count = fields.Integer(string="Never Asked", readonly=True, copy=False)
    sample_count = fields.Integer(string="Drawn", readonly=True, copy=False)
    outcome = fields.Html(
        string="You Said, We Did",
        translate=True,
        help="What customers told you, and what you changed because of it.",
    )
    outcome_published = fields.Datetime(string="Published On", readonly=True, copy=False)
    override_reason = fields.Char(
        string="Started Without Telling the Outcome Because", readonly=True, copy=False
    )
    invitation_ids = fields.One2many("relationship.invitation", "wave_id")
    sent_count = fields.Integer(string="Invitations Sent")
    progress = fields.Float(
        compute="_compute_counts", help="Share of those drawn whose turn has come."
    )
    untold_wave_id = fields.Many2one(
        "relationship.wave", string="Outcome Still to Tell", compute="_compute_untold_wave_id"
    )

    _number_uniq = models.Constraint("UNIQUE(campaign_id, number)", "This wave exists already.")
    _dates_in_order = models.Constraint(
        "CHECK(date_end >= date_start)", "A wave ends after it starts."
    )

    @api.depends("campaign_id.name", "number")
    def _compute_display_name(self):
        for wave in self:
            wave.display_name = self.env._(
                "%(campaign)s, wave %(number)s",
                campaign=wave.campaign_id.name or "",
                number=wave.number,
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("number"):
                newest = self.search([("campaign_id", "=", vals.get("campaign_id"))], limit=1)
                vals["number"] = newest.number + 1
        return super().create(vals_list)

    def _get_drawn(self):
        """Return the contacts drawn for these waves, whatever became of it."""
        return (
            self.env["relationship.eligibility"]
            .sudo()
            .search([("wave_id", "in", self.ids), ("date_first", "!=", False)])
            .partner_id.sorted("id")
        )

    # Live progress of a wave.

    def _compute_counts(self):
        res = super()._compute_counts()
        for wave in self:
            decided = wave.sample_count - wave.waiting_count
            wave.progress = 100 * decided / wave.sample_count if wave.sample_count else 0
        return res

    def _compute_untold_wave_id(self):
        for wave in self:
            wave.untold_wave_id = wave.state in ("draft", "planned") and wave._get_untold()

    # The life of a wave. The next one waits until customers know what the last one changed.

    def _get_untold(self):
        """Return the wave before this one if its outcome was not published, else nothing."""
        self.ensure_one()
        before = self.campaign_id.wave_ids.filtered(
            lambda wave: wave.number < self.number and wave.state in ("running", "closed")
        )
        last = before.sorted("number")[-1:]
        return last.filtered(lambda wave: not wave.outcome_published)

    def action_start(self):
        """Draw the people and ask the first of them."""
        self.check_access("write")
        for wave in self:
            untold = wave._get_untold()
            if untold and not wave.override_reason:
                raise UserError(
                    self.env._(
                        "First tell customers what came of %(wave)s: write down what they said and "
                        "what you did, and publish it. A manager can start without, with a reason.",
                        wave=untold.display_name,
                    )
                )
            if waiting_for := wave._start():
                raise UserError(
                    self.env._(
                        "%(wave)s can't start yet. %(reason)s.",
                        wave=wave.display_name,
                        reason=wave._get_waiting_text(waiting_for),
                    )
                )
        self.env["relationship.campaign"]._trigger_plan()

    def action_override(self):
        """Ask a manager for the reason to start without telling the last outcome."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start Without Telling the Outcome"),
            "res_model": "relationship.wave.override",
            "view_mode": "form",
            "target": "new",
            "context": {"default_wave_id": self.id},
        }

    def action_publish(self):
        """Tell customers what came of this wave; the next one may start."""
        for wave in self:
            if not html2plaintext(wave.outcome or "").strip():
                raise UserError(
                    self.env._("Write down what customers said and what you did because of it.")
                )
        self.check_access("write")
        self.sudo().outcome_published = fields.Datetime.now()

    def action_close(self):
        """Ask nobody else in this wave; open questions may still be answered."""
        self.check_access("write")
        self._close()

    def _start_if_allowed(self):
        """Start, or remind the responsible once of what is missing."""
        self.ensure_one()
        campaign = self.campaign_id
        untold = self._get_untold()
        if not campaign.instrument_id.live_version_id:
            campaign._remind_once(
                self.env._("Choose the questions"),
                self.env._("The wave can't start: no version of its questionnaire is asked."),
            )
        elif untold and not self.override_reason:
            campaign._remind_once(
                self.env._("Tell customers what came of the last wave"),
                self.env._(
                    'The next wave waits until you publish "You said, we did" of %(wave)s.',
                    wave=untold.display_name,
                ),
            )
        else:
            self._start()

    def _start(self):
        """Draw those to ask and run; with nobody to ask, wait to be drawn again.

        :return: what it waits for, False if it runs
        """
        self.ensure_one()
        campaign = self.campaign_id.sudo()
        if self.state not in ("draft", "planned"):
            raise UserError(self.env._("This wave has started already."))
        version = campaign.instrument_id._get_live_version()
        if campaign.company_id._relationship_being_read():
            return self._wait_for("read")
        self._start_late()
        counts = waves.draw_wave(Scope(campaign.company_id, fields.Datetime.now()), self.sudo())
        if not counts["sample_count"]:
            self.env["relationship.eligibility"].sudo().search([("wave_id", "=", self.id)]).unlink()
            return self._wait_for("left_out" if counts["population_count"] else "nobody")
        self.sudo().write(
            {"state": "running", "version_id": version.id, "waiting_for": False, **counts}
        )
        return False

    def _wait_for(self, what):
        """Note what keeps a wave from starting; it is drawn again at each turn of the planner."""
        if self.waiting_for != what:
            self.sudo().waiting_for = what
        return what

    def _start_late(self):
        """A wave that had to wait is spread over as many days as it was to be, from today on."""
        late = fields.Date.today() - self.date_start
        if self.waiting_for and late.days > 0:
            self.sudo().write(
                {"date_start": self.date_start + late, "date_end": self.date_end + late}
            )

    def _get_waiting_text(self, what):
        return dict(self._fields["waiting_for"]._description_selection(self.env))[what]

    def _close(self):
        """Those still waiting are not asked in these waves any more."""
        waiting = (
            self.env["relationship.eligibility"]
            .sudo()
            .search([("wave_id", "in", self.ids), ("outcome", "=", "deferred")])
        )
        waiting._give_up()
        self.sudo().state = "closed"

    def write(self, vals):
        if FROZEN & set(vals) and any(wave.state in ("running", "closed") for wave in self):
            raise UserError(self.env._("This wave has started, so its draw stays as it is."))
        return super().write(vals)
