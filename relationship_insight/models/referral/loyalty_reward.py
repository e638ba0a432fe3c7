from odoo import models
from odoo.tools import format_amount
from odoo.tools.i18n import format_list

MOST_NAMES = 3


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    def _get_gift_text(self, points):
        """Say what this reward gives whoever has a coupon with so many points."""
        self.ensure_one()
        if self.reward_type == "product":
            return self._get_product_text(int(points // self.required_points))
        if self.reward_type != "discount":
            return self.description
        if self.discount_mode == "percent":
            worth = self.env._("%(percent)s %%", percent=f"{self.discount:g}")
        else:
            each = points if self.discount_mode == "per_point" else 1
            worth = self._format_money(self.discount * each, self.currency_id)
        if self.discount_applicability == "cheapest":
            text = self.env._("%(worth)s off the cheapest thing you buy next", worth=worth)
        elif self.discount_applicability == "specific":
            text = self.env._(
                "%(worth)s off %(product)s", worth=worth, product=self._get_product_name()
            )
        else:
            text = self.env._("%(worth)s off your next order", worth=worth)
        if self.discount_max_amount:
            text = self.env._(
                "%(text)s (at most %(amount)s)",
                text=text,
                amount=self._format_money(self.discount_max_amount, self.currency_id),
            )
        return text

    def _get_product_text(self, times):
        names = self.reward_product_ids.with_context(display_default_code=False).mapped(
            "display_name"
        )
        what = self.env._("a product of your choice")
        if 0 < len(names) <= MOST_NAMES:
            what = format_list(self.env, names, style="or")
        count = self.reward_product_qty * times
        if count > 1:
            what = self.env._("%(count)s × %(product)s", count=count, product=what)
        return self.env._("Free: %(product)s", product=what)

    def _get_product_name(self):
        products = self.env["product.product"].search(self._get_discount_product_domain(), limit=2)
        if len(products) == 1:
            return products.with_context(display_default_code=False).display_name
        return self.env._("some of our products")

    def _format_money(self, amount, currency):
        """An amount in the reader's language, without zeroes that say nothing."""
        whole = bool(currency.decimal_places) and amount == int(amount)
        return format_amount(self.env, amount, currency, trailing_zeroes=not whole)
