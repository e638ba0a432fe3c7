from collections import Counter

from odoo import api, models
from odoo.tools import SQL

from ..insight.relationship_profile import LOYALTY_CLASSES

# More than so many of their usual gaps without a purchase: the desk and the lists say so, too.
LATE = 2


class RelationshipInsights(models.AbstractModel):
    """What the corners of the loyalty matrix spend, and how much of it is at risk."""

    _inherit = "relationship.insights"

    @api.model
    def _get_insight_money(self, filters):
        """Return what each class spent in twelve months, in the currency of the company.

        At risk is what those spent who are late: without a purchase for more than twice their
        usual gap. A group that is too small, or could be had by subtraction, has None.

        :return: dict with ``currency_id`` and ``classes``: {class: dict with ``spend``,
            ``at_risk``}
        """
        floor = self.env.companies._relationship_floor()
        keys = [key for key, _label in LOYALTY_CLASSES]
        # Of each class first who isn't late, then who is.
        tables = self._count_insight_cells(filters, self._sql_insight_late, 2 * len(keys))
        pairs = [list(zip(cells[::2], cells[1::2])) for cells in tables]
        whole = [[dict(Counter(one) + Counter(two)) for one, two in each] for each in pairs]
        hidden = self._get_insight_hidden_cells(filters, whole, floor)
        sums = self._sum_insight_money(self._get_insight_domain(filters))
        classes = {}
        for place, key in enumerate(keys):
            spend, at_risk = sums[key]
            late = [each[place] for each in pairs]
            parts = self._get_insight_hidden_cells(filters, late, floor)
            classes[key] = {
                "spend": None if place in hidden else spend,
                "at_risk": None if place in hidden or parts else at_risk,
            }
        return {"currency_id": self.env.company.currency_id.id, "classes": classes}

    @api.model
    def _sql_insight_late(self, domain):
        """SQL of the cell of a customer, by class and by whether they are late, and of them."""
        Profile = self.env["relationship.profile"]
        query = Profile._search(domain)

        def column(name):
            return Profile._field_to_sql(Profile._table, name, query)

        return query.select(
            SQL(
                "2 * array_position(%s, COALESCE(%s, 'unknown')::text) - 2"
                " + (COALESCE(%s, 0) > %s)::int",
                [key for key, _label in LOYALTY_CLASSES],
                column("loyalty_class"),
                column("overdue_ratio"),
                LATE,
            ),
            column("commercial_partner_id"),
        )

    @api.model
    def _sum_insight_money(self, domain):
        """Return {class: (spend, spend of who is late)}, in one query."""
        Profile = self.env["relationship.profile"]
        query = Profile._search(domain)

        def column(name):
            return Profile._field_to_sql(Profile._table, name, query)

        late = SQL("%s > %s", column("overdue_ratio"), LATE)
        query.groupby = SQL("1, 2")
        rows = self.env.execute_query(
            query.select(
                SQL("COALESCE(%s, 'unknown')", column("loyalty_class")),
                column("company_id"),
                SQL("COALESCE(SUM(%s), 0)", column("spend_12m")),
                SQL("COALESCE(SUM(%s) FILTER (WHERE %s), 0)", column("spend_12m"), late),
            )
        )
        cells = {key: [0.0, 0.0] for key, _label in LOYALTY_CLASSES}
        company = self.env.company
        today = company._relationship_today()
        for key, company_id, spend, at_risk in rows:
            currency = self.env["res.company"].browse(company_id).currency_id
            amounts = [
                currency._convert(float(amount), company.currency_id, company, today)
                for amount in (spend, at_risk)
            ]
            cells[key] = [a + b for a, b in zip(cells[key], amounts)]
        return cells
