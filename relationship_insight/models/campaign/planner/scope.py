from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odoo.tools import SQL

# Tables of one transaction; each is written by the step that is named after it.
LINE, PEOPLE, TOUCH, FACT, OWN, VERDICT = (
    SQL.identifier(f"relationship_plan_{name}")
    for name in ("line", "people", "touch", "fact", "own", "verdict")
)


@dataclass(frozen=True)
class Scope:
    """What one run of the planner looks at: one company at one moment, with its own rights."""

    company: Any  # its env is the run's: sudo, of this company, without a language
    now: datetime

    @property
    def env(self):
        return self.company.env

    @property
    def today(self):
        return self.now.date()

    def execute(self, query):
        """Run a query; return its cursor, for ``rowcount`` and what it fetched."""
        self.env.cr.execute(SQL("%s", query))
        return self.env.cr

    def execute_over_all(self, query):
        """Run a query that reads all customers.

        What the database believes of its tables is behind while many are being imported: a loop
        over a loop, planned for a handful of customers, would not end.
        """
        self.execute(SQL("SET LOCAL enable_nestloop = off"))
        self.execute(query)
        self.execute(SQL("RESET enable_nestloop"))

    def store(self, table, query):
        """Put the rows of a query into a table of this transaction; return their number.

        The database is told how many there are, or it would plan for a guess.
        """
        self.execute(SQL("DROP TABLE IF EXISTS %s", table))
        count = self.execute(
            SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, query)
        ).rowcount
        if count:
            self.execute(SQL("ANALYZE %s", table))
        return count
