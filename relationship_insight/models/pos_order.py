from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _process_saved_order(self, draft):
        res = super()._process_saved_order(draft)
        if not draft:
            self.env["relationship.refresh.queue"]._add(
                (self | self.refunded_order_id).partner_id.commercial_partner_id.ids)
        return res
