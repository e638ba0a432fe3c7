from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class RelationshipInterviewSpeaker(models.Model):
    """Somebody who spoke: the interviewer, a customer of the study, or one nobody knows."""

    _name = "relationship.interview.speaker"
    _description = "Speaker in an Interview"
    _inherit = "relationship.guarded"
    _order = "interview_id, is_interviewer desc, id"

    interview_id = fields.Many2one(
        "relationship.interview", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="interview_id.company_id", store=True, index=True)
    name = fields.Char(required=True, help="As it stands in what was written down.")
    is_interviewer = fields.Boolean(string="Asks the Questions")
    interviewee_id = fields.Many2one(
        "relationship.interviewee",
        string="Customer",
        index=True,
        ondelete="cascade",
        domain="[('study_id', '=', parent.study_id), ('state', '!=', 'left_out')]",
    )
    turn_ids = fields.One2many("relationship.interview.turn", "speaker_id", string="Words")

    @api.constrains("interviewee_id", "is_interviewer", "interview_id")
    def _check_interviewee(self):
        for speaker in self.filtered("interviewee_id"):
            if speaker.interviewee_id.study_id != speaker.interview_id.study_id:
                raise ValidationError(self.env._("This customer belongs to another study."))
            if speaker.is_interviewer:
                raise ValidationError(self.env._("A customer doesn't ask the questions."))
        for interview in self.interview_id:
            guests = interview.speaker_ids.filtered("interviewee_id")
            if len(guests) > len(guests.interviewee_id):
                raise ValidationError(self.env._("A customer takes part once."))

    @api.onchange("interviewee_id")
    def _onchange_interviewee_id(self):
        if not self.name:
            self.name = self.interviewee_id.partner_id.name

    @api.model_create_multi
    def create(self, vals_list):
        speakers = super().create(vals_list)
        speakers._took_part()
        return speakers

    def write(self, vals):
        if "interviewee_id" in vals:
            gone = self.interviewee_id
            if gone and self.turn_ids and not self.env.su:
                raise UserError(
                    self.env._("These words are of somebody else already. Delete them first.")
                )
            self._drop_silent_twins(vals["interviewee_id"])
        res = super().write(vals)
        if "interviewee_id" in vals:
            self._took_part()
        return res

    def _drop_silent_twins(self, interviewee_id):
        """Whoever is found by a name in the words isn't there a second time, with none."""
        for speaker in self if interviewee_id else ():
            others = speaker.interview_id.speaker_ids - speaker
            others.filtered(
                lambda other: other.interviewee_id.id == interviewee_id and not other.turn_ids
            ).unlink()

    def _took_part(self):
        """Whoever took part was talked with; words that are there already need their yes."""
        guests = self.interviewee_id
        if guests.filtered(lambda one: one.state == "left_out" or not one.partner_id):
            raise UserError(self.env._("Nobody talks with this customer."))
        for speaker in self.filtered("interviewee_id"):
            interview = speaker.interview_id
            if interview.turn_count or interview.sudo().voice_ids or interview.sudo().audio_ids:
                interview._check_may_record()
            speaker.interviewee_id.sudo().filtered(lambda one: one.state != "held").write(
                {"state": "held", "date_held": interview.date, "user_id": interview.user_id.id}
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_words(self):
        if self.turn_ids:
            raise UserError(self.env._("Delete first what they said."))

    def _forget_person(self, _deleted):
        """Recordings of a forgotten person go, and with them the voices beside."""
        self.interview_id._drop_words(self.interviewee_id)
        self.write({"interviewee_id": False, "name": self.env._("Somebody")})
