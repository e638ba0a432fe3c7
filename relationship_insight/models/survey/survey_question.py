from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

TEXT_TYPES = ("char_box", "text_box")
CHOICE_TYPES = ("simple_choice", "multiple_choice")
MAPPED_TYPES = ("scale", "numerical_box", "matrix", *TEXT_TYPES, *CHOICE_TYPES)
TEXT_KINDS = ("awareness", "text")
# Words and answers of a question. Changing them changes what earlier answers mean.
WORDS = {
    "matrix_row_ids",
    "question_type",
    "relationship_measure_id",
    "scale_max",
    "scale_min",
    "suggested_answer_ids",
    "title",
}


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    survey_type = fields.Selection(related="survey_id.survey_type", string="Type of Survey")
    relationship_measure_id = fields.Many2one(
        "relationship.measure",
        string="Measure",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("answerable", "=", True)],
        help="Each answer to this question counts for this measure.",
    )

    @api.constrains(
        "is_page",
        "matrix_row_ids",
        "matrix_subtype",
        "question_type",
        "relationship_measure_id",
        "scale_max",
        "scale_min",
        "suggested_answer_ids",
        "survey_id",
        "validation_max_float_value",
        "validation_min_float_value",
        "validation_required",
    )
    def _check_relationship_mapping(self):
        for question in self.filtered(lambda q: q.survey_type == "relationship"):
            error = question._get_relationship_mapping_error()
            if error:
                raise ValidationError(
                    self.env._(
                        'Question "%(question)s": %(error)s', question=question.title, error=error
                    )
                )

    def _get_relationship_mapping_error(self):
        """Say in one sentence why the answers can't become readings, or return None."""
        self.ensure_one()
        measure = self.relationship_measure_id
        if self.is_page or self.question_type not in MAPPED_TYPES:
            return (
                measure
                and self.env._("a question of this type can't be linked to a measure.")
                or None
            )
        if measure and not measure.answerable:
            return self.env._(
                "%(measure)s is computed from its items. Link the items instead.",
                measure=measure.name,
            )
        if self.question_type == "scale":
            return self._get_relationship_scale_error()
        if self.question_type == "numerical_box":
            return self._get_relationship_number_error()
        if self.question_type in TEXT_TYPES:
            return (
                measure
                and measure.kind not in TEXT_KINDS
                and self.env._(
                    "%(measure)s needs a number, but this question takes a text.",
                    measure=measure.name,
                )
                or None
            )
        return self._get_relationship_choice_error()

    def _get_relationship_scale_error(self):
        measure = self.relationship_measure_id
        if not measure:
            return None
        if measure.kind in (*TEXT_KINDS, "count"):
            return self.env._("%(measure)s isn't answered on a scale.", measure=measure.name)
        if (self.scale_min, self.scale_max) != (measure.scale_min, measure.scale_max) or (
            measure.step != 1
        ):
            return self.env._(
                "%(measure)s goes from %(low)g to %(high)g, the question from %(scale_low)s to "
                "%(scale_high)s. Make them equal.",
                measure=measure.name,
                low=measure.scale_min,
                high=measure.scale_max,
                scale_low=self.scale_min,
                scale_high=self.scale_max,
            )
        return None

    def _get_relationship_number_error(self):
        measure = self.relationship_measure_id
        if not measure:
            return None
        if measure.kind in TEXT_KINDS:
            return self.env._(
                "%(measure)s needs a text, but this question takes a number.", measure=measure.name
            )
        low, high = self.validation_min_float_value, self.validation_max_float_value
        if not self.validation_required or not measure.scale_min <= low <= high <= (
            measure.scale_max
        ):
            return self.env._(
                "validate the entry with limits within %(low)g and %(high)g, the range of "
                "%(measure)s.",
                low=measure.scale_min,
                high=measure.scale_max,
                measure=measure.name,
            )
        return None

    def _get_relationship_choice_error(self):
        """Check the choices, or the columns of a matrix against the measure of each row."""
        if self.question_type == "multiple_choice" and self.relationship_measure_id:
            return self.env._("link each choice to a measure of its own instead.")
        if self.question_type == "matrix":
            rows = self.matrix_row_ids.filtered(lambda row: row._get_relationship_measure())
            asked = [
                (row._get_relationship_measure(), row.relationship_competitor_id) for row in rows
            ]
            if len(set(asked)) < len(asked):
                return self.env._("two rows ask for the same thing.")
            if rows and self.matrix_subtype != "simple":
                return self.env._("allow one choice per row only.")
            pairs = [
                (measure, column)
                for measure, _competitor in asked
                for column in self.suggested_answer_ids
            ]
        else:
            pairs = [
                (choice._get_relationship_measure(), choice) for choice in self.suggested_answer_ids
            ]
        errors = (choice._get_relationship_value_error(measure) for measure, choice in pairs)
        return next((error for error in errors if error), None)

    def _translate_survey_question(self, vals):
        """Write the words of a question made from measures in the context's language.

        :param vals: values as they were given to create, in that language
        """
        self.ensure_one()
        self.write(
            {
                name: vals[name]
                for name in ("title", "description", "scale_min_label", "scale_max_label")
                if name in vals
            }
        )
        for name in ("suggested_answer_ids", "matrix_row_ids"):
            for answer, command in zip(self[name].sorted("sequence"), vals.get(name, [])):
                answer.value = command[2]["value"]

    # Questions that customers have answered stay, in relationship surveys.

    def _filter_answered_relationship(self):
        """Return those of these questions of relationship surveys that have answers."""
        questions = self.filtered(lambda q: q.survey_type == "relationship" and not q.is_page)
        lines = (
            self.env["survey.user_input.line"]
            .sudo()
            ._read_group(
                [
                    ("question_id", "in", questions.ids),
                    ("user_input_id.test_entry", "=", False),
                ],
                ["question_id"],
            )
        )
        return self.browse([question.id for (question,) in lines])

    def write(self, vals):
        if WORDS & set(vals) and (self.env.lang or "en_US") == "en_US":
            for question in self._filter_answered_relationship():
                if (
                    "title" in vals
                    and vals["title"] != question.title
                    or (WORDS & set(vals) - {"title"})
                ):
                    raise UserError(
                        self.env._(
                            'Customers have answered "%(question)s", so its words stay. Duplicate '
                            "the survey and make a new version of the questionnaire.",
                            question=question.title,
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered_relationship(self):
        answered = self._filter_answered_relationship()
        if answered:
            raise UserError(
                self.env._(
                    'Customers have answered "%(question)s", so it can\'t be deleted.',
                    question=answered[0].title,
                )
            )
