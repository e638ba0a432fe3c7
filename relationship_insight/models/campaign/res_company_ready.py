from odoo import api, models

READY = "relationship_campaign_"


class ResCompany(models.Model):
    """Every company has the ready-made campaigns, also one that comes later."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_ready_campaigns()
        return companies

    @api.model
    def _create_missing_ready_campaigns(self):
        """Give every company without a campaign the ready-made ones."""
        have = self.env["relationship.campaign"].sudo().with_context(
            active_test=False)._read_group([], ["company_id"])
        self.sudo().search(
            [("id", "not in", [company.id for company, in have])])._create_ready_campaigns()

    def _create_ready_campaigns(self):
        """Copy the shipped campaigns, as drafts, with their names in every language."""
        Campaign = self.env["relationship.campaign"].sudo().with_context(active_test=False)
        named = self.env["ir.model.data"].sudo().search([
            ("module", "=", "relationship_insight"), ("model", "=", Campaign._name),
            ("name", "=like", f"{READY}%")])
        ready = Campaign.browse(named.mapped("res_id")).exists()
        for company in self:
            ready.copy({
                "company_id": company.id, "active": True, "audience_domain": "[]",
                "email_from": False, "reply_to": False, "mail_template_id": False,
                "reminder_template_id": False, "stratum_field_id": False,
                "user_id": self.env.user.id if self.env.user.active else False,
            })
