from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.transcript import clean


class RelationshipInterviewTurn(models.Model):
    """What one speaker said in a row. Its text has LF for line breaks, and is counted in points.

    Whatever is kept about words points here: at a turn, from one place of its text to another.
    """

    _name = "relationship.interview.turn"
    _description = "Words of an Interview"
    _inherit = "relationship.guarded"
    _order = "interview_id, sequence, id"
    _rec_name = "speaker_id"

    interview_id = fields.Many2one(
        "relationship.interview", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="interview_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    speaker_id = fields.Many2one(
        "relationship.interview.speaker",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('interview_id', '=', interview_id)]",
    )
    start_ms = fields.Integer(string="From (ms)", aggregator=None)
    end_ms = fields.Integer(string="To (ms)", aggregator=None)
    text = fields.Text(string="Words")

    @api.constrains("speaker_id", "interview_id")
    def _check_speaker(self):
        for turn in self:
            if turn.speaker_id.interview_id != turn.interview_id:
                raise ValidationError(self.env._("This speaker belongs to another interview."))

    @api.model_create_multi
    def create(self, vals_list):
        turns = super().create(
            [{**vals, "text": clean(vals.get("text") or "")} for vals in vals_list]
        )
        turns.interview_id._check_may_record()
        return turns

    def write(self, vals):
        if "text" in vals:
            vals = {**vals, "text": clean(vals["text"] or "")}
            self.interview_id._check_may_record()
        return super().write(vals)
