from odoo import fields, models
from odoo.http import request

TILL_COOKIE = "ri_till"
COOKIE_DAYS = 30
DEVICES_KEPT = 8


class PosSession(models.Model):
    """Which browsers are tills: answers from one are no customer's.

    A till is known by a cookie that it alone carries. A tablet in the shop and customers on its
    Wi-Fi have the same address, and often the same browser.
    """

    _inherit = "pos.session"

    relationship_till_devices = fields.Char(groups=fields.NO_ACCESS, copy=False)

    def load_data(self, models_to_load):
        res = super().load_data(models_to_load)
        if request:
            sent = request.httprequest
            request.future_response.set_cookie(
                TILL_COOKIE, self._note_till(sent.remote_addr, sent.headers.get("User-Agent")),
                max_age=COOKIE_DAYS * 24 * 3600, path="/pulse", httponly=True, samesite="Lax",
                secure=sent.scheme == "https")
        return res

    def _note_till(self, address, agent):
        """Return the token a till of this session carries; remember its digest.

        The same till gets the same one however often it loads, so it pushes no other one out.
        """
        Limit = self.env["relationship.rate.limit"]
        token = Limit._digest("till session", self.id, address, (agent or "")[:300])
        device = Limit._digest_till(token)
        session = self.sudo()
        devices = (session.relationship_till_devices or "").split()
        if device not in devices:
            session.relationship_till_devices = " ".join([*devices, device][-DEVICES_KEPT:])
        return token
