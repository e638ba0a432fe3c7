"""Installed into a company that already sells: customers are read at once, not the next night."""

import sys
import time

ORDERS = """
product = env["product.product"].create({"name": "Cup", "list_price": 10})
for number in range(40):
    customer = env["res.partner"].create({"name": f"Regular {number}"})
    for days in range(5, 300, 20 + number):
        order = env["sale.order"].create({
            "partner_id": customer.id, "order_line": [(0, 0, {"product_id": product.id})]})
        order.action_confirm()
        order.date_order = env.cr.now() - __import__("datetime").timedelta(days=days)
env.cr.commit()
"""
PATIENCE = 150  # seconds; a worker looks for jobs once a minute when nothing wakes it


def test_customers_are_read_soon_after_the_installation(databases, start_server, tmp_path):
    from ridev import odoo

    with databases.clone(databases.base_template(), "firstday") as name:
        log = tmp_path / "odoo.log"
        odoo.shell(
            databases.server, databases.conf, name, ORDERS, log=log, what="selling for a year"
        )
        databases.install(name, ["relationship_insight"], log)
        begin = time.monotonic()
        start_server(name, "--max-cron-threads=1")
        query = "select count(*), count(loyalty_class) from relationship_profile"
        while (found := databases.sql(query, database=name)) != ["40|40"]:
            assert time.monotonic() - begin < PATIENCE, found
            time.sleep(0.5)
        sys.stderr.write(
            f"40 customers read {time.monotonic() - begin:.1f} s after the installation\n"
        )
        while databases.sql(
            "select 1 from res_company where relationship_refreshed is null", database=name
        ):
            assert time.monotonic() - begin < PATIENCE
            time.sleep(0.5)
