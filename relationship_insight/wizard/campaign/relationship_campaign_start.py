from odoo import api, fields, models


class RelationshipCampaignStart(models.TransientModel):
    """What a campaign will do, and what is in its way, before it asks anybody."""

    _name = "relationship.campaign.start"
    _description = "Start a Campaign"
    _inherit = "relationship.guarded"

    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, readonly=True, ondelete="cascade"
    )
    problems = fields.Text(string="Before It Can Start", readonly=True)
    forecast = fields.Text(string="What Will Happen", readonly=True)

    @api.model
    def default_get(self, fields):
        vals = super().default_get(fields)
        campaign = self.env["relationship.campaign"].browse(vals.get("campaign_id"))
        if campaign:
            vals["problems"] = "\n".join(campaign._get_start_problems())
            vals["forecast"] = "\n".join(campaign._get_forecast_lines())
        return vals

    def action_start(self):
        """Start the campaign."""
        self.ensure_one()
        self.campaign_id.action_start()
        return {"type": "ir.actions.act_window_close"}
