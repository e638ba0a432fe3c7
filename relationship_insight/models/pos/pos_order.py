from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        res = super().action_pos_order_paid()
        # A refund also changes what its original customer bought.
        orders = self.sudo() | self.sudo().lines.refunded_orderline_id.order_id
        self.env["relationship.refresh.queue"]._add_buyers(
            orders.partner_id.commercial_partner_id.ids)
        return res
