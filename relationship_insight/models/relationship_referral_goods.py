from odoo import api, models
from odoo.tools import SQL

# What these programmes sell is money kept for later, neither goods nor a service.
STORED_VALUE = ("gift_card", "ewallet")


class RelationshipReferral(models.Model):
    """Which purchases can earn a reward: those of goods or services."""

    _inherit = "relationship.referral"

    @api.model
    def _sql_has_goods(self, purchase):
        """SQL that says whether a purchase has more than gift cards and top-ups of a wallet."""
        return SQL("(%s)", SQL(" OR ").join(
            SQL(
                """
                (%(bought)s.order_model = %(model)s AND EXISTS (
                    SELECT 1 FROM %(lines)s line
                     WHERE line.order_id = %(bought)s.order_id AND line.%(amount)s > 0
                       AND line.product_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM loyalty_rule_product_product_rel sold
                          JOIN loyalty_rule rule ON rule.id = sold.loyalty_rule_id
                          JOIN loyalty_program program ON program.id = rule.program_id
                         WHERE sold.product_product_id = line.product_id
                           AND program.program_type IN %(kinds)s)))
                """, bought=purchase, model=model, lines=SQL.identifier(table),
                amount=SQL.identifier(amount), kinds=STORED_VALUE)
            for model, (table, amount) in self._get_goods_lines().items()))

    @api.model
    def _get_goods_lines(self):
        """Return {model of orders: (table of their lines, column of their amount)}."""
        return {"sale.order": ("sale_order_line", "price_subtotal")}
