from odoo import models


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _offers_referral(self):
        self.ensure_one()
        invitation = self.sudo()
        return bool(invitation.partner_id) and invitation.partner_id._may_be_asked_for_friends(
            invitation.company_id)

    def _get_referral_path(self):
        """The page from which whoever answered can send friends."""
        self.ensure_one()
        partner = self.sudo().partner_id
        if not partner:
            return False
        code = self.env["relationship.referral.code"]._get_or_create(partner, self.company_id)
        return code._get_share_path()
