from odoo import models

from .relationship_case import OPEN_STATES

UPSET_KINDS = ("callback", "complaint", "low")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _may_be_asked_for_friends(self, company):
        """Nor whoever has an open case."""
        upset = (
            self.env["relationship.case"]
            .sudo()
            .search_count(
                [
                    ("commercial_partner_id", "=", self.commercial_partner_id.id),
                    ("company_id", "=", company.id),
                    ("state", "in", OPEN_STATES),
                    ("kind", "in", UPSET_KINDS),
                ],
                limit=1,
            )
        )
        return not upset and super()._may_be_asked_for_friends(company)
