from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_credited_customers(self):
        return super()._get_credited_customers() | (self.reversed_entry_id.pos_order_ids.partner_id)
