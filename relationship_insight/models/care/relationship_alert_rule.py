from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RelationshipAlertRule(models.Model):
    """What a customer must say for somebody to take care of it."""

    _name = "relationship.alert.rule"
    _description = "Alert Rule"
    _inherit = "relationship.guarded"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the rule holds in every company.")
    measure_id = fields.Many2one(
        "relationship.measure", required=True, index=True, ondelete="restrict",
        help="A scale made of items stands for each of its items.")
    trigger = fields.Selection([
        ("low", "The score is at most"),
        ("high", "The score is at least"),
        ("drop", "The score falls, against what they said before, by"),
    ], string="When", required=True, default="low")
    threshold = fields.Float(
        string="Points (0-100)", required=True, default=25,
        help="Scores go from 0 to 100; reversed questions are turned around first.")
    action = fields.Selection([
        ("case", "Open a care case"),
        ("activity", "Give the salesperson an activity"),
    ], string="Then", required=True, default="case")
    user_id = fields.Many2one(
        "res.users", string="Owner Without a Salesperson", domain=[("share", "=", False)],
        help="Also takes over where the answer is about the salesperson.")
    last_reading_id = fields.Integer(
        readonly=True, copy=False, default=lambda self: self._get_newest_reading_id(),
        help="Answers up to this one have been looked at.")

    _threshold_on_scale = models.Constraint(
        "CHECK(threshold >= 0 AND threshold <= 100)", "Points go from 0 to 100.")

    @api.model
    def _get_newest_reading_id(self):
        """A rule looks at what comes, not at what was said before there was the rule."""
        return self.env["relationship.reading"].sudo().search(
            [], order="id desc", limit=1).id or 0

    @api.constrains("measure_id")
    def _check_measure(self):
        for rule in self:
            if rule.measure_id.kind in ("text", "count", "awareness"):
                raise ValidationError(self.env._(
                    "%(measure)s has no score, so no rule can watch it.",
                    measure=rule.measure_id.name))
