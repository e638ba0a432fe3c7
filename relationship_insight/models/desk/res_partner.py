from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        res = super().write(vals)
        if "user_id" in vals:
            self.env["relationship.cadence"]._follow_salesperson(self)
        return res
