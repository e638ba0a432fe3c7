from odoo import api, models
from odoo.exceptions import UserError

# Words and answers of a question. Changing them changes what earlier answers mean.
WORDS = {
    "matrix_row_ids", "question_type", "relationship_measure_id", "scale_max", "scale_min",
    "suggested_answer_ids", "title",
}


class SurveyQuestion(models.Model):
    """Questions that customers have answered stay, in relationship surveys."""

    _inherit = "survey.question"

    def _filter_answered_relationship(self):
        """Return those of these questions of relationship surveys that have answers."""
        questions = self.filtered(
            lambda q: q.survey_type == "relationship" and not q.is_page)
        lines = self.env["survey.user_input.line"].sudo()._read_group([
            ("question_id", "in", questions.ids), ("user_input_id.test_entry", "=", False),
        ], ["question_id"])
        return self.browse([question.id for question, in lines])

    def write(self, vals):
        if WORDS & set(vals) and (self.env.lang or "en_US") == "en_US":
            for question in self._filter_answered_relationship():
                if "title" in vals and vals["title"] != question.title or (
                        WORDS & set(vals) - {"title"}):
                    raise UserError(self.env._(
                        "Customers have answered \"%(question)s\", so its words stay. Duplicate "
                        "the survey and make a new version of the questionnaire.",
                        question=question.title))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered_relationship(self):
        answered = self._filter_answered_relationship()
        if answered:
            raise UserError(self.env._(
                "Customers have answered \"%(question)s\", so it can't be deleted.",
                question=answered[0].title))
