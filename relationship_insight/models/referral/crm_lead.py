from odoo import api, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever asks on a page and came by a customer's link was brought by that customer."""
        leads = super().create(vals_list)
        code = self.env["relationship.referral.code"]._get_of_visitor_sudo()
        for lead in leads.sudo() if code else self.browse():
            code._claim_visitor(lead, lead_id=lead.id, referred_id=lead.partner_id.id)
        return leads

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self._name_referred_friends()
        return res

    def _name_referred_friends(self):
        """Who was brought as a lead is now a contact."""
        waiting = (
            self.env["relationship.referral"]
            .sudo()
            .search([("lead_id", "in", self.ids), ("referred_id", "=", False)])
        )
        for referral in waiting:
            twin = referral._find_claim(
                {
                    "company_id": referral.company_id.id,
                    "referred_id": referral.lead_id.partner_id.id,
                    "referrer_id": referral.referrer_id.id,
                    "referrer_name": referral.referrer_name,
                }
            )
            if twin:
                referral.write({"state": "rejected", "reason": "other", "winner_id": twin.id})
            else:
                referral.referred_id = referral.lead_id.partner_id

    def action_relationship_customer(self):
        """Make a contact of a lead without customer, so that talks can be logged with them."""
        self.ensure_one()
        self._handle_partner_assignment()
        return True

    def action_claim_referrals(self):
        """Make a referral of each *Referred By* text, for the desk to find the customer."""
        Referral = self.env["relationship.referral"]
        Referral.check_access("create")
        self.check_access("read")
        referrals = Referral
        for lead in self.filtered(lambda lead: (lead.referred or "").strip()):
            referrals |= Referral._claim(
                {
                    "lead_id": lead.id,
                    "referred_id": lead.partner_id.id,
                    "referrer_name": lead.referred.strip(),
                    "company_id": (lead.company_id or self.env.company).id,
                    "source": "lead",
                    "date": lead.create_date,
                    "source_key": f"lead:{lead.id}",
                }
            )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_referral_action"
            ),
            "domain": list(Domain("id", "in", referrals.ids)),
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }
