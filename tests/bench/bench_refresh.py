"""Full and incremental refresh against the bare limit, at 100,000 and 1,000,000 customers.

The bare limit is one GROUP BY over the same orders, one over the same readings, and one plain
bulk write of as many profile rows as the refresh writes, in the same run. Arguments: the number
of customers, 100000 by default; ten orders and five readings are made for each.
"""

import os
import resource
import sys
import time
from contextlib import contextmanager

import population

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import config

PARTS = {}


@contextmanager
def timed(name):
    start = time.monotonic()
    yield
    PARTS[name] = PARTS.get(name, 0) + time.monotonic() - start


def main(customers=100_000):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", os.environ["RI_DB"], "--no-http"])
    registry = odoo.modules.registry.Registry(os.environ["RI_DB"])
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        with timed("make the data"):
            population.make(env, customers, customers * 10, customers * 5, customers // 2)
        print(f"{customers:,} customers, {customers * 10:,} orders, {customers * 5:,} readings")
        Profile = env["relationship.profile"]
        company = env.company
        today = Profile._local_today(company)
        with timed("model fits"):
            env["relationship.calibration"]._calibrate(company, today)
        cr.commit()
        first = full(env, "first full refresh (inserts)")
        second = full(env, "second full refresh (nothing new)")
        # A day later every figure has decayed: the honest nightly case.
        cr.execute(
            "UPDATE relationship_profile SET attitude = attitude + 0.001, rate = rate + 1e-9")
        cr.commit()
        nightly = full(env, "nightly full refresh (every row changes)")
        bare = bare_limit(env, customers)
        print(f"refresh against the bare limit: {first / bare:.2f} (inserts), "
              f"{nightly / bare:.2f} (nightly), {second / bare:.2f} (nothing new)")
        ids = [row[0] for row in env.execute_query(odoo.tools.SQL(
            "SELECT commercial_partner_id FROM relationship_profile ORDER BY random() LIMIT 1000"))]
        for _attempt in range(3):
            start = time.monotonic()
            Profile._refresh(ids)
            cr.commit()
            print(f"incremental refresh of 1,000 customers: {time.monotonic() - start:.2f} s")
    for name, seconds in PARTS.items():
        print(f"  {name:<50} {seconds:8.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the Odoo process: {peak:.0f} MB")


def full(env, name):
    start = time.monotonic()
    env["relationship.profile"]._refresh()
    env.cr.commit()
    PARTS[name] = time.monotonic() - start
    return PARTS[name]


def bare_limit(env, customers):
    cr = env.cr
    start = time.monotonic()
    cr.execute("""
        SELECT COUNT(*) FROM (
            SELECT partner_id, COUNT(*), SUM(amount_total), MAX(date_order) FROM (
                SELECT partner_id, amount_total, date_order FROM pos_order WHERE state = 'done'
                UNION ALL
                SELECT partner_id, amount_total, date_order FROM sale_order WHERE state = 'sale'
            ) o GROUP BY partner_id) g""")
    PARTS["bare: GROUP BY over the orders"] = time.monotonic() - start
    middle = time.monotonic()
    cr.execute("""
        SELECT COUNT(*) FROM (
            SELECT commercial_partner_id, COUNT(*), AVG(score), MAX(date)
              FROM relationship_reading GROUP BY commercial_partner_id) g""")
    PARTS["bare: GROUP BY over the readings"] = time.monotonic() - middle
    middle = time.monotonic()
    cr.execute("CREATE TEMP TABLE plain ON COMMIT DROP AS SELECT * FROM relationship_profile")
    cr.execute("CREATE TABLE relationship_plain (LIKE relationship_profile INCLUDING ALL)")
    middle = time.monotonic()
    cr.execute("INSERT INTO relationship_plain SELECT * FROM plain")
    cr.commit()
    PARTS["bare: plain write of the profile rows"] = time.monotonic() - middle
    cr.execute("DROP TABLE relationship_plain")
    cr.commit()
    return sum(seconds for name, seconds in PARTS.items() if name.startswith("bare"))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
