from odoo import models

from .survey_question import CHOICE_TYPES


class SurveyUserInputLine(models.Model):
    _inherit = "survey.user_input.line"

    def _get_relationship_target(self):
        """Return the measure and the competitor this answer is about; empty if it isn't mapped."""
        self.ensure_one()
        question, row, choice = self.question_id, self.matrix_row_id, self.suggested_answer_id
        nothing = question.relationship_measure_id.browse(), row.relationship_competitor_id.browse()
        if question.question_type not in ("matrix", *CHOICE_TYPES):
            return question.relationship_measure_id, nothing[1]
        # What a browser sends may name choices of other questions.
        if not choice or choice.question_id != question:
            return nothing
        if question.question_type != "matrix":
            return choice._get_relationship_measure(), nothing[1]
        if row.matrix_question_id != question:
            return nothing
        return row._get_relationship_measure(), row.relationship_competitor_id

    def _get_relationship_value(self):
        """Return the value, the text or the "doesn't apply" of the reading this answer makes."""
        self.ensure_one()
        if self.suggested_answer_id:
            if self.suggested_answer_id.relationship_na:
                return {"na": True}
            return {"value": self.suggested_answer_id.relationship_value}
        if self.answer_type == "scale":
            return {"value": self.value_scale}
        if self.answer_type == "numerical_box":
            return {"value": self.value_numerical_box}
        return {"text": self.value_char_box or self.value_text_box}
