from functools import partial

from odoo import api, models


class RelationshipProfile(models.Model):
    """With the insight comes the day to talk next: it rests on what they spent."""

    _inherit = "relationship.profile"

    @api.model
    def _refresh_effects(self, scope, columns, calibration):
        Cadence = self.env["relationship.cadence"]
        return super()._refresh_effects(scope, columns, calibration) + [
            ("days to talk next", partial(Cadence._refresh_company, scope.company, scope.customers))
        ]
