from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _may_own_cases(self, company, besides=None):
        return (
            self.active
            and not self.share
            and company in self.company_ids
            and self.partner_id != besides
            and self.has_group("relationship_insight.group_relationship_staff")
        )
