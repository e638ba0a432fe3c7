from odoo import models


class LinkTrackerClick(models.Model):
    _inherit = "link.tracker.click"

    def _prepare_click_values_from_route(self, **route_values):
        """Friends on the way to the shop are counted; where they come from is nobody's business."""
        programs = (
            self.env["relationship.referral.program"]
            .sudo()
            .search_count([("link_tracker_id", "=", route_values.get("link_id"))], limit=1)
        )
        if programs:
            route_values = {"link_id": route_values["link_id"]}
        return super()._prepare_click_values_from_route(**route_values)
