from odoo import http

from .pulse import OPTIONS
from .pulse_shop import PulseShop


class PosPulse(PulseShop):
    """The page behind the QR code of a receipt: for one purchase, for seven days, once."""

    @http.route("/pulse/receipt/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def receipt(self, token, **_kwargs):
        env = self._env()
        config, order_uuid = env["pos.config"]._read_receipt_token_sudo(token)
        if not config:
            return self._closed(env)
        Invitation = env["relationship.invitation"]
        scope = f"receipt:{token}"
        invitation = Invitation.search([("source_key", "=", f"receipt:{order_uuid}")], limit=1)
        order = config._get_receipt_order_sudo(order_uuid)
        if invitation.state in ("done", "expired", "cancelled") or order.state == "cancel":
            return self._closed(env)
        campaign = config.relationship_receipt_campaign_id
        if not invitation and order.partner_id and not campaign._may_come_along(order.partner_id):
            return self._closed(env)
        env = self._env(invitation.lang or order.partner_id.lang)
        if invitation:
            return self._answer_stored(invitation.with_env(env), scope, token)
        server = order._get_relationship_server() if order else order.user_id.partner_id
        return self._walk_in(
            env,
            scope,
            token,
            campaign.with_env(env),
            {
                "channel": "receipt",
                "shop_name": config.name,
                "staff_id": server.id,
                "source_key": f"receipt:{order_uuid}",
            },
            lambda form: config.with_env(env)._open_receipt(order_uuid, env.context["lang"]),
        )
