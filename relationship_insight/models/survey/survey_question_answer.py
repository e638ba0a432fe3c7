from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    relationship_measure_id = fields.Many2one(
        "relationship.measure",
        string="Measure",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("answerable", "=", True), ("kind", "not in", ("text", "awareness"))],
        help="Choosing this answer counts for this measure. Empty: the measure of the question.",
    )
    relationship_competitor_id = fields.Many2one(
        "relationship.competitor",
        string="About Competitor",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty when the row is about us.",
    )
    relationship_value = fields.Float(
        string="Value", digits=(16, 4), help="What this choice counts on the measure's scale."
    )
    relationship_na = fields.Boolean(
        string="Doesn't Apply",
        help="Choosing this says that the question doesn't apply: never a number.",
    )

    @api.constrains(
        "matrix_question_id",
        "question_id",
        "relationship_competitor_id",
        "relationship_measure_id",
        "relationship_na",
        "relationship_value",
    )
    def _check_relationship_mapping(self):
        for answer in self:
            if answer.relationship_competitor_id and not answer.matrix_question_id:
                raise ValidationError(
                    self.env._("Only the row of a matrix can be about a competitor.")
                )
        (self.question_id | self.matrix_question_id)._check_relationship_mapping()

    def _get_relationship_measure(self):
        """Return the measure of a choice or of a matrix row, its own or the question's."""
        self.ensure_one()
        question = self.matrix_question_id or self.question_id
        return self.relationship_measure_id or question.relationship_measure_id

    def _get_relationship_value_error(self, measure):
        """Say why choosing this can't be a reading of the measure, or return None."""
        self.ensure_one()
        if not measure or self.relationship_na:
            return None
        if measure.kind in ("text", "awareness"):
            return self.env._("%(measure)s needs a text question.", measure=measure.name)
        if (
            measure.kind == "motive"
            and not self.relationship_value
            and (self.question_type != "matrix")
        ):
            return self.env._(
                'give "%(choice)s" a value above 0, its weight among the reasons.',
                choice=self.value_label,
            )
        value, low = self.relationship_value, measure.scale_min
        steps = (value - low) / measure.step
        if low <= value <= measure.scale_max and abs(steps - round(steps)) < 1e-6:
            return None
        return self.env._(
            '"%(choice)s" counts %(value)g, but %(measure)s goes from %(low)g to %(high)g in '
            "steps of %(step)g. Give it another value, or tick that it doesn't apply.",
            choice=self.value_label,
            value=value,
            measure=measure.name,
            low=low,
            high=measure.scale_max,
            step=measure.step,
        )
