from odoo import api, models
from odoo.exceptions import UserError

STEP = "relationship_insight.relationship_onboarding_step_"


class OnboardingOnboardingStep(models.Model):
    _inherit = "onboarding.onboarding.step"

    @api.model
    def action_relationship_users(self):
        """Open the people of the company, to give them a role."""
        self.action_validate_step(f"{STEP}users")
        return self.env["ir.actions.act_window"]._for_xml_id("base.action_res_users")

    @api.model
    def action_relationship_addressing(self):
        """Open the settings: who writes to customers, in which language, who calls back."""
        self.action_validate_step(f"{STEP}addressing")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_settings_action"
        )

    @api.model
    def action_relationship_campaign(self):
        """Open the campaign to begin with: its forecast says whom it asks, and when."""
        campaign = self._find_relationship_campaign()
        if not campaign:
            return self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_campaign_action"
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": campaign._name,
            "res_id": campaign.id,
            "views": [[False, "form"]],
        }

    @api.model
    def action_relationship_test(self):
        """Send the user what customers will get from the campaign to begin with."""
        campaign = self._find_relationship_campaign()
        if not campaign:
            raise UserError(self.env._("There is no campaign by e-mail: make one first."))
        result = campaign.action_send_test()
        self.action_validate_step(f"{STEP}test")
        return result

    @api.model
    def _find_relationship_campaign(self):
        """The first campaign that was started, else the draft that asks all in turn."""
        # The steps themselves are read in sudo; whose campaigns these are isn't.
        Campaign = self.env["relationship.campaign"].sudo(False)
        ours = [("company_id", "=", self.env.company.id), ("channel_1", "=", "email")]
        return Campaign.search([*ours, ("state", "=", "running")], limit=1) or Campaign.search(
            [*ours, ("state", "=", "draft"), ("kind", "=", "cadence")], limit=1
        )
