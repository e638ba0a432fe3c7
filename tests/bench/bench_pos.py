"""What the strip of the picked customer costs a till: bytes, queries and time of its loading.

Goals: less than 300 kB for 2,000 loaded customers whatever was written about them, no query more
for 20,000 than for 2,000, and the lines of a picked customer in less than 100 ms. Every customer
has something on every line, in Thai (three bytes a letter). Argument: the largest number of
customers.
"""

import json
import os
import statistics
import sys
import time

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import config as options

LOADED, BYTES, PICKED = 2_000, 300_000, 0.1
TEXT = "ชอบนั่งริมหน้าต่าง ดื่มชาเขียวไม่ใส่น้ำตาล ไม่ชอบให้รีบเร่งเวลาเลือกของ"
CHOICES = (("care", "talk", "ask"), ("care", "like", "dislike"), ("promise", "event", "class"))


def main(customers=20_000):
    options.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", os.environ["RI_DB"], "--no-http"])
    registry = odoo.modules.registry.Registry(os.environ["RI_DB"])
    with registry.cursor() as cr:
        root = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "lang": "en_US"})
        root["res.lang"]._activate_lang("th_TH")
        shop, cashier = make_shop(root)
        made = 0
        for wanted in sorted({LOADED, customers}):
            make_customers(root, cashier, wanted - made)
            made = wanted
            cr.execute("ANALYZE")
            for kinds in CHOICES:
                show(shop, kinds)
                few = load(root, shop, cashier, LOADED)
                name = f"{', '.join(kinds)}: {LOADED} of {wanted} customers"
                report(
                    f"{name}: {few['bytes'] / 1000:.0f} kB, {few['queries']} queries, "
                    f"{few['ms']:.0f} ms",
                    few["bytes"] < BYTES,
                )
                if wanted == LOADED:
                    continue
                many = load(root, shop, cashier, wanted)
                report(
                    f"{name.replace(str(LOADED), str(wanted), 1)}: "
                    f"{many['bytes'] / 1000:.0f} kB, {many['queries']} queries, "
                    f"{many['ms']:.0f} ms",
                    many["queries"] == few["queries"],
                )
        show(shop, CHOICES[0])
        pick(root, shop, cashier)
        cr.rollback()


def make_shop(env):
    groups = [
        env.ref(name).id
        for name in (
            "base.group_user",
            "point_of_sale.group_pos_user",
            "relationship_insight.group_relationship_relations",
        )
    ]
    cashier = env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench_pos",
            "group_ids": [(6, 0, groups)],
            "company_id": env.company.id,
            "company_ids": [(6, 0, env.company.ids)],
        }
    )
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    shop = env["pos.config"].search([("company_id", "=", env.company.id)], limit=1)
    shop = shop or env["pos.config"].create(
        {"name": "Bench", "picking_type_id": warehouse.pos_type_id.id}
    )
    return shop, cashier


def make_customers(env, cashier, count):
    """Add customers of whom there is much to say: two things of a kind, a talk, a promise."""
    env.flush_all()
    cr = env.cr
    cr.execute("SELECT COALESCE(MAX(id), 0) FROM res_partner")
    fill = {
        "base": cr.fetchone()[0],
        "count": count,
        "company": env.company.id,
        "text": TEXT,
        "staff": cashier.partner_id.id,
        "user": cashier.id,
    }
    cr.execute(
        """
        INSERT INTO res_partner (name, complete_name, active, is_company, type, autopost_bills,
                                 lang, create_date, write_date)
        SELECT 'Bench ' || i, 'Bench ' || i, TRUE, FALSE, 'contact', 'ask', 'th_TH', NOW(), NOW()
          FROM generate_series(1, %(count)s) i
    """,
        fill,
    )
    cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE id > %(base)s", fill)
    cr.execute(
        """
        INSERT INTO relationship_preference (
            partner_id, commercial_partner_id, company_id, kind, text, steadiness, provenance,
            scope, staff_id, first_seen, confirm_count, review_date, sensitive, state)
        SELECT p.id, p.id, %(company)s, kind, %(text)s || ' ' || turn, 'established', 'stated',
               'here', %(staff)s, CURRENT_DATE, turn,
               CURRENT_DATE + CASE WHEN kind = 'need' THEN -1 ELSE 300 END, turn = 3, 'current'
          FROM res_partner p, unnest(ARRAY['care', 'like', 'dislike', 'need']) kind,
               generate_series(1, 3) turn
         WHERE p.id > %(base)s
    """,
        fill,
    )
    cr.execute(
        """
        INSERT INTO relationship_touch (
            partner_id, commercial_partner_id, company_id, visibility, last_date, last_staff_id,
            touch_count)
        SELECT p.id, p.id, %(company)s, 'company', NOW() - p.id %% 90 * INTERVAL '1 day',
               %(staff)s, 3
          FROM res_partner p WHERE p.id > %(base)s
    """,
        fill,
    )
    cr.execute(
        """
        INSERT INTO relationship_promise (
            name, partner_id, commercial_partner_id, company_id, staff_id, user_id, visibility,
            date_made, date_due, state)
        SELECT %(text)s, p.id, p.id, %(company)s, %(staff)s, %(user)s, 'company',
               CURRENT_DATE, CURRENT_DATE + 3, 'open'
          FROM res_partner p WHERE p.id > %(base)s
    """,
        fill,
    )
    cr.execute(
        """
        INSERT INTO relationship_life_event (
            partner_id, commercial_partner_id, company_id, type, name, day, month, yearly,
            leap_day, lead_days, calendar, next_date, sensitive, active)
        SELECT p.id, p.id, %(company)s, 'birthday', %(text)s, 1, '1', TRUE, 'before', 7,
               'gregorian', CURRENT_DATE + 5, FALSE, TRUE
          FROM res_partner p WHERE p.id > %(base)s
    """,
        fill,
    )
    cr.execute(
        """
        INSERT INTO relationship_profile (
            commercial_partner_id, company_id, loyalty_class, ask_next)
        SELECT p.id, %(company)s, 'true', 'motive' FROM res_partner p WHERE p.id > %(base)s
    """,
        fill,
    )
    env.invalidate_all()


def show(shop, kinds):
    shop.write({f"relationship_strip_{number}": kind for number, kind in enumerate(kinds, 1)})
    shop.env.flush_all()


def load(env, shop, cashier, count):
    """Load the strips of so many customers as a till does."""
    env["ir.config_parameter"].set_param("point_of_sale.limited_customer_count", count)
    env.flush_all()
    till = api.Environment(env.cr, cashier.id, {"lang": "th_TH"})
    Strip, config = till["relationship.strip"], shop.with_env(till)
    samples = []
    for _run in range(3):
        till.invalidate_all()
        before, start = env.cr.sql_log_count, time.monotonic()
        rows = Strip._load_pos_data_search_read({}, config)
        samples.append(time.monotonic() - start)
        queries = env.cr.sql_log_count - before
    shown = sum(row["id"] > 0 and len(row["lines"]) > 0 for row in rows)
    assert shown > 0.95 * count, shown
    return {
        "bytes": len(json.dumps(rows, ensure_ascii=False).encode()),
        "queries": queries,
        "ms": 1000 * statistics.median(samples),
    }


def pick(env, shop, cashier):
    till = api.Environment(env.cr, cashier.id, {"lang": "th_TH"})
    Strip, config = till["relationship.strip"], shop.with_env(till)
    env.cr.execute("SELECT id FROM res_partner WHERE name LIKE 'Bench %' ORDER BY id DESC LIMIT 20")
    samples = []
    for (partner_id,) in env.cr.fetchall():
        till.invalidate_all()
        start = time.monotonic()
        Strip._get_rows(config, [partner_id], cut=False)
        samples.append(time.monotonic() - start)
    seconds = statistics.median(samples)
    report(f"lines of a picked customer: {1000 * seconds:.0f} ms", seconds < PICKED)


def report(text, reached):
    print(f"{text}: goal {'reached' if reached else 'MISSED'}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
