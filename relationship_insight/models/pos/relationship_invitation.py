from odoo import models
from odoo.tools import SQL

from ..pulse.relationship_invitation_done import TILL_WINDOW


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    def _sql_till_device(self, till):
        self.ensure_one()
        invitation = self.sudo()
        self.env["pos.session"].flush_model(["relationship_till_devices", "stop_at"])
        return SQL(
            """(%s OR EXISTS (
            SELECT FROM pos_session session
              JOIN pos_config config ON config.id = session.config_id AND config.company_id = %s
             WHERE session.relationship_till_devices LIKE %s
               AND (session.stop_at IS NULL OR session.stop_at >= %s)))
            """,
            super()._sql_till_device(till),
            invitation.company_id.id,
            f"%{till}%" if till else None,
            invitation.date_done - TILL_WINDOW,
        )
