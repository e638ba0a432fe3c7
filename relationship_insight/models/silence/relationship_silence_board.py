import math

from odoo import api, models
from odoo.exceptions import UserError

from .relationship_silence import LEVELS, PERIODS


class RelationshipSilence(models.Model):
    """The picture: sales against talks, of those the user may see."""

    _inherit = "relationship.silence"

    @api.model
    def _was_refreshed(self):
        """Whether the job that fills the board ever ran."""
        cron = self.env.ref(
            "relationship_insight.ir_cron_relationship_silence", raise_if_not_found=False)
        return not cron or bool(cron.sudo().lastcall)

    @api.model
    @api.readonly
    def get_silence_board(self, level="staff", period="180"):
        """Return the units of one level as points, as the current user may see them.

        :return: dict with ``units``, ``hidden`` (how many have too few customers), ``floor``,
            ``window``, ``asof``, ``pairs`` (customers to ask about), ``customers`` (whether they
            can be judged one by one), ``being_read`` (nothing was held against anything as yet),
            ``can_refresh``
        :raise UserError: on a level or period that does not exist
        """
        if level not in dict(LEVELS) or period not in dict(PERIODS):
            raise UserError(self.env._("This filter doesn't exist."))
        domain = [
            ("level", "=", level), ("period", "=", period),
            ("company_id", "in", self.env.companies.ids)]
        units = self.search(domain)
        shown = units.filtered(lambda unit: unit.status != "suppressed")
        statuses = dict(self._fields["status"]._description_selection(self.env))
        waits = dict(self._fields["gap_wait"]._description_selection(self.env))
        return {
            "units": [
                {
                    "id": unit.id,
                    "name": unit.name,
                    "status": unit.status,
                    "status_name": statuses[unit.status],
                    "customers": unit.customer_count,
                    "growth": unit.growth if unit.orders_before else None,
                    "orders_before": unit.orders_before,
                    "orders_now": unit.orders_now,
                    "talks": unit.talk_count,
                    "expected": unit.expected_talks,
                    "listening": unit.listening,
                    "never": unit.never_count,
                    "feeling": unit.feeling or None,
                    "bond_change": unit.bond_change,
                    "gap": None if unit.gap_wait else unit.gap,
                    "gap_wait": waits.get(unit.gap_wait, ""),
                }
                for unit in shown
            ],
            "hidden": len(units) - len(shown),
            "floor": self.env["relationship.profile"]._get_insight_floor(),
            "window": units[:1].window or "",
            "pairs": self.env["relationship.silent.pair"].search_count(
                [("period", "=", period), ("status", "=", "silent"),
                 ("company_id", "in", self.env.companies.ids)]),
            "customers": shown._get_customers_judged(),
            "being_read": not units and (
                self.env.companies._relationship_being_read() or not self._was_refreshed()),
            "can_refresh": self.env.user.has_group(
                "relationship_insight.group_relationship_manager"),
        }

    def _get_customers_judged(self):
        """Return how many customers could be judged one by one, and the talks usual and needed.

        None where that isn't done: for teams and shops, and without anybody to compare with.
        """
        units = self.filtered(lambda unit: unit.level == "staff" and unit.needed_talks)
        buyers = sum(units.mapped("customer_count"))
        if not buyers:
            return None
        usual = sum(unit.usual_talks * unit.customer_count for unit in units) / buyers
        return {
            "judged": sum(units.mapped("judged_count")),
            "usual": round(usual, 1),
            "needed": math.ceil(min(units.mapped("needed_talks"))),
        }
