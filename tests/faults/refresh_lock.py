"""A night's refresh whose transaction began before another refresh ended. Argument: database."""

import json
import os
import sys

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import config


def main(database):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", database, "--no-http"])
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as early, registry.cursor() as other:
        night = api.Environment(early, SUPERUSER_ID, {})
        night["res.partner"].search_count([])  # From here on it would see nothing newer.
        env = api.Environment(other, SUPERUSER_ID, {})
        customer = env["res.partner"].create({"name": "Bought meanwhile"})
        product = env["product.product"].create({"name": "Cup", "list_price": 10})
        order = env["sale.order"].create(
            {"partner_id": customer.id, "order_line": [(0, 0, {"product_id": product.id})]}
        )
        order.action_confirm()
        env["relationship.profile"]._refresh(customer.ids)
        other.commit()
        night["relationship.profile"]._cron_refresh()
        early.commit()
        profile = night["relationship.profile"].search(
            [("commercial_partner_id", "=", customer.id)]
        )
        today = night.company._relationship_today()
        calibrations = night["relationship.calibration"].search_count(
            [("company_id", "=", night.company.id), ("date", "=", today)]
        )
        sys.stdout.write(
            json.dumps({"days": profile.mapped("purchase_days"), "calibrations": calibrations})
        )


main(*sys.argv[1:])
