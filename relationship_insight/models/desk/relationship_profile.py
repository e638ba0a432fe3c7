from odoo import api, models


class RelationshipProfile(models.Model):
    """With the insight comes the day to talk next: it rests on what they spent."""

    _inherit = "relationship.profile"

    @api.model
    def _refresh_company(self, company, asof, customers):
        res = super()._refresh_company(company, asof, customers)
        with self._timed("days to talk next"):
            self.env["relationship.cadence"]._refresh_company(company, customers)
        return res
