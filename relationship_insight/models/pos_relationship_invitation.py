from odoo import models
from odoo.tools import SQL

from .relationship_invitation_done import TILL_WINDOW


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _is_till_device(self):
        self.ensure_one()
        invitation = self.sudo()
        if super()._is_till_device():
            return True
        if not invitation.device_hash:
            return False
        self.env["pos.session"].flush_model(["relationship_till_devices", "stop_at"])
        return bool(self.env.execute_query(SQL(
            """
            SELECT 1 FROM pos_session session
              JOIN pos_config config ON config.id = session.config_id AND config.company_id = %s
             WHERE session.relationship_till_devices LIKE %s
               AND (session.stop_at IS NULL OR session.stop_at >= %s) LIMIT 1
            """, invitation.company_id.id, f"%{invitation.device_hash}%",
            invitation.date_done - TILL_WINDOW)))
