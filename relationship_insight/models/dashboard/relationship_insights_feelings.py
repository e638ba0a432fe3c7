import math

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...stats.intervals import Clusters, cluster_share
from ...stats.scales import ANSWERED_ITEMS, ANSWERED_SHARE
from ...stats.special import t_quantile
from ..evidence.relationship_reading import DIRECT_ORIGINS
from .relationship_insights import SHARE_DIGITS

BALANCE, EVENTS = "M01", "M02"
# "Often" and "very often" on the scale of M01.
OFTEN = 4


class RelationshipInsights(models.AbstractModel):
    """Feelings over time: how often customers feel good and bad about us, month by month."""

    _inherit = "relationship.insights"

    @api.model
    @api.readonly
    def get_insight_feelings(self, filters=None):
        """Return feelings by month over the last 12 or 24 months.

        ``events`` are feelings staff noted: each side is its share of them. ``answers`` are
        feelings customers told us themselves: each side is the share of its questions answered
        "often" or more; what staff noted on that scale is no answer. Intervals count customers,
        of whom one may answer often. ``balance`` is the mean of E = 50 + 12.5 (P - N) over the
        customers who answered that month, 0 to 100, with its t interval. Months of too few
        customers carry a status and no figure.

        :param filters: see ``_read_insight_filters``
        :return: dict with ``months``, ``floor``, ``domains`` of the readings behind
        """
        self._get_profiles()
        filters = self._read_insight_filters(filters)
        items = self._get_insight_feeling_items()
        counted = Domain(
            [("voided", "=", False), ("na", "=", False), ("competitor_id", "=", False)]
        )
        origins = {"events": Domain.TRUE, "answers": Domain("origin", "in", DIRECT_ORIGINS)}
        kinds = {
            name: counted
            & origins[name]
            & Domain("measure_id", "in", (items[code, "1"] + items[code, "-1"]).ids)
            for name, code in (("events", EVENTS), ("answers", BALANCE))
        }
        chosen = self._get_insight_domain(filters)
        domains = {name: chosen & kind for name, kind in kinds.items()}
        days = self._get_insight_months(filters["months"])
        instants = self._get_insight_instants(days)
        floor = self.env.companies._relationship_floor()
        people = {
            "events": lambda domain: self._sql_insight_people(domain & kinds["events"], instants),
            "answers": lambda domain: self._sql_insight_people(domain & kinds["answers"], instants),
            "balance": lambda domain: SQL(
                "SELECT month, person FROM (%s) AS person(month, person, balance)",
                self._sql_insight_balances(domain & kinds["answers"], instants, items),
            ),
        }
        balance = self._get_insight_balance(
            domains["answers"], instants, items, floor, filters, people["balance"]
        )
        sides = {
            name: self._get_insight_sides(
                domains[name], instants, floor, filters, people[name], often
            )
            for name, often in (("events", None), ("answers", OFTEN))
        }
        return {
            "floor": floor,
            "domains": {name: list(each) for name, each in domains.items()},
            "months": [
                {
                    "month": day.isoformat(),
                    "from": str(instants[place]),
                    "to": str(instants[place + 1]),
                    "events": sides["events"][place],
                    "answers": sides["answers"][place],
                    "balance": balance[place],
                }
                for place, day in enumerate(days[:-1])
            ],
        }

    @api.model
    def _get_insight_feeling_items(self):
        """Return the feelings by scale and side; archived ones keep their answers."""
        measures = (
            self.env["relationship.measure"]
            .with_context(active_test=False)
            .search_fetch(
                [("parent_id.code", "in", [BALANCE, EVENTS]), ("valence", "in", ["1", "-1"])],
                ["active", "parent_id", "valence"],
            )
        )
        return {
            (code, valence): measures.filtered(
                lambda m, code=code, valence=valence: (
                    m.parent_id.code == code and m.valence == valence
                )
            )
            for code in (BALANCE, EVENTS)
            for valence in ("1", "-1")
        }

    @api.model
    def _search_insight_readings(self, domain, instants):
        """Return the query of the readings of the period, the month's place, and who it was.

        An erased customer still counts, as the survey answer that stayed without a name: nobody
        reads those one by one, so whoever may see all others counts them in sudo.
        """
        Reading = self.env["relationship.reading"]
        if self.env.user.has_group("relationship_insight.group_relationship_relations"):
            Reading.check_access("read")
            Reading = Reading.sudo()
            domain &= Domain("company_id", "in", self.env.companies.ids)
        query = Reading._search(
            domain & Domain([("date", ">=", instants[0]), ("date", "<", instants[-1])])
        )

        def column(name):
            return Reading._field_to_sql(Reading._table, name, query)

        month = SQL("width_bucket(%s, %s::timestamp[]) - 1", column("date"), instants)
        person = SQL("COALESCE(%s, -%s)", column("commercial_partner_id"), column("user_input_id"))
        return query, column, month, person

    @api.model
    def _sql_insight_people(self, domain, instants):
        """SQL of the month and the customer of these readings, each once."""
        query, _column, month, person = self._search_insight_readings(domain, instants)
        query.groupby = SQL("1, 2")
        return query.select(month, person)

    @api.model
    def _get_insight_sides(self, domain, instants, floor, filters, people, often=None):
        """Return by month how many good and bad feelings, as shares with an interval.

        :param often: value from which an answer counts; its share is then of all answers on
            that side. None: every reading counts, and the two shares sum to 1.
        :param people: see ``_count_insight_cells``
        """
        cells = self._count_insight_sides(domain, instants, often)
        hidden = self._get_insight_hidden(filters, [cell[0] for cell in cells], people, floor)
        result = []
        for place, (count, *sums) in enumerate(cells):
            status = self._get_insight_status(count, floor, place in hidden)
            cell = {"status": status, "n": None if status == "suppressed" else count}
            if status in ("ok", "low_base"):
                cell["good"] = self._get_insight_share(Clusters(*sums[:6]))
                cell["bad"] = self._get_insight_share(Clusters(*sums[6:]))
            result.append(cell)
        return result

    @api.model
    def _count_insight_sides(self, domain, instants, often):
        """Return by month the customers, and the ``Clusters`` of both sides over them."""
        query, column, month, person = self._search_insight_readings(domain, instants)
        hit = SQL("%s >= %s", column("value"), often) if often else SQL("TRUE")
        counted = [
            SQL("COUNT(*) FILTER (WHERE %s = %s AND %s)", column("valence"), valence, condition)
            for valence in ("1", "-1")
            for condition in (hit, SQL("TRUE"))
        ]
        # First by person, which hashes; COUNT(DISTINCT person) would sort every reading.
        query.groupby = SQL("1, 2")
        rows = {
            place: counts
            for place, *counts in self.env.execute_query(
                SQL(
                    "SELECT month, COUNT(person), %s, %s"
                    " FROM (%s) AS person(month, person, good, good_all, bad, bad_all)"
                    " GROUP BY month",
                    *self._sql_side_sums(bool(often)),
                    query.select(month, person, *counted),
                )
            )
        }
        return [rows.get(place, (0,) * 13) for place in range(len(instants) - 1)]

    @api.model
    def _sql_side_sums(self, apart):
        """SQL of the ``Clusters`` of both sides over persons; of one whole unless ``apart``."""
        for side in ("good", "bad"):
            yield SQL(
                "COUNT(*) FILTER (WHERE %(m)s > 0), SUM(%(y)s)::int, SUM(%(m)s)::int,"
                " SUM(%(y)s * %(y)s)::int, SUM(%(y)s * (%(m)s))::int,"
                " SUM((%(m)s) * (%(m)s))::int",
                y=SQL.identifier(side),
                m=SQL.identifier(f"{side}_all") if apart else SQL("good_all + bad_all"),
            )

    @api.model
    def _get_insight_share(self, sums):
        if not sums.m:
            return None
        share = {
            name: round(value, SHARE_DIGITS)
            for name, value in zip(("share", "low", "high"), cluster_share(sums))
        }
        return {**share, "count": sums.y, "total": sums.m}

    @api.model
    def _get_insight_balance(self, domain, instants, items, floor, filters, people):
        """Return by month the mean net feeling balance with its 95 % t interval."""
        cells = self._count_insight_balance(domain, instants, items)
        hidden = self._get_insight_hidden(filters, [cell[0] for cell in cells], people, floor)
        result = []
        for place, (count, average, deviation) in enumerate(cells):
            status = self._get_insight_status(count, floor, place in hidden)
            cell = {"status": status, "n": None if status == "suppressed" else count}
            if status in ("ok", "low_base"):
                half = t_quantile(0.975, count - 1) * deviation / math.sqrt(count)
                cell.update(
                    mean=round(average, 1),
                    low=round(max(0, average - half), 1),
                    high=round(min(100, average + half), 1),
                )
            result.append(cell)
        return result

    @api.model
    def _count_insight_balance(self, domain, instants, items):
        """Return by month (customers, mean, deviation) of the net feeling balance."""
        rows = {
            place: figures
            for place, *figures in self.env.execute_query(
                SQL(
                    "SELECT month, COUNT(*), AVG(balance)::float, STDDEV_SAMP(balance)::float"
                    " FROM (%s) AS person(month, person, balance) GROUP BY month",
                    self._sql_insight_balances(domain, instants, items),
                )
            )
        }
        return [rows.get(place, (0, None, None)) for place in range(len(instants) - 1)]

    @api.model
    def _sql_insight_balances(self, domain, instants, items):
        """SQL of month, customer and net feeling balance.

        A customer's month counts when 60 % of the feelings of each side were answered.
        """
        query, column, month, person = self._search_insight_readings(domain, instants)

        def side(expression, valence):
            return SQL("%s FILTER (WHERE %s = %s)", expression, column("valence"), valence)

        def enough(valence):
            count = len(items[BALANCE, valence].filtered("active"))
            needed = max(min(ANSWERED_ITEMS, count), math.ceil(ANSWERED_SHARE * count - 1e-9), 1)
            return SQL(
                "%s >= %s", side(SQL("COUNT(DISTINCT %s)", column("measure_id")), valence), needed
            )

        query.groupby = SQL("1, 2")
        query.having = SQL("%s IS NOT NULL AND %s AND %s", person, enough("1"), enough("-1"))
        mean = SQL("AVG(%s)", column("value"))
        return query.select(
            month, person, SQL("50 + 12.5 * (%s - %s)", side(mean, "1"), side(mean, "-1"))
        )
