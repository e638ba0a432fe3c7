import hashlib

from odoo import http
from odoo.http import request

from .pulse import OPTIONS, Pulse


class PulseShop(Pulse):
    """Pages of a shop: the same questions, and an invitation only once somebody answers."""

    @http.route("/pulse/shop/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def shop(self, token, **_kwargs):
        env = self._env()
        point = env["relationship.feedback.point"]._get_open_sudo(token)
        if not point:
            return self._closed(env)
        return self._walk_in(env, f"shop:{token}", token, point.campaign_id, {
            "channel": "kiosk", "shop_name": point.name,
        }, lambda form: point._open_answer(self._get_visit(form), env.context["lang"]),
            kiosk=point.is_kiosk, body_class="kiosk" if point.is_kiosk else "")

    def _get_visit(self, form):
        """Return what tells one visitor from the next: the signature of their page load."""
        return hashlib.blake2b(form.get("n", "").encode(), digest_size=12).hexdigest()

    def _walk_in(self, env, scope, link, campaign, vals, opens, **values):
        """Answer for somebody without an invitation; ``opens`` makes one from a human's form."""
        fresh = env["relationship.invitation"].new({
            "campaign_id": campaign.id,
            "version_id": campaign.instrument_id.live_version_id.id,
            "company_id": campaign.company_id.id,
            **vals,
        })
        if request.httprequest.method != "POST":
            return self._show(fresh, scope, **values)
        if self._is_flood(env, link):
            return self._too_many(env)
        return self._take(fresh, scope, opens, **values)
