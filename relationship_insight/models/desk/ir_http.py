from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client once whether to offer our ways to log a conversation."""
        info = super().session_info()
        user = self.env.user
        if user._is_internal() and user.has_group("relationship_insight.group_relationship_staff"):
            info["relationship_capture"] = {"call_card": user.relationship_call_card}
        return info
