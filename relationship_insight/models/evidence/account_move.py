from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._mark_customers_dirty()
        return posted

    def button_draft(self):
        res = super().button_draft()
        self._mark_customers_dirty()
        return res

    def _mark_customers_dirty(self):
        """Note that these credit notes changed what their customers kept."""
        credits_ = self.filtered(
            lambda move: "out_refund" in (move.move_type, move.reversed_entry_id.move_type)
        )
        if credits_:
            self.env["relationship.refresh.queue"]._add_buyers(
                credits_.sudo()._get_credited_customers().commercial_partner_id.ids
            )

    def _get_credited_customers(self):
        """Return the customers of the orders that these credit notes give back."""
        return self.line_ids.sale_line_ids.order_id.partner_id
