import hashlib

from odoo import http
from odoo.http import request

from .pulse import OPTIONS, Pulse
from .pulse_page import KIOSK, SHOP_SCOPE


class PulseShop(Pulse):
    """Pages of a shop: the same questions, and an invitation only once somebody answers."""

    @http.route("/pulse/shop/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def shop(self, token, **_kwargs):
        env = self._env()
        point = env["relationship.feedback.point"]._get_open_sudo(token)
        if not point:
            return self._closed(env)
        tablet = {}
        if point.is_kiosk:
            # Whoever comes next begins in the shop's language.
            env = self._env(point.company_id.partner_id.lang)
            tablet = {
                "kiosk": True,
                "body_class": KIOSK,
                "texts": {
                    **self._prepare_texts(env),
                    "nothing": env._("Nothing is answered yet. One answer is enough."),
                },
            }
        lang = env.context["lang"]
        return self._walk_in(
            env,
            f"{SHOP_SCOPE}{token}",
            token,
            point.campaign_id.with_env(env),
            {
                "channel": "kiosk",
                "shop_name": point.name,
            },
            lambda form: point._open_answer(self._get_visit(form, point.is_kiosk), lang),
            action=f"{request.httprequest.path}?lang={lang}",
            **tablet,
        )

    def _get_visit(self, form, is_kiosk):
        """Return what tells one visitor from the next: the signature of their page load.

        A tablet has many visitors on one page, without a network too: there it counts them.
        """
        visit = form.get("n", "")
        number = (form.get("visit") or "")[:6]
        if is_kiosk and number.isdecimal() and int(number):
            visit += f":{int(number)}"
        return hashlib.blake2b(visit.encode(), digest_size=12).hexdigest()

    def _walk_in(self, env, scope, link, campaign, vals, opens, **values):
        """Answer for somebody without an invitation; ``opens`` makes one from a human's form."""
        fresh = env["relationship.invitation"].new(
            {
                "campaign_id": campaign.id,
                "version_id": campaign.instrument_id.live_version_id.id,
                "company_id": campaign.company_id.id,
                **vals,
            }
        )
        if request.httprequest.method != "POST":
            return self._show(fresh, scope, **values)
        if self._is_flood(env, link):
            return self._too_many(env)
        return self._take(fresh, scope, opens, **values)
