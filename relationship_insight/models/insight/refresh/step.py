from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo.tools import SQL


@dataclass(frozen=True)
class Step:
    """A part of the refresh: a table of its own, or, of a few customers, a part of the statement.

    ``query`` gives one row per customer (of bonds, and member of staff). ``columns`` are those of
    them that are stored under the same name, with the figure of customers it has no row for.
    """

    name: str
    query: SQL
    columns: Mapping = field(default_factory=dict)
    makes_customers: bool = False  # who is in it has an insight; the others only add to it

    @property
    def table(self):
        return SQL.identifier(self.name)


def columns_of(steps):
    """Return the names of all stored figures of these steps."""
    return [name for step in steps for name in step.columns]


def kept_columns(snapshot, names):
    """Return those of these columns that a model of snapshots keeps, the day apart."""
    return [
        name
        for name in names
        if name != "date" and name in snapshot._fields and snapshot._fields[name].store
    ]


def sql_columns(names, table=None):
    """Return the SQL list of these columns, of a table if one is given."""
    return SQL(", ").join(
        SQL.identifier(table, name) if table else SQL.identifier(name) for name in names
    )


def sql_joined(steps):
    """Return SQL of one row per customer with the figures of all steps.

    Those that make customers come first: the others are looked up for each of them.
    """
    sources, *more = sorted(
        (step for step in steps if step.columns), key=lambda step: not step.makes_customers
    )
    return SQL(
        "SELECT customer, %s FROM %s %s",
        SQL(", ").join(
            SQL("%s AS %s", SQL.identifier(step.name, name), SQL.identifier(name))
            if nothing is None
            else SQL(
                "COALESCE(%s, %s) AS %s",
                SQL.identifier(step.name, name),
                nothing,
                SQL.identifier(name),
            )
            for step in steps
            for name, nothing in step.columns.items()
        ),
        sources.table,
        SQL(" ").join(
            SQL(
                "%s JOIN %s USING (customer)",
                SQL("FULL" if step.makes_customers else "LEFT"),
                step.table,
            )
            for step in more
        ),
    )


def single_statement(steps):
    """Return the last of these steps as one statement, in which the others are parts."""
    *parts, last = steps
    return Step(
        last.name,
        SQL(
            "WITH %s SELECT * FROM (%s) made",
            SQL(", ").join(
                SQL("%s AS MATERIALIZED (%s)", part.table, part.query) for part in parts
            ),
            last.query,
        ),
        last.columns,
    )
