from odoo import api, models


class SaleOrder(models.Model):
    """An order placed on a page by a visitor who came by a customer's link."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._claim_link_of_visitor()
        return orders

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self._claim_link_of_visitor()
        return res

    def _claim_link_of_visitor(self):
        code = self.env["relationship.referral.code"]._get_of_visitor_sudo()
        if not code:
            return
        nobody = self.env.ref("base.public_partner", raise_if_not_found=False)
        for order in self.sudo().filtered(lambda order: order.partner_id not in (nobody or [])):
            code._claim_visitor(order, referred_id=order.partner_id.id)
