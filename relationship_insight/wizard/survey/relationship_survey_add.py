from odoo import api, fields, models
from odoo.exceptions import UserError

MOST_COMPETITORS = 3


class RelationshipSurveyAdd(models.TransientModel):
    """Choose measures, get the questions that ask them."""

    _name = "relationship.survey.add"
    _description = "Add Measures to Survey"
    _inherit = "relationship.guarded"

    survey_id = fields.Many2one(
        "survey.survey",
        required=True,
        ondelete="cascade",
        domain=[("survey_type", "=", "relationship")],
    )
    measure_ids = fields.Many2many(
        "relationship.measure",
        string="Measures",
        required=True,
        domain=["|", ("answerable", "=", True), ("child_ids", "!=", False)],
        default=lambda self: self._default_measure_ids(),
    )
    asks_attitude = fields.Boolean(compute="_compute_asks_attitude")
    competitor_ids = fields.Many2many(
        "relationship.competitor",
        string="Also Ask About",
        help="Up to three stores that are rated with the same words as ours.",
    )

    @api.model
    def _default_measure_ids(self):
        if self.env.context.get("active_model") != "relationship.measure":
            return []
        return self.env.context.get("active_ids") or []

    @api.depends("measure_ids.code")
    def _compute_asks_attitude(self):
        for wizard in self:
            wizard.asks_attitude = "M13" in wizard.measure_ids.mapped("code")

    def action_add(self):
        """Add the questions and show the survey."""
        self.ensure_one()
        if not self.measure_ids:
            raise UserError(self.env._("Choose at least one measure."))
        if len(self.competitor_ids) > MOST_COMPETITORS:
            raise UserError(
                self.env._(
                    "Ask about at most %(most)s other stores; more tire the customer.",
                    most=MOST_COMPETITORS,
                )
            )
        self.measure_ids._add_to_survey(self.survey_id, self.competitor_ids)
        return {
            "type": "ir.actions.act_window",
            "res_model": "survey.survey",
            "res_id": self.survey_id.id,
            "views": [[False, "form"]],
        }
