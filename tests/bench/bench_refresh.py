"""Full and incremental refresh against the bare limit, at 100,000 and 1,000,000 customers.

The bare limit is one GROUP BY over the same orders, one over the same readings, and one plain
bulk write of as many profile rows as the refresh writes, in the same run. Arguments: the number
of customers, 100000 by default (ten orders and five readings are made for each), and "again" to
measure on a database an earlier run has filled.
"""

import logging
import os
import re
import resource
import sys
import time
from collections import defaultdict
from contextlib import contextmanager

import population

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, config

GOAL_RATIO = 2.0
GOAL_INCREMENTAL = 1.0
GOAL_MEMORY = 300
INCREMENTAL = 1000
REFRESH = "odoo.addons.relationship_insight.models.insight.relationship_profile_refresh"
STEPS = {
    "relationship_new_bond": "bonds with staff",
    "relationship_new_bought": "orders to customers: days, gaps, spend",
    "relationship_new_promo": "discounts",
    "relationship_new_behaviour": "rates, chances, expectations",
    "relationship_new_rank": "percentiles and RFM",
    "relationship_new_voice": "answers to attitude and feelings",
    "relationship_new_mix": "motives",
    "relationship_new_closest": "bonds to customers",
    "relationship_new": "class, and the row of 66 figures",
    "transitions": "changes of class",
    "profiles written": "profiles written",
    "bonds written": "bonds written",
    "grid of ranks": "grid for single customers",
    "borders and coverage": "borders of spend, coverage",
    "days to talk next": "days to talk next (cadence)",
}


class Steps(logging.Handler):
    """Collects the seconds of each step of the refresh."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.seconds = defaultdict(float)

    def emit(self, record):
        found = re.match(r"refresh step (.+): ([\d.]+) s", record.getMessage())
        if found:
            self.seconds[found[1]] += float(found[2])


@contextmanager
def timed(parts, name):
    start = time.monotonic()
    yield
    parts[name] = time.monotonic() - start


def main(customers="100000", again=None):
    customers = int(customers)
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", os.environ["RI_DB"], "--no-http"])
    registry = odoo.modules.registry.Registry(os.environ["RI_DB"])
    steps = Steps()
    logger = logging.getLogger(REFRESH)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(steps)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        describe(env)
        apart = {}
        if not again:
            with timed(apart, "make the data"):
                population.make(env, customers, customers * 10, customers * 5, customers // 2)
        with timed(apart, "model fits"):
            env["relationship.calibration"]._calibrate(
                env.company, env.company._relationship_today()
            )
        cr.commit()
        print(f"{customers:,} customers, {customers * 10:,} orders, {customers * 5:,} readings")
        for name, seconds in apart.items():
            print(f"  apart: {name:<43} {seconds:8.2f} s")
        runs = {"first (inserts)": full(env, steps)}
        # A day later every figure has decayed: the honest nightly case.
        cr.execute(
            "UPDATE relationship_profile SET attitude = attitude + 0.001, rate = rate + 1e-9"
        )
        cr.commit()
        runs["nightly (every row changes)"] = full(env, steps)
        runs["nothing new"] = full(env, steps)
        bare = bare_limit(env)
        incremental = [one_batch(env, steps) for _attempt in range(3)]
    report(runs, bare, incremental)


def describe(env):
    names = (
        "server_version",
        "shared_buffers",
        "fsync",
        "synchronous_commit",
        "max_parallel_workers_per_gather",
    )
    shown = [
        f"{name} {env.execute_query(SQL('SHOW %s', SQL.identifier(name)))[0][0]}" for name in names
    ]
    print("PostgreSQL:", ", ".join(shown))


def report(runs, bare, incremental):
    limit = sum(bare.values())
    print(f"bare limit {limit:36.2f} s")
    for name, seconds in bare.items():
        print(f"  {name:<44} {seconds:8.2f} s {100 * seconds / limit:5.1f} %")
    for run, (total, _parts) in runs.items():
        print(f"full refresh, {run:<33} {total:6.2f} s {total / limit:6.2f} times the bare limit")
    total, parts = runs["nightly (every row changes)"]
    print("steps of the nightly refresh")
    named = [(STEPS.get(name, name), seconds) for name, seconds in parts.items()]
    named.append(("all else: commit, statistics, settings", total - sum(parts.values())))
    for name, seconds in named:
        print(
            f"  {name:<44} {seconds:8.2f} s {100 * seconds / total:5.1f} %"
            f" {seconds / limit:6.2f} times the bare limit"
        )
    largest = sorted(named, key=lambda step: -step[1])[:3]
    batch, parts = sorted(incremental, key=lambda each: each[0])[len(incremental) // 2]
    print(f"steps of the incremental refresh of {INCREMENTAL:,} customers")
    for name, seconds in parts.items():
        print(f"  {STEPS.get(name, name):<44} {seconds:8.3f} s {100 * seconds / batch:5.1f} %")
    print("goals")
    verdict(
        "full refresh (nightly) against the bare limit",
        total / limit,
        GOAL_RATIO,
        "times",
        "bound by "
        + ", ".join(f"{name} ({seconds / limit:.1f} times)" for name, seconds in largest),
    )
    verdict(
        f"incremental refresh of {INCREMENTAL:,} customers",
        batch,
        GOAL_INCREMENTAL,
        "s",
        "runs: " + ", ".join(f"{seconds:.2f} s" for seconds, _parts in incremental),
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict("peak memory of the Odoo process", peak, GOAL_MEMORY, "MB", "histories being fitted")


def verdict(name, value, goal, unit, bound):
    reached = value <= goal
    print(
        f"  {'reached' if reached else 'MISSED '} {name}: {value:.2f} {unit}"
        f" (goal {goal:g}){'' if reached else '; ' + bound}"
    )


def full(env, steps):
    """Return the seconds of a full refresh and of its steps."""
    steps.seconds.clear()
    start = time.monotonic()
    env["relationship.profile"]._refresh()
    env.cr.commit()
    return time.monotonic() - start, dict(steps.seconds)


def one_batch(env, steps):
    """Return the seconds to refresh customers drawn at random, figures of a day ago; by step."""
    ids = [
        row[0]
        for row in env.execute_query(
            SQL(
                "SELECT commercial_partner_id FROM relationship_profile ORDER BY random() LIMIT %s",
                INCREMENTAL,
            )
        )
    ]
    env.cr.execute(
        SQL(
            "UPDATE relationship_profile SET rate = rate + 1e-9 WHERE commercial_partner_id = "
            "ANY(%s)",
            ids,
        )
    )
    env.cr.commit()
    steps.seconds.clear()
    start = time.monotonic()
    env["relationship.profile"]._refresh(ids)
    env.cr.commit()
    return time.monotonic() - start, dict(steps.seconds)


def bare_limit(env):
    """Return the seconds of the least that has to be done, by part."""
    cr = env.cr
    parts = {}
    with timed(parts, "bare: GROUP BY over the orders"):
        cr.execute("""
            SELECT COUNT(*) FROM (
                SELECT partner_id, COUNT(*), SUM(amount_total), MAX(date_order) FROM (
                    SELECT partner_id, amount_total, date_order FROM pos_order WHERE state = 'done'
                    UNION ALL
                    SELECT partner_id, amount_total, date_order FROM sale_order
                     WHERE state = 'sale'
                ) o GROUP BY partner_id) g""")
    with timed(parts, "bare: GROUP BY over the readings"):
        cr.execute("""
            SELECT COUNT(*) FROM (
                SELECT commercial_partner_id, COUNT(*), AVG(score), MAX(date)
                  FROM relationship_reading GROUP BY commercial_partner_id) g""")
    cr.execute("CREATE TEMP TABLE plain ON COMMIT DROP AS SELECT * FROM relationship_profile")
    cr.execute("CREATE TABLE relationship_plain (LIKE relationship_profile INCLUDING ALL)")
    with timed(parts, "bare: plain write of the profile rows"):
        cr.execute("INSERT INTO relationship_plain SELECT * FROM plain")
        cr.commit()
    cr.execute("DROP TABLE relationship_plain")
    cr.commit()
    return parts


if __name__ == "__main__":
    main(*sys.argv[1:])
