from odoo import models


class RelationshipInvitation(models.Model):
    """Long questionnaires: Odoo's survey asks, the invitation knows who and why."""

    _inherit = "relationship.invitation"

    def _start_survey(self):
        """Return the path of this person's own survey, made when they begin or come back."""
        self.ensure_one()
        invitation = self.sudo()
        survey = invitation.version_id.survey_id
        answer = invitation.user_input_id
        if not answer:
            lang = self.env["res.lang"]._get_data(code=self.env.context.get("lang"))
            answer = survey._create_answer(
                partner=invitation.partner_id, email=invitation.email, check_attempts=False,
                lang_id=lang.id)
            invitation.user_input_id = answer
        self._mark_started()
        return f"/survey/{survey.access_token}/{answer.access_token}"
