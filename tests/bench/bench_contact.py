"""A contact with 10,000 conversations: what its form costs with us, and how long the brief takes.

Goals: at most 5 queries and 30 % more time than the same form without our fields, and the brief,
the card of the person and the desk in less than a second each. Argument: the number of
conversations.
"""

import os
import statistics
import sys
import time
from datetime import datetime, timedelta

from lxml import etree

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import config

QUERIES, SHARE, SECONDS = 5, 0.30, 1.0
RUNS = 15
CHUNK = 2000


def main(notes=10_000):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", os.environ["RI_DB"], "--no-http"])
    registry = odoo.modules.registry.Registry(os.environ["RI_DB"])
    with registry.cursor() as cr:
        root = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "lang": "en_US"})
        user, customer = make(root, notes)
        cr.execute("ANALYZE")
        env = api.Environment(cr, user.id, {"lang": "en_US"})
        others, ours = form_fields(env)
        without = [form(env, customer, others) for _run in range(RUNS)]
        with_us = [form(env, customer, others | ours) for _run in range(RUNS)]
        queries = with_us[-1][1] - without[-1][1]
        before, after = (statistics.median(run[0] for run in runs) for runs in (without, with_us))
        report(f"form of {notes} conversations: {queries} queries more", queries <= QUERIES)
        report(
            f"form: {1000 * before:.1f} ms without us, {1000 * after:.1f} ms with us "
            f"({after / before - 1:+.0%})",
            after / before - 1 <= SHARE,
        )
        for name, call in (
            ("brief", lambda: env["relationship.brief"].get_brief(customer.id)),
            ("card of the person", lambda: env["relationship.person"].get_person_card(customer.id)),
            ("desk", env["relationship.desk"].get_desk),
        ):
            seconds = statistics.median(timed(env, call)[0] for _run in range(5))
            report(f"{name}: {1000 * seconds:.0f} ms", seconds < SECONDS)
        start = time.monotonic()
        env["relationship.note"].create({"partner_id": customer.id, "summary": "One more"})
        env.flush_all()
        seconds = time.monotonic() - start
        report(f"logging one more, next date included: {1000 * seconds:.0f} ms", seconds < SECONDS)
        cr.rollback()


def make(env, notes):
    """Return a member of staff and a customer with so many conversations, three of five shared."""
    groups = [
        env.ref(name).id
        for name in (
            "base.group_user",
            "sales_team.group_sale_salesman",
            "relationship_insight.group_relationship_staff",
        )
    ]
    user = env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench_contact",
            "group_ids": [(6, 0, groups)],
            "company_id": env.company.id,
            "company_ids": [(6, 0, env.company.ids)],
        }
    )
    customer = env["res.partner"].create({"name": "Talks a lot", "user_id": user.id})
    Note = env["relationship.note"].with_user(user).with_context(relationship_no_refresh=True)
    now = datetime.now().replace(microsecond=0)
    for first in range(0, notes, CHUNK):
        Note.create(
            [
                {
                    "partner_id": customer.id,
                    "date": now - timedelta(hours=number + 90 * 24),
                    "channel": ("store", "call_out", "email", "visit", "chat")[number % 5],
                    "visibility": ("company", "company", "company", "team", "me")[number % 5],
                    "summary": f"Talk {number}",
                }
                for number in range(first, min(first + CHUNK, notes))
            ]
        )
        env.flush_all()
        env.invalidate_all()
    env["relationship.preference"].create(
        [{"partner_id": customer.id, "text": f"Thing {number}"} for number in range(50)]
    )
    env["relationship.profile"]._refresh([customer.id])
    env["relationship.touch"]._refresh([customer.id])
    env["relationship.cadence"]._refresh([customer.id])
    return user, customer


def form_fields(env):
    """Return the names of the contact form's fields: Odoo's, and ours."""
    view = env["res.partner"].get_views([(env.ref("base.view_partner_form").id, "form")])["views"][
        "form"
    ]
    names = {
        node.get("name")
        for node in etree.fromstring(view["arch"]).iter("field")
        if not any(parent.tag == "field" for parent in node.iterancestors())
    }
    fields = env["res.partner"]._fields
    ours = {name for name in names if fields[name]._module == "relationship_insight"}
    return names - ours, ours


def form(env, customer, names):
    return timed(
        env, lambda: env["res.partner"].browse(customer.id).web_read({name: {} for name in names})
    )


def timed(env, call):
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.monotonic()
    call()
    return time.monotonic() - start, env.cr.sql_log_count - queries


def report(text, reached):
    print(f"{text}: goal {'reached' if reached else 'MISSED'}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
