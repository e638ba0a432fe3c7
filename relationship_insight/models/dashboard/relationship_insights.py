from collections import Counter
from datetime import datetime, time
from itertools import combinations

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...stats.suppression import hidden_cells

# Below: counts only. Below the second: shown as "low base" with its interval.
COUNTS_ONLY = 10
LOW_BASE = 30
PERIODS = (12, 24)
MAX_CHOICES = 500
# A share is shown to a tenth of a percent, so that no single answer is had from two of them.
SHARE_DIGITS = 3
# Filters whose values share the customers out among them.
PARTITIONS = ("user_id", "customer_type")


class RelationshipInsights(models.AbstractModel):
    """What the pictures of the Insights page share: filters, periods, and what must stay hidden.

    Every figure is read as the current user, so record rules and the company switcher apply.
    """

    _name = "relationship.insights"
    _description = "Insights"

    @api.model
    @api.readonly
    def get_insight_options(self):
        """Return what the page needs before its pictures: choices of the filters, what is there.

        :return: dict with ``has_profiles``, ``has_attitude``, ``being_read`` (customers
            were never read as yet), ``can_compare`` (may filter by
            person), ``own_only`` (the user's rules leave their own customers only),
            ``can_refresh``, ``can_survey``, ``salespeople`` and ``staff`` as
            [id, name], ``floor`` (smallest group shown), ``companies`` (names),
            ``threshold_company``
        """
        Profile = self._get_profiles()
        can_compare = self.env.user.has_group("relationship_insight.group_relationship_relations")
        return {
            "being_read": self.env.companies._relationship_being_read(),
            "has_profiles": bool(Profile.search_count([], limit=1)),
            "has_attitude": bool(Profile.search_count([("attitude_count", ">", 0)], limit=1)),
            "can_compare": can_compare,
            "own_only": not can_compare,
            "can_survey": self.env.user.has_group("survey.group_survey_user"),
            "can_refresh": self.env.user.has_group(
                "relationship_insight.group_relationship_manager"
            ),
            "salespeople": self._get_insight_salespeople() if can_compare else [],
            "staff": self._get_insight_staff() if can_compare else [],
            "floor": self.env.companies._relationship_floor(),
            "companies": self.env.companies.mapped("name"),
            "threshold_company": self.env.company.name,
        }

    @api.model
    def _get_profiles(self):
        """The customers that every figure is counted over, for whom may read them."""
        Profile = self.env["relationship.profile"]
        Profile.check_access("read")
        return Profile

    @api.model
    def _get_insight_salespeople(self):
        users = self.env["res.users"].search_fetch(
            [("share", "=", False), ("company_ids", "in", self.env.companies.ids)],
            ["name"],
            limit=MAX_CHOICES,
            order="name",
        )
        return [[user.id, user.name] for user in users]

    @api.model
    def _get_insight_staff(self):
        with_bond = self.env["relationship.bond"]._search([]).subselect("staff_id")
        staff = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search_fetch([("id", "in", with_bond)], ["name"], limit=MAX_CHOICES, order="name")
        )
        return [[partner.id, partner.name] for partner in staff]

    @api.model
    def action_refresh_now(self):
        """Have all customers of the companies in sight read as soon as a worker is free.

        :raise AccessError: unless the user is a manager of the app
        """
        if not self.env.user.has_group("relationship_insight.group_relationship_manager"):
            raise AccessError(self.env._("Only a manager can start the refresh."))
        cron = self.env.ref(
            "relationship_insight.ir_cron_relationship_refresh", raise_if_not_found=False
        )
        if not cron or not cron.sudo().active:
            raise UserError(self.env._("The nightly refresh is switched off."))
        self.env.companies._ask_relationship_refresh()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "All customers are being read. This page shows the result by itself."
                ),
            },
        }

    # Filters

    @api.model
    def _read_insight_filters(self, filters):
        """Return clean filters: ``user_id``, ``staff_id``, ``customer_type``, ``months``.

        :param filters: dict from the browser, or None
        :raise UserError: when a filter has a value that does not exist
        """
        filters = filters or {}
        clean = {
            "user_id": filters.get("user_id") or False,
            "staff_id": filters.get("staff_id") or False,
            "customer_type": filters.get("customer_type") or False,
            "months": filters.get("months") or PERIODS[0],
        }
        if (
            not all(isinstance(clean[name] or 0, int) for name in ("user_id", "staff_id"))
            or clean["customer_type"] not in (False, "company", "person")
            or clean["months"] not in PERIODS
        ):
            raise UserError(self.env._("This filter doesn't exist."))
        return clean

    @api.model
    def _get_insight_domain(self, filters):
        """Domain of the customers to look at, for any model with ``commercial_partner_id``."""
        domain = Domain.TRUE
        if filters["user_id"]:
            domain &= Domain("commercial_partner_id.user_id", "=", filters["user_id"])
        if filters["customer_type"]:
            domain &= Domain(
                "commercial_partner_id.is_company", "=", filters["customer_type"] == "company"
            )
        if filters["staff_id"]:
            domain &= Domain(
                "commercial_partner_id.relationship_bond_ids.staff_id", "=", filters["staff_id"]
            )
        return domain

    @api.model
    def _count_insight_cells(self, filters, people, size):
        """Return who stands in each cell, by what filters tell apart, to decide what is hidden.

        :param people: method that gives SQL of (cell, customer entity) of a domain, each once
        :param size: how many cells there are
        :return: a list for the customers of the staff filter and, where there is one, another
            for all: of each cell {(salesperson, whether a company): customers}
        """
        tables = []
        for staff in dict.fromkeys((filters["staff_id"], False)):
            domain = self._get_insight_domain(
                {**dict.fromkeys(PARTITIONS, False), "staff_id": staff}
            )
            rows = self.env.execute_query(
                SQL(
                    """
                SELECT person.cell, p.user_id, p.is_company, COUNT(*)
                  FROM (%s) AS person(cell, id) LEFT JOIN res_partner p ON p.id = person.id
              GROUP BY 1, 2, 3
                """,
                    people(domain),
                )
            )
            cells = [{} for _cell in range(size)]
            for cell, user, is_company, count in rows:
                # An erased customer is neither: no filter finds them.
                kind = {True: "company", False: "person"}.get(is_company)
                cells[cell][user or False, kind] = count
            tables.append(cells)
        return tables

    @api.model
    def _get_insight_hidden(self, filters, counts, people, floor):
        """Return the places of the cells whose figures must not be shown.

        A figure is hidden when it, or what a filter leaves out, is a group below the floor; and
        when the smaller groups beside it, hidden themselves, could be had by subtraction: all
        less those that are shown.

        :param counts: customers behind each cell
        :param people: see ``_count_insight_cells``
        """
        if not any(filters[name] for name in (*PARTITIONS, "staff_id")):
            return hidden_cells(dict(enumerate(counts)), max(1, floor))  # Nobody is left out.
        tables = self._count_insight_cells(filters, people, len(counts))
        return self._get_insight_hidden_cells(filters, tables, floor)

    @api.model
    def _get_insight_hidden_cells(self, filters, tables, floor):
        """The same from what ``_count_insight_cells`` gave."""
        floor = max(1, floor)
        own = tuple(filters[name] for name in PARTITIONS)
        active = [place for place, value in enumerate(own) if value]
        counts = [self._sum_insight_cell(cell, own, active) for cell in tables[0]]
        return hidden_cells(dict(enumerate(counts)), floor) | {
            place
            for place, cells in enumerate(zip(*tables))
            if self._is_insight_hidden(own, active, cells, floor)
        }

    @api.model
    def _sum_insight_cell(self, cell, own, places):
        return sum(
            number
            for key, number in cell.items()
            if all(key[place] == own[place] for place in places)
        )

    @api.model
    def _is_insight_hidden(self, own, active, cells, floor):
        mine = self._sum_insight_cell(cells[0], own, active)
        rests = []
        for size in range(len(active) + 1):
            for freed in combinations(active, size):
                fixed = [place for place in active if place not in freed]
                rests += [self._sum_insight_cell(cell, own, fixed) - mine for cell in cells]
                groups = Counter()
                for key, number in cells[0].items():
                    if all(key[place] == own[place] for place in fixed):
                        groups[tuple(key[place] for place in freed)] += number
                if tuple(own[place] for place in freed) in hidden_cells(groups, floor):
                    return True
        return any(0 < rest < floor for rest in rests)

    @api.model
    def _get_insight_months(self, months):
        """Return the first day of each of the last ``months`` months, and of the next one."""
        start = fields.Date.context_today(self).replace(day=1)
        return [start + relativedelta(months=step) for step in range(1 - months, 2)]

    @api.model
    def _get_insight_instants(self, days):
        """Return the moments (UTC, naive) at which these days begin for the user."""
        tz = self.env.tz
        return [
            tz.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in days
        ]

    # What must stay hidden

    @api.model
    def _get_insight_status(self, count, floor, hidden=False):
        """Return how far a figure over ``count`` customers can be trusted.

        :return: "suppressed" (hidden), "insufficient" (nobody, or a count only), "low_base"
            (shown with its interval), "ok"
        """
        if hidden or 0 < count < floor:
            return "suppressed"
        if count < COUNTS_ONLY:
            return "insufficient"
        return "low_base" if count < LOW_BASE else "ok"
