"""Run in an Odoo shell: plan on some days of the future, at the same time as the others."""
# ruff: noqa: F821  (env is the shell's)

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import fields

START = datetime.fromisoformat(PARAMETERS["start"])
company = env["res.company"].search([("name", "=", "Histories")])
env.cr.commit()


def meet(place):
    """Wait until all workers are at this place."""
    folder = Path(PARAMETERS["folder"])
    (folder / f"{place}-{PARAMETERS['worker']}").touch()
    until = time.monotonic() + 300
    while len(list(folder.glob(f"{place}-*"))) < PARAMETERS["workers"]:
        if time.monotonic() > until:
            raise SystemExit(f"the others never came to {place}")
        time.sleep(0.02)


def answer(now):
    """A fifth of those asked lately answer; the rest was sent and lies about."""
    env.cr.execute(
        "UPDATE relationship_invitation SET state = 'sent', date_sent = date_planned"
        " WHERE state = 'planned' AND company_id = %s AND date_planned <= %s",
        (company.id, now),
    )
    env.cr.execute(
        "UPDATE relationship_invitation SET state = 'done', date_start = %(now)s,"
        " date_done = %(now)s WHERE state = 'sent' AND company_id = %(company)s"
        " AND source_key LIKE 'ledger:%%' AND id %% 5 = 0",
        {"now": now, "company": company.id},
    )
    env.cr.commit()


conflicts = 0
for number, day in enumerate(PARAMETERS["days"]):
    now = START + timedelta(days=day)
    with patch.object(fields.Datetime, "now", staticmethod(lambda now=now: now)):
        meet(f"day-{number}")
        if not PARAMETERS["worker"]:
            answer(now)
        meet(f"start-{number}")
        for _attempt in range(20):
            try:
                env["relationship.planner"]._plan(company)
                env.cr.commit()
                break
            except OperationalError:
                conflicts += 1
                env.cr.rollback()
        else:
            raise SystemExit("never got to plan")
sys.stdout.write(f"conflicts {conflicts}\n")
