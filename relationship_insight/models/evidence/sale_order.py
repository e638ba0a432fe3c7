from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        res = super().write(vals)
        if {"date_order", "partner_id", "state"} & set(vals):
            confirmed = self if "state" in vals else self.filtered(lambda o: o.state == "sale")
            self.env["relationship.refresh.queue"]._add_buyers(
                confirmed.partner_id.commercial_partner_id.ids
            )
        return res
