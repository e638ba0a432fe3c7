from odoo import models

from .relationship_invitation_answer import READING_CHANNELS


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _mark_done(self):
        res = super()._mark_done()
        ours = self.filtered(lambda answer: answer.survey_id.survey_type == "relationship")
        if ours:
            self.env["relationship.invitation"].sudo().search(
                [("user_input_id", "in", ours.ids), ("state", "!=", "done")]
            )._mark_done()
        return res

    def _prepare_relationship_reading_base(self):
        base = super()._prepare_relationship_reading_base()
        invitation = (
            self.env["relationship.invitation"]
            .sudo()
            .search([("user_input_id", "=", self.id)], limit=1)
        )
        if not invitation:
            return base
        return {
            **base,
            "partner_id": invitation.partner_id.id,
            "company_id": invitation.company_id.id,
            "invitation_id": invitation.id,
            "channel": READING_CHANNELS.get(invitation.channel, "web"),
            "order_model": invitation.order_model,
            "order_id": invitation.order_id,
        }
