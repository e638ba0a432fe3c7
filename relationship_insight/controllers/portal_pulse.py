from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class PulsePortal(CustomerPortal):
    """What a customer with a login is asked just now."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "feedback_count" in counters:
            values["feedback_count"] = len(self._get_open_invitations_sudo())
        return values

    def _get_open_invitations_sudo(self):
        """Return the questions that wait for the user's own person."""
        return (
            request.env["relationship.invitation"]
            .sudo()
            ._get_waiting_for(request.env.user.partner_id)
        )

    @http.route("/my/feedback", type="http", auth="user", website=True, readonly=True)
    def portal_my_feedback(self, **_kwargs):
        invitations = self._get_open_invitations_sudo()
        latest = invitations[:1] or request.env["relationship.invitation"].sudo().search(
            [("partner_id", "=", request.env.user.partner_id.id)], limit=1
        )
        return request.render(
            "relationship_insight.portal_my_feedback",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "feedback",
                "invitations": invitations,
                "wishes_path": latest and latest._get_sealed_path("preferences"),
            },
        )
