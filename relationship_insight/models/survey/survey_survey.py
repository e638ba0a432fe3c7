from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

RELATIONS_GROUP = "relationship_insight.group_relationship_relations"


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    survey_type = fields.Selection(
        selection_add=[("relationship", "Relationship")], ondelete={"relationship": "set default"}
    )

    @api.depends_context("uid")
    def _compute_allowed_survey_types(self):
        result = super()._compute_allowed_survey_types()
        if self.env.user.has_group(RELATIONS_GROUP):
            self.allowed_survey_types = [*(self.allowed_survey_types or []), "relationship"]
        return result

    @api.onchange("survey_type")
    def _onchange_survey_type(self):
        result = super()._onchange_survey_type()
        if self.survey_type == "relationship":
            self.update(
                {
                    "access_mode": "token",
                    "attempts_limit": 1,
                    "certification": False,
                    "is_attempts_limited": True,
                    "is_time_limited": False,
                    "scoring_type": "no_scoring",
                }
            )
        return result

    @api.constrains("survey_type")
    def _check_relationship_mapping(self):
        self.question_ids._check_relationship_mapping()

    @api.constrains("questions_selection", "survey_type")
    def _check_relationship_selection(self):
        for survey in self:
            if survey.survey_type == "relationship" and survey.questions_selection == "random":
                raise ValidationError(
                    self.env._(
                        "A relationship survey asks everyone the same questions, so that the "
                        "answers can be compared. Choose to ask all of them."
                    )
                )

    def write(self, vals):
        if "survey_type" in vals and vals["survey_type"] != "relationship":
            self._check_relationship_type_kept()
        return super().write(vals)

    def _check_relationship_type_kept(self):
        """Refuse to turn confidential answers into ones that every survey user may read."""
        if (
            self.env["survey.user_input"]
            .sudo()
            .search_count(
                [
                    ("survey_id", "in", self.ids),
                    ("survey_id.survey_type", "=", "relationship"),
                    ("test_entry", "=", False),
                    ("state", "!=", "new"),
                ],
                limit=1,
            )
        ):
            raise UserError(
                self.env._(
                    "Customers have answered this survey in confidence, so its type can't change. "
                    "Duplicate it instead."
                )
            )

    def action_survey_user_input(self):
        return self._show_relationship_answers(super().action_survey_user_input())

    def action_survey_user_input_completed(self):
        return self._show_relationship_answers(super().action_survey_user_input_completed())

    def _show_relationship_answers(self, action):
        """Drop the list of survey types, ours not among them, from an action on answers."""
        if self.survey_type == "relationship":
            action["domain"] = [("survey_id.survey_type", "=", "relationship")]
        return action

    def action_add_relationship_measures(self):
        """Open the wizard that turns measures into questions of this survey."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_survey_add_action"
            ),
            "context": {"default_survey_id": self.id},
        }
