from odoo import fields, models


class RelationshipWaveOverride(models.TransientModel):
    _name = "relationship.wave.override"
    _description = "Start a Wave Without Telling the Outcome"
    _inherit = "relationship.guarded"

    wave_id = fields.Many2one("relationship.wave", required=True, ondelete="cascade")
    reason = fields.Char(required=True, help="Kept with the wave, for everybody to read.")

    def action_confirm(self):
        """Note the reason and start; only managers have this wizard."""
        for wizard in self:
            wave = wizard.wave_id
            wave.check_access("write")
            wave.sudo().override_reason = wizard.reason
            wave.campaign_id.message_post(
                body=self.env._(
                    "%(wave)s starts without telling the last outcome: %(reason)s",
                    wave=wave.display_name,
                    reason=wizard.reason,
                )
            )
            wave.action_start()
