from odoo import api, models
from odoo.fields import Domain

from ..insight.relationship_profile import LOYALTY_CLASSES


class RelationshipInsights(models.AbstractModel):
    """The classes over time, from the figures kept at each month's end."""

    _inherit = "relationship.insights"

    @api.model
    @api.readonly
    def get_insight_history(self, filters=None):
        """Return how many customers were in each class at the end of each month.

        :param filters: see ``_read_insight_filters``
        :return: dict with ``classes`` [key, name], ``months`` (month, from, to, n, counts by
            class) with the months that have figures, ``domain`` of the snapshots
        """
        Profile = self._get_profiles()
        filters = self._read_insight_filters(filters)
        days = self._get_insight_months(filters["months"])
        domain = self._get_insight_domain(filters)
        counts = {}
        for month, loyalty_class, count in self.env["relationship.snapshot"]._read_group(
            domain & Domain([("date", ">=", days[0]), ("date", "<", days[-1])]),
            ["date:month", "loyalty_class"],
            ["__count"],
        ):
            row = counts.setdefault(month, dict.fromkeys(dict(LOYALTY_CLASSES), 0))
            row[loyalty_class or "unknown"] += count
        return {
            "domain": list(domain),
            "classes": [
                list(choice)
                for choice in Profile._fields["loyalty_class"]._description_selection(self.env)
            ],
            "months": [
                {
                    "month": start.isoformat(),
                    "from": start.isoformat(),
                    "to": end.isoformat(),
                    "n": sum(counts[start].values()),
                    "counts": counts[start],
                }
                for start, end in zip(days, days[1:])
                if start in counts
            ],
        }
