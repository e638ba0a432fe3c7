"""A night of twelve month ends that is killed in the given slice. Arguments: slice, database.

Slice 0: the night runs to its end. What is stored then is printed, so that nights compare.
"""

import json
import os
import signal
import sys
from datetime import date, datetime, time, timedelta

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import config


def prepare(env):
    """Customers with purchases and answers over the last year."""
    measure = env.ref("relationship_insight.measure_m13")
    product = env["product.product"].create({"name": "Cup", "list_price": 10})
    for number in range(8):
        customer = env["res.partner"].create({"name": f"Nightly {number}"})
        for days in range(20, 400, 40):
            day = datetime.combine(date.today(), time(5)) - timedelta(days=days + number)
            order = env["sale.order"].create(
                {"partner_id": customer.id, "order_line": [(0, 0, {"product_id": product.id})]}
            )
            order.action_confirm()
            order.date_order = day
            env["relationship.reading"].create(
                {
                    "partner_id": customer.id,
                    "measure_id": measure.id,
                    "value": 1 + days % 5,
                    "date": day,
                    "origin": "import",
                }
            )


def stored(env):
    """What the nights left, without ids and times of writing, by table."""
    found = {}
    for table in ("snapshot", "profile", "transition"):
        env.cr.execute(f"""
            SELECT jsonb_agg(row ORDER BY row::text) FROM (
                SELECT to_jsonb(t) - '{{id,create_date,write_date}}'::text[] AS row
                  FROM relationship_{table} t) rows""")  # noqa: S608
        found[table] = env.cr.fetchone()[0]
    return found


def main(kill_in, database):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", database, "--no-http"])
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if not env["relationship.reading"].search([("origin", "=", "import")], limit=1):
            prepare(env)
            cr.commit()
        Profile = registry["relationship.profile"]
        refresh_slice, ran = Profile._refresh_slice, []

        def refresh_and_die(self, company, day):
            refresh_slice(self, company, day)
            ran.append(str(day))
            if len(ran) == int(kill_in):
                os.kill(os.getpid(), signal.SIGKILL)  # done, and not yet committed

        Profile._refresh_slice = refresh_and_die
        cron = env.ref("relationship_insight.ir_cron_relationship_refresh")
        while not ran or not env.company.relationship_refreshed:  # as often as time runs out
            cron.method_direct_trigger()
            env.cr.commit()
            env.invalidate_all()
        sys.stdout.write(json.dumps({"ran": ran, "stored": stored(env)}))


main(*sys.argv[1:])
