from odoo import http
from odoo.http import request

from .pulse import OPTIONS
from .pulse_page import PulsePage


class RelationshipDeskController(PulsePage):
    """The link in the morning mail. Looking changes nothing; one tap on the page does."""

    # Mail programs post here without a session of ours (RFC 8058), so there is no CSRF token.
    @http.route("/relationship/desk/stop/<string:token>", methods=["GET", "POST"], **OPTIONS)
    def relationship_desk_stop(self, token, **_kwargs):
        env = self._env()
        if request.httprequest.method != "POST":
            return self._show_stop(env, done=False)
        if self._is_over_limit(env, ("stop", request.httprequest.remote_addr)):
            return self._too_many(env)
        # A wrong token gets the same answer: nobody learns which ones exist.
        env["relationship.desk"]._stop_digest(token)
        return self._show_stop(env, done=True)

    def _show_stop(self, env, done):
        return self._render(
            env,
            "desk_stop",
            None,
            js=False,
            title=env._("Your desk by mail"),
            done=done,
            action=request.httprequest.path,
        )
