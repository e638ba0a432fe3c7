from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from .pulse import OPTIONS, Pulse


class PulsePreview(Pulse):
    """The page as customers see it, for those who make the questions. Nothing is stored."""

    @http.route(
        [
            "/pulse/preview/<int:version_id>",
            "/pulse/preview/<int:version_id>/<string:code>",
        ],
        methods=["GET", "POST"],
        **{**OPTIONS, "auth": "user"},
    )
    def preview(self, version_id, code=None, **_kwargs):
        version = request.env["relationship.instrument.version"].browse(version_id)
        try:
            version.check_access("read")
            found = version.exists()
        except AccessError:
            found = False
        env = self._env(code or request.env.user.lang)
        if (
            not found
            or version.kind != "pulse"
            or not request.env.user.has_group("relationship_insight.group_relationship_relations")
        ):
            return self._closed(env, request.env.company)
        if request.httprequest.method != "POST":
            return self._show(
                env["relationship.invitation"].new(
                    {
                        "version_id": version.id,
                        "company_id": request.env.company.id,
                        "partner_id": request.env.user.partner_id.id,
                    }
                ),
                "preview",
                hint=env._("A preview: nothing you answer here is stored."),
            )
        if self._is_script():
            return self._json({"saved": [], "refused": []})
        return self._render(
            env,
            "pulse_message",
            request.env.company,
            face="4",
            js=False,
            title=env._("The preview ends here"),
            text=env._("Customers see your words of thanks now. Nothing was stored."),
        )
