from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RelationshipCampaign(models.Model):
    """What the page offers once everything is answered."""

    _inherit = "relationship.campaign"

    thanks_callback = fields.Boolean(
        string="Offer to Call Back", default=True,
        help="The customer may leave a number; somebody gets the task to call.")
    thanks_campaign_id = fields.Many2one(
        "relationship.campaign", string="Offer the Long Questionnaire Of", check_company=True,
        ondelete="set null", domain="[('id', '!=', id), ('state', '=', 'running')]",
        help="Who has finished may go on with the questions of this campaign. Nobody has to.")
    thanks_referral = fields.Boolean(
        string="Offer a Link for Friends", default=True,
        help="The customer may take their own referral link along.")

    @api.constrains("thanks_campaign_id")
    def _check_thanks_campaign_id(self):
        for campaign in self:
            if campaign.thanks_campaign_id == campaign:
                raise ValidationError(self.env._(
                    "After its own questions a campaign can offer another one's only."))
