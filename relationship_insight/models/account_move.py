from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        credits_ = posted.filtered(lambda move: move.move_type == "out_refund")
        self.env["relationship.refresh.queue"]._add(
            credits_.line_ids.sale_line_ids.order_id.partner_id.commercial_partner_id.ids)
        return posted
