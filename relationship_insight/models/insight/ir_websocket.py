from odoo import models

STAFF_CHANNEL = "relationship_staff"


class IrWebsocket(models.AbstractModel):
    """What happens to a company's customers is told to its own staff alone."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        channels = super()._build_bus_channel_list(channels)
        user = self.env.user
        if user.has_group("relationship_insight.group_relationship_staff"):
            channels.extend((company, STAFF_CHANNEL) for company in user.company_ids)
        return channels
