"""What is read: of which company, up to when, of whom."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from odoo.tools import SQL

from .local_hours import to_utc, zone
from .sql_ids import sql_ids


@dataclass(frozen=True)
class Scope:
    """Which evidence to read; every part may be left out.

    Of customers it holds the ids of the commercial entities, and SQL of all their contacts.
    """

    company: typing.Any = None  # res.company
    day: date | None = None  # as of when, in the company's time zone
    until: datetime | None = None  # its last moment: nothing later is seen, refunds included
    customers: Sequence[int] | None = None  # None for all
    partners: SQL | None = None  # SQL yielding the res_partner ids
    params: Mapping = field(default_factory=dict)  # the company's fitted constants

    @classmethod
    def at(cls, company, day, customers=None, params=None):
        """The evidence of a company up to the end of a local day, of these customers or of all."""
        tomorrow = to_utc(day + timedelta(days=1), 0, zone(company._relationship_tz()))
        partners = customers is not None and SQL(
            "SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)", sql_ids(customers)
        )
        return cls(
            company,
            day,
            tomorrow - timedelta(microseconds=1),
            customers,
            partners or None,
            params or {},
        )

    @property
    def env(self):
        return self.company.env

    def without(self, *parts):
        return replace(self, **dict.fromkeys(parts))

    # ------------------------------------------------------------
    # Conditions
    # ------------------------------------------------------------

    def sql(self, date, partner, company):
        """Return the SQL condition on these three columns."""
        conditions = [SQL("TRUE")]
        if self.until:
            conditions.append(SQL("%s <= %s", date, self.until))
        if self.partners:
            conditions.append(SQL("%s IN (%s)", partner, self.partners))
        if self.company:
            conditions.append(SQL("%s = %s", company, self.company.id))
        return SQL(" AND ").join(conditions)

    def few(self, column):
        """Return the SQL condition that a column is one of the customers."""
        if self.customers is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", column, sql_ids(self.customers))

    def orders(self, table, alias):
        """Return the SQL of a table of orders; those of a few customers are looked up one by one.

        The planner would rather read all orders, not knowing how few a customer has.
        """
        names = {"table": SQL.identifier(table), "alias": SQL.identifier(alias)}
        if not self.partners:
            return SQL("%(table)s %(alias)s", **names)
        return SQL(
            """
            (%(partners)s) buyer (id) CROSS JOIN LATERAL (
                SELECT * FROM %(table)s every WHERE every.partner_id = buyer.id OFFSET 0
            ) %(alias)s
            """,
            partners=self.partners,
            **names,
        )

    def entity(self, partner):
        """Return the SQL of the commercial entity of a partner column, and the join it needs."""
        if self.customers is not None:
            return SQL("partner.commercial_partner_id"), SQL(
                "JOIN res_partner partner ON partner.id = %s", partner
            )
        # Most customers are their own entity: joining the others only is much smaller.
        return SQL("COALESCE(partner.commercial_partner_id, %s)", partner), SQL(
            """
            LEFT JOIN res_partner partner ON partner.id = %s
                  AND partner.commercial_partner_id != partner.id
            """,
            partner,
        )

    # ------------------------------------------------------------
    # Time
    # ------------------------------------------------------------

    @property
    def asof(self):
        """SQL of the day."""
        return SQL("%s::date", self.day)

    def local_day(self, column):
        """SQL of the company's local date of a stored moment."""
        name = self.company._relationship_tz()
        if name == "UTC":
            return SQL("%s::date", column)
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", column, name)
