from odoo import api, models
from odoo.tools import SQL


class RelationshipPurchase(models.Model):
    """What a ticket let off: discounts of lines, rewards, and what its pricelist shows as one."""

    _inherit = "relationship.purchase"

    @api.model
    def _discount_products(self, model):
        if model == "pos.order.line":
            return [("pos.config", "discount_product_id")]
        return super()._discount_products(model)

    @api.model
    def _sql_shows_discount(self, order):
        """SQL that tells a ticket whose pricelist has rules which are shown as a discount.

        The till shows every price of a pricelist with a rule in percent as one
        (``displayDiscountPolicy`` in point_of_sale), formulas of that pricelist too; a pricelist
        of fixed prices or formulas alone shows none. Sale orders show rules in percent only, and
        only with *Discounts* enabled; what they show is the discount of the line.
        """
        return SQL(
            """
            (%s.pricelist_id IN (
                SELECT pricelist_id FROM product_pricelist_item
                 WHERE compute_price = 'percentage' AND percent_price > 0)) IS TRUE
            """,
            order,
        )

    @api.model
    def _sql_pos_discount(self, line, order):
        """SQL of the percentage a line was let off: its own discount and that of the pricelist.

        The price of a ticket's line is that of the pricelist already. The rule is the one that
        held for product, quantity and day, so that a new list price changes nothing in the past.
        A formula tells the price before it by its discount and extra fee; one from the cost, with
        margins or of another pricelist, and a fixed price, tell none and let nothing off here.
        """
        return SQL(
            """
            (CASE WHEN %(shows)s AND COALESCE(%(line)s.price_type, 'original') = 'original' THEN
                100 - (100 - COALESCE(%(line)s.discount, 0)) * (1 - COALESCE((
                    SELECT CASE
                        WHEN item.compute_price = 'percentage'
                         AND item.percent_price BETWEEN 0 AND 99.99 THEN item.percent_price / 100
                        WHEN item.compute_price = 'formula' AND item.base = 'list_price'
                         AND item.price_discount < 99.99
                         AND COALESCE(item.price_min_margin, 0) = 0
                         AND COALESCE(item.price_max_margin, 0) = 0
                         AND %(line)s.price_unit > GREATEST(item.price_surcharge, 0)
                        THEN GREATEST(0, 1 - %(line)s.price_unit * (1 - item.price_discount / 100)
                            / (%(line)s.price_unit - COALESCE(item.price_surcharge, 0)))
                        ELSE 0 END
                      FROM product_pricelist_item item
                      JOIN product_product product ON product.id = %(line)s.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                 LEFT JOIN product_category own ON own.id = template.categ_id
                 LEFT JOIN product_category category ON category.id = item.categ_id
                     WHERE item.pricelist_id = %(order)s.pricelist_id
                       AND COALESCE(item.product_id, product.id) = product.id
                       AND COALESCE(item.product_tmpl_id, template.id) = template.id
                       AND (item.categ_id IS NULL OR own.parent_path LIKE
                            category.parent_path || '%%')
                       AND COALESCE(item.date_start, %(order)s.date_order) <= %(order)s.date_order
                       AND COALESCE(item.date_end, %(order)s.date_order) >= %(order)s.date_order
                       AND COALESCE(item.min_quantity, 0) <= ABS(%(line)s.qty)
                  ORDER BY item.applied_on, item.min_quantity DESC, item.categ_id DESC NULLS LAST,
                           item.id DESC
                     LIMIT 1), 0))
                ELSE COALESCE(%(line)s.discount, 0) END)
            """,
            shows=self._sql_shows_discount(order),
            line=line,
            order=order,
        )
