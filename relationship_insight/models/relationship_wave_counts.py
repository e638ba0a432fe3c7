from odoo import fields, models

from .relationship_campaign_counts import set_counts


class RelationshipWave(models.Model):
    """Live progress of a wave."""

    _inherit = "relationship.wave"

    asked_count = fields.Integer(string="Asked", compute="_compute_counts")
    sent_count = fields.Integer(string="Invitations Sent", compute="_compute_counts")
    open_count = fields.Integer(string="Opened", compute="_compute_counts")
    start_count = fields.Integer(string="Started", compute="_compute_counts")
    done_count = fields.Integer(string="Finished", compute="_compute_counts")
    done_share = fields.Float(string="Answer Rate", compute="_compute_counts")
    waiting_count = fields.Integer(string="Still to Come", compute="_compute_counts")
    progress = fields.Float(
        compute="_compute_counts", help="Share of those drawn whose turn has come.")
    untold_wave_id = fields.Many2one(
        "relationship.wave", string="Outcome Still to Tell", compute="_compute_untold_wave_id")

    def _compute_counts(self):
        set_counts(self, "wave_id")
        for wave in self:
            decided = wave.sample_count - wave.waiting_count
            wave.progress = 100 * decided / wave.sample_count if wave.sample_count else 0

    def _compute_untold_wave_id(self):
        for wave in self:
            wave.untold_wave_id = wave.state in ("draft", "planned") and wave._get_untold()

    def action_view_invitations(self):
        """Open the invitations of this wave."""
        return self._open("relationship_invitation_action")

    def action_view_ledger(self):
        """Open who was asked in this wave, who wasn't, and why."""
        return self._open("relationship_eligibility_action")

    def _open(self, xmlid):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(f"relationship_insight.{xmlid}"),
            "domain": [("wave_id", "=", self.id)],
            "context": {},
        }
