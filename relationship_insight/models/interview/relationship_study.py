import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.free_slots import LONGEST
from . import draw

STATES = [("draft", "In preparation"), ("running", "Running"), ("closed", "Closed")]
PLACES = [("phone", "By phone"), ("video", "By video"), ("here", "At our place")]


class RelationshipStudy(models.Model):
    """What we want to understand, what we ask for it, and with whom we talk."""

    _name = "relationship.study"
    _description = "Interview Study"
    _inherit = "relationship.guarded"
    _order = "state desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    question = fields.Text(
        string="What We Want to Understand",
        required=True,
        help="One question, as you would ask a colleague. Customers don't see it.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, required=True
    )
    interviewer_ids = fields.Many2many(
        "res.users",
        "relationship_study_interviewer_rel",
        string="Interviewers",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
        help="Customers pick a time when one of them is free.",
    )
    state = fields.Selection(STATES, required=True, default="draft", readonly=True, copy=False)
    title = fields.Char(
        string="Title for Customers", translate=True, help="What the talk is about, in their words."
    )
    introduction = fields.Text(
        string="Words to Customers",
        translate=True,
        help="Why you would like to talk with them, and what it is for.",
    )
    thanks = fields.Char(translate=True, help="What they get for their time, if anything.")
    place = fields.Selection(PLACES, required=True, default="phone")
    place_detail = fields.Char(
        string="Where", translate=True, help="The address, or the link of the meeting."
    )
    minutes = fields.Integer(string="Length (minutes)", required=True, default=45)
    notice_hours = fields.Integer(
        string="Booked at Least Before (hours)", required=True, default=24
    )
    days_ahead = fields.Integer(string="Times Offered for (days)", required=True, default=14)
    question_ids = fields.One2many(
        "relationship.study.question", "study_id", string="Guide", copy=True
    )
    quota_ids = fields.One2many("relationship.study.quota", "study_id", string="Groups", copy=True)
    interviewee_ids = fields.One2many(
        "relationship.interviewee", "study_id", string="Chosen Customers", copy=False
    )
    seed = fields.Char(
        groups=fields.NO_ACCESS, copy=False, default=lambda self: secrets.token_hex(16)
    )
    date_drawn = fields.Datetime(string="Chosen On", readonly=True, copy=False)
    people_count = fields.Integer(
        string="Customers Looked At", readonly=True, copy=False, aggregator=None
    )
    outside_count = fields.Integer(
        string="In None of the Groups", readonly=True, copy=False, aggregator=None
    )
    wanted_count = fields.Integer(string="Wanted", compute="_compute_counts")
    chosen_count = fields.Integer(string="Chosen", compute="_compute_counts")
    invited_count = fields.Integer(string="Invited", compute="_compute_counts")
    booked_count = fields.Integer(string="Have a Date", compute="_compute_counts")
    held_count = fields.Integer(string="Talked With", compute="_compute_counts")
    refused_count = fields.Integer(string="Said No", compute="_compute_counts")
    no_show_count = fields.Integer(string="Didn't Come", compute="_compute_counts")
    left_out_count = fields.Integer(string="Left Out", compute="_compute_counts")

    @api.depends("quota_ids.wanted", "interviewee_ids.state")
    def _compute_counts(self):
        counts = {
            (study, state): count
            for study, state, count in self.env["relationship.interviewee"]._read_group(
                [("study_id", "in", self.ids)], ["study_id", "state"], ["__count"]
            )
        }
        for study in self:

            def of(*states, study=study):
                return sum(counts.get((study, state), 0) for state in states)

            study.wanted_count = sum(study.quota_ids.mapped("wanted"))
            study.chosen_count = of("drawn", "invited", "booked", "held", "refused", "no_show")
            study.invited_count = of("invited", "booked", "held", "refused", "no_show")
            study.booked_count = of("booked")
            study.held_count = of("held")
            study.refused_count = of("refused")
            study.no_show_count = of("no_show")
            study.left_out_count = of("left_out")

    @api.constrains("minutes", "notice_hours", "days_ahead")
    def _check_booking(self):
        for study in self:
            if not 5 <= study.minutes <= LONGEST:
                raise ValidationError(
                    self.env._("A talk takes between 5 and %(most)s minutes.", most=LONGEST)
                )
            if not 0 <= study.notice_hours <= 24 * 14 or not 1 <= study.days_ahead <= 90:
                raise ValidationError(
                    self.env._("Offer times for 1 to 90 days, at most 14 days from now on.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if self.interviewee_ids.filtered(lambda one: one.state not in ("drawn", "left_out")):
            raise UserError(self.env._("Customers were invited already. Close the study instead."))

    def action_start(self):
        for study in self:
            if not study.question_ids:
                raise UserError(self.env._("Write the guide first: what do you ask?"))
            if not study.quota_ids:
                raise UserError(self.env._("Say first how many you want to talk with, of whom."))
            if not study.interviewer_ids:
                raise UserError(self.env._("Say first who talks with them."))
        self._move("running")

    def action_close(self):
        self._move("closed")

    def action_reopen(self):
        self._move("running")

    def _move(self, state):
        self.check_access("write")
        self.sudo().state = state

    def action_draw(self):
        """Choose by lot who is still missing in each group."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "running":
            raise UserError(self.env._("Start the study first."))
        draw.draw(self.sudo())
        return self._open_interviewees("!=", self.env._("Chosen Customers"))

    def action_open_chosen(self):
        return self._open_interviewees("!=", self.env._("Chosen Customers"))

    def action_open_left_out(self):
        action = self._open_interviewees("=", self.env._("Left Out"))
        return {**action, "context": {"search_default_group_reason": 1, "create": False}}

    def _open_interviewees(self, operator, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "relationship.interviewee",
            "view_mode": "list,kanban,form",
            "domain": [("study_id", "=", self.id), ("state", operator, "left_out")],
            "context": {"create": False},
        }
