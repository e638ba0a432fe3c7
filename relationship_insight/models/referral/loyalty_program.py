from odoo import models
from odoo.tools import float_compare
from odoo.tools.i18n import format_list


class LoyaltyProgram(models.Model):
    """What a gift of such a programme is worth, in the words and language of who gets it."""

    _inherit = "loyalty.program"

    def _get_gift_text(self, points):
        """Say what so many points are worth: of coupons the reward, of the others the balance.

        :return: False where there is no programme
        """
        if not self:
            return False
        self.ensure_one()
        if self.program_type in ("gift_card", "ewallet"):
            return self.reward_ids._format_money(points, self.currency_id)
        if self.program_type == "loyalty":
            return f"{points:.2f}".rstrip("0").rstrip(".") + f" {self.portal_point_name or ''}"
        rewards = self.reward_ids.filtered(
            lambda reward: float_compare(reward.required_points, points, 2) <= 0
        )
        texts = list(dict.fromkeys(reward._get_gift_text(points) for reward in rewards))
        return format_list(self.env, texts, style="or") if texts else self.name
