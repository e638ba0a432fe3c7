"""The talk itself: it begins with the customer, and ends where they take their words back."""

from odoo import api, fields, models


class RelationshipInterviewee(models.Model):
    _inherit = "relationship.interviewee"

    speaker_ids = fields.One2many(
        "relationship.interview.speaker", "interviewee_id", string="Spoke In"
    )
    interview_count = fields.Integer(string="Talks", compute="_compute_interview_count")

    @api.depends("speaker_ids")
    def _compute_interview_count(self):
        for one in self:
            one.interview_count = len(one.speaker_ids)

    def action_hold(self):
        """Begin the talk with this customer."""
        self.ensure_one()
        self._may("invited", "booked")
        interview = self.env["relationship.interview"].create(
            {
                "study_id": self.study_id.id,
                "lang": self._get_lang() if self._speaks_known() else False,
                "speaker_ids": [
                    (0, 0, {"name": self.env.user.name, "is_interviewer": True}),
                    (
                        0,
                        0,
                        {
                            "name": self.partner_id.name or self.env._("Customer"),
                            "interviewee_id": self.id,
                        },
                    ),
                ],
            }
        )
        return interview._get_open_action()

    def _speaks_known(self):
        return self._get_lang() in dict(self.env["res.lang"].get_installed())

    def action_open_interviews(self):
        self.ensure_one()
        interviews, name = self.speaker_ids.interview_id, self.env._("Interviews")
        if len(interviews) == 1:
            return interviews._get_open_action()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "relationship.interview",
            "view_mode": "list,form",
            "domain": [("id", "in", interviews.ids)],
        }

    def _consent_changed(self, kind):
        """Whoever no longer agrees to be written down is written down nowhere."""
        if kind == "record":
            for one in self.sudo().filtered(lambda one: not one._allows("record")):
                one.speaker_ids.interview_id._drop_words(one)
        return super()._consent_changed(kind)

    def _hand_over(self, kept):
        speakers = kept.speaker_ids + self.speaker_ids
        for group in speakers.grouped("interview_id").values():
            group[1:].turn_ids.write({"speaker_id": group[0].id})
            self.env.flush_all()
            group[1:].unlink()
        speakers.exists().write({"interviewee_id": kept.id})
        return super()._hand_over(kept)
