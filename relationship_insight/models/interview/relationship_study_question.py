from odoo import fields, models


class RelationshipStudyQuestion(models.Model):
    """One question of the guide, with what to ask further: the same words for everybody."""

    _name = "relationship.study.question"
    _description = "Question of a Guide"
    _inherit = "relationship.guarded"
    _order = "sequence, id"
    _rec_name = "question"

    study_id = fields.Many2one("relationship.study", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="study_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    question = fields.Text(required=True, translate=True)
    probes = fields.Text(
        string="Ask Further",
        translate=True,
        help="One a line, the same for everybody: “Can you give me an example?”",
    )
    minutes = fields.Integer(aggregator="sum")
