from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [("single", "One customer"), ("group", "Several customers together")]


class RelationshipInterview(models.Model):
    """One talk: who took part, what was said, and what the interviewer noted beside it."""

    _name = "relationship.interview"
    _description = "Interview"
    _inherit = "relationship.guarded"
    _order = "date desc, id desc"
    _check_company_auto = True

    study_id = fields.Many2one(
        "relationship.study", required=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(related="study_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, string="With Whom", compute="_compute_kind")
    date = fields.Datetime(required=True, default=lambda self: fields.Datetime.now())
    user_id = fields.Many2one(
        "res.users",
        string="Interviewer",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Language"
    )
    guide = fields.Html(compute="_compute_guide", sanitize=False)
    speaker_ids = fields.One2many(
        "relationship.interview.speaker", "interview_id", string="Who Took Part"
    )
    turn_ids = fields.One2many(
        "relationship.interview.turn", "interview_id", string="What Was Said"
    )
    turn_count = fields.Integer(string="Turns", compute="_compute_turn_count")
    notes = fields.Text(
        string="Your Notes", help="What you saw and thought. Quotes belong into what was said."
    )
    may_record = fields.Boolean(
        string="All Agreed to Be Recorded",
        compute="_compute_may_record",
        help="Recordings and words are kept only where every customer agreed.",
    )

    @api.depends("study_id", "lang")
    @api.depends_context("lang")
    def _compute_guide(self):
        """The questions in the language of the talk."""
        for interview in self:
            study = interview.study_id.with_context(lang=interview.lang or self.env.lang)
            interview.guide = Markup("<ol>%s</ol>") % Markup().join(
                Markup("<li>%s%s</li>")
                % (
                    question.question or "",
                    Markup("<ul>%s</ul>")
                    % Markup().join(
                        Markup("<li>%s</li>") % probe
                        for probe in (question.probes or "").splitlines()
                        if probe.strip()
                    ),
                )
                for question in study.question_ids
            )

    @api.depends("speaker_ids.interviewee_id")
    def _compute_kind(self):
        for interview in self:
            guests = interview.speaker_ids.interviewee_id
            interview.kind = guests and ("group" if len(guests) > 1 else "single")

    @api.depends("turn_ids")
    def _compute_turn_count(self):
        counts = dict(
            self.env["relationship.interview.turn"]._read_group(
                [("interview_id", "in", self.ids)], ["interview_id"], ["__count"]
            )
        )
        for interview in self:
            interview.turn_count = counts.get(interview, 0)

    @api.depends("speaker_ids.interviewee_id.consent_ids.date_withdrawn")
    def _compute_may_record(self):
        for interview in self:
            guests = interview.speaker_ids.interviewee_id
            interview.may_record = guests and all(one._allows("record") for one in guests)

    @api.depends("date", "speaker_ids.name", "study_id")
    def _compute_display_name(self):
        for interview in self:
            guests = interview.speaker_ids.filtered("interviewee_id").mapped("name")
            interview.display_name = ", ".join([*guests, interview.study_id.name or ""])

    def _check_may_record(self):
        """Refuse to keep words or voices of somebody who didn't agree."""
        for interview in self:
            guests = interview.speaker_ids.interviewee_id
            if not guests:
                raise UserError(self.env._("Say first who took part."))
            silent = guests.filtered(lambda one: not one._allows("record"))
            if silent:
                raise UserError(
                    self.env._(
                        "Ask first whether you may record and write down what they say: "
                        "%(names)s. Note their yes with the customer, under “What We May Do”.",
                        names=", ".join(silent.partner_id.mapped("name")),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_with_words(self):
        """Files and words go with the talk, by their own rules."""
        self._drop_files()

    def _drop_words(self, guests):
        """Delete what was recorded, and what was written down of some who took part.

        Voices of several people can't be told apart, and notes name whom they like: all go.

        :param guests: relationship.interviewee
        """
        self._drop_files()
        speakers = self.speaker_ids.filtered(
            # Words of a customer whom nobody named may be theirs.
            lambda each: (
                each.interviewee_id in guests or not (each.interviewee_id or each.is_interviewer)
            )
        )
        speakers.turn_ids.unlink()
        self.write({"notes": False})

    def _drop_files(self):
        self.env["ir.attachment"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("res_field", "in", [False]),
            ]
        ).unlink()

    def _get_open_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_open_transcript(self):
        """Read a transcript from a file, or from what is typed or pasted."""
        self.ensure_one()
        self._check_may_record()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Was Said"),
            "res_model": "relationship.transcript",
            "view_mode": "form",
            "target": "new",
            "context": {"default_interview_id": self.id},
        }
