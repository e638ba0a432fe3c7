from odoo import models

from .relationship_invitation_done import TILL_WINDOW


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _is_till_device(self):
        self.ensure_one()
        invitation = self.sudo()
        if super()._is_till_device():
            return True
        return bool(invitation.device_hash) and bool(self.env["pos.session"].sudo().search_count([
            ("company_id", "=", invitation.company_id.id),
            ("relationship_till_devices", "like", invitation.device_hash),
            "|", ("stop_at", "=", False), ("stop_at", ">=", invitation.date_done - TILL_WINDOW),
        ], limit=1))
