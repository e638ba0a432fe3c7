from odoo import api, models


class RelationshipReferral(models.Model):
    _inherit = "relationship.referral"

    @api.model
    def _get_goods_lines(self):
        return {
            **super()._get_goods_lines(), "pos.order": ("pos_order_line", "price_subtotal")}
