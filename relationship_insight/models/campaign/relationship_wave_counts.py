from odoo import fields, models


class RelationshipWave(models.Model):
    """Live progress of a wave."""

    _name = "relationship.wave"
    _inherit = ["relationship.wave", "relationship.asking.counts"]
    _asking_field = "wave_id"

    sent_count = fields.Integer(string="Invitations Sent")
    progress = fields.Float(
        compute="_compute_counts", help="Share of those drawn whose turn has come.")
    untold_wave_id = fields.Many2one(
        "relationship.wave", string="Outcome Still to Tell", compute="_compute_untold_wave_id")

    def _compute_counts(self):
        res = super()._compute_counts()
        for wave in self:
            decided = wave.sample_count - wave.waiting_count
            wave.progress = 100 * decided / wave.sample_count if wave.sample_count else 0
        return res

    def _compute_untold_wave_id(self):
        for wave in self:
            wave.untold_wave_id = wave.state in ("draft", "planned") and wave._get_untold()
