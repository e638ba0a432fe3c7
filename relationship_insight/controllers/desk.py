from odoo import http
from odoo.http import request

from .pulse_page import PulsePage


class RelationshipDeskController(PulsePage):
    """The link in the morning mail. Looking changes nothing; one tap on the page does."""

    @http.route("/relationship/desk/stop/<string:token>", type="http", auth="public",
                methods=["GET"], sitemap=False)
    def relationship_desk_ask(self, token):
        return self._render_page({"token": token, "done": False})

    # Mail programs post here without a session of ours (RFC 8058), so there is no CSRF token.
    @http.route("/relationship/desk/stop/<string:token>", type="http", auth="public",
                methods=["POST"], csrf=False, sitemap=False)
    def relationship_desk_stop(self, token, **_post):
        env = self._env()
        if self._is_over_limit(env, ("stop", request.httprequest.remote_addr)):
            return self._too_many(env)
        # A wrong token gets the same answer: nobody learns which ones exist.
        request.env["relationship.desk"].sudo()._stop_digest(token)
        return self._render_page({"token": token, "done": True})

    def _render_page(self, values):
        response = request.render("relationship_insight.desk_stop", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response
