from odoo import fields, models
from odoo.http import request

DEVICES_KEPT = 8


class PosSession(models.Model):
    """Which devices are tills: answers from one are no customer's."""

    _inherit = "pos.session"

    relationship_till_devices = fields.Char(groups=fields.NO_ACCESS, copy=False)

    def load_data(self, models_to_load):
        res = super().load_data(models_to_load)
        if request:
            self._note_till_device(self.env["relationship.rate.limit"]._digest_device(
                request.httprequest.remote_addr, request.httprequest.headers.get("User-Agent")))
        return res

    def _note_till_device(self, device):
        """Remember the device that opened this session."""
        session = self.sudo()
        devices = (session.relationship_till_devices or "").split()
        if device not in devices:
            session.relationship_till_devices = " ".join([*devices, device][-DEVICES_KEPT:])

