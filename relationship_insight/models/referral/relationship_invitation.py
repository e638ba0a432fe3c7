import logging

from odoo import models
from odoo.exceptions import UserError

from ..pulse.relationship_invitation_page import FRIEND

_logger = logging.getLogger(__name__)


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _finish_answers(self, device, seconds, stored, till=None):
        res = super()._finish_answers(device, seconds, stored, till)
        self._claim_friend(stored)
        return res

    def _claim_friend(self, stored):
        """Note who brought this customer, where they said so."""
        self.ensure_one()
        invitation = self.sudo()
        told = stored.get(FRIEND) or {}
        if not invitation.partner_id or not told.get("value") or not told.get("text"):
            return
        try:
            self.env["relationship.referral"]._claim(
                {
                    "referred_id": invitation.partner_id.id,
                    "referrer_name": told["text"],
                    "source": "pulse",
                    "company_id": invitation.company_id.id,
                    "source_key": f"pulse:{invitation.id}",
                }
            )
        except UserError as error:
            # The answer is stored all the same: rules of referrals are no customer's concern.
            _logger.info("Invitation %s names a friend, but: %s", invitation.id, error)

    def _offers_referral(self):
        self.ensure_one()
        invitation = self.sudo()
        return bool(invitation.partner_id) and invitation.partner_id._may_be_asked_for_friends(
            invitation.company_id
        )

    def _get_referral_path(self):
        """The page from which whoever answered can send friends."""
        self.ensure_one()
        partner = self.sudo().partner_id
        if not partner:
            return False
        code = self.env["relationship.referral.code"]._get_or_create(partner, self.company_id)
        return code._get_share_path()
