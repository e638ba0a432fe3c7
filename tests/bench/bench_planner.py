"""Planning of 5 campaigns over 100,000 people with 1,000,000 past contacts.

All five are due for everybody in one run, the worst case: the draw writes half a million lines
into the ledger, and each of them is decided at once. Argument: the number of people. The goal is
60 seconds. Also printed: the run after it, when nothing is new, and one day of a wave that is
spread over its quarter, the usual case.
"""

import os
import resource
import sys
import time
from pathlib import Path

import odoo.modules.registry
from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.tools import config

from odoo.addons.relationship_insight.models.campaign.planner import waves

GOAL = 60
CONTACTS = 10  # each


def main(people=100_000):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", os.environ["RI_DB"], "--no-http"])
    registry = odoo.modules.registry.Registry(os.environ["RI_DB"])
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "lang": "en_US"})
        company = env["res.company"].create({"name": "Bench of the planner"})
        env = env(context={**env.context, "allowed_company_ids": company.ids})
        instruments = [make_instrument(env, number) for number in range(5)]
        campaigns = [
            make_campaign(env, company, instrument, number)
            for number, instrument in enumerate(instruments)
        ]
        seconds = timed(lambda: fill(env, company, campaigns, people))
        cr.commit()
        print(f"{people:,} people, {people * CONTACTS:,} past contacts made in {seconds:.0f} s")
        company._note_relationship_refresh(fields.Datetime.now())
        for campaign in campaigns:
            campaign.action_start()
        cr.commit()
        Planner = env["relationship.planner"]
        counts = []
        before = cpu(cr)
        seconds = timed(lambda: counts.append(Planner._plan(company)))
        spent = cpu(cr) - before
        cr.commit()
        lines = check(env, campaigns)
        goal = "reached" if seconds <= GOAL * people / 100_000 else "MISSED"
        print(
            f"5 campaigns, {lines:,} lines decided, {counts[0]:,} invited: {seconds:.1f} s "
            f"({spent:.1f} s of them PostgreSQL computing); "
            f"goal of {GOAL} s for 100,000 people {goal}"
        )
        print(f"planning again, nothing new: {timed(lambda: Planner._plan(company)):.2f} s")
        cr.commit()
        drip = make_campaign(env, company, instruments[0], 9, drip_days=0)
        drip.action_start()
        draw = timed(
            lambda: waves.plan_waves(Planner._get_scope(company, fields.Datetime.now()), drip)
        )
        cr.commit()
        day = timed(lambda: Planner._plan(company))
        print(f"a wave spread over 3 months: {draw:.1f} s to draw it, {day:.1f} s a day")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the Odoo process: {peak:.0f} MB")


def timed(call):
    start = time.monotonic()
    call()
    return time.monotonic() - start


def cpu(cr):
    """Seconds of processor time that this connection's PostgreSQL process has used so far."""
    cr.execute("SELECT pg_backend_pid()")
    stat = Path(f"/proc/{cr.fetchone()[0]}/stat")
    if not stat.exists():
        return 0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def make_instrument(env, number):
    measure = env.ref(
        "relationship_insight.measure_m01"
        if number == 0
        else "relationship_insight.measure_m04_visit"
    )
    instrument = env["relationship.instrument"].create(
        {
            "name": f"Bench {number}",
            "code": f"bench{number}",
            "is_relationship": number < 2,
            "version_ids": [
                Command.create(
                    {"number": 1, "item_ids": [Command.create({"measure_id": measure.id})]}
                )
            ],
        }
    )
    instrument.version_ids.action_go_live()
    return instrument


def make_campaign(env, company, instrument, number, drip_days=1):
    return env["relationship.campaign"].create(
        {
            "name": f"Bench {number}",
            "company_id": company.id,
            "instrument_id": instrument.id,
            "priority": ("1_recovery", "2_wave", "2_wave", "3_event", "4_adhoc")[number % 5],
            "sampling_fraction": 0.8,
            "drip_days": drip_days,
        }
    )


def fill(env, company, campaigns, people):
    """Customers, and ten invitations of each over three years: answered, ignored, failed."""
    cr = env.cr
    env.flush_all()
    fill = {
        "people": people,
        "contacts": CONTACTS,
        "company": company.id,
        "campaigns": [campaign.id for campaign in campaigns],
        "versions": [campaign.instrument_id.live_version_id.id for campaign in campaigns],
    }
    # The rows are made to fit; the constraints are there again when the planner runs.
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute(
        """
        INSERT INTO res_partner (name, complete_name, active, is_company, type, autopost_bills,
                                 lang, tz, email, email_normalized, partner_share,
                                 create_date, write_date)
        SELECT 'Plan ' || i, 'Plan ' || i, TRUE, FALSE, 'contact', 'ask', 'en_US',
               (ARRAY['Asia/Bangkok', 'Europe/Paris', NULL])[1 + i %% 3],
               'plan' || i || '@example.com', 'plan' || i || '@example.com', TRUE, NOW(), NOW()
          FROM generate_series(1, %(people)s) i
    """,
        fill,
    )
    cr.execute("SELECT MIN(id) - 1 FROM res_partner WHERE name LIKE 'Plan %%'")
    fill["base"] = cr.fetchone()[0]
    cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE id > %(base)s", fill)
    cr.execute(
        """
        INSERT INTO relationship_profile (commercial_partner_id, company_id, loyalty_class,
                                          first_purchase, last_purchase)
        SELECT id, %(company)s, 'unknown', CURRENT_DATE - 900, CURRENT_DATE - id %% 400
          FROM res_partner WHERE id > %(base)s
    """,
        fill,
    )
    # Three in ten answer; the last contact lies between a few days and half a year back.
    cr.execute(
        """
        INSERT INTO relationship_invitation (
            campaign_id, version_id, company_id, partner_id, commercial_partner_id, channel, state,
            step, date_planned, date_sent, date_start, date_done, inclusion_probability, weight,
            create_date, write_date)
        SELECT (%(campaigns)s::int[])[1 + n %% 5], (%(versions)s::int[])[1 + n %% 5], %(company)s,
               %(base)s + i, %(base)s + i, 'email',
               CASE WHEN (i * 31 + n * 17) %% 10 < 3 THEN 'done'
                    WHEN (i + n) %% 50 = 0 THEN 'failed' ELSE 'expired' END,
               n %% 2, at, at, answered, answered, 1, 1, at, at
          FROM generate_series(1, %(people)s) i
    CROSS JOIN generate_series(1, %(contacts)s) n
    CROSS JOIN LATERAL (
            SELECT date_trunc('second', NOW() AT TIME ZONE 'UTC')
                   - make_interval(days => 100 * (n - 1) + i %% 180, mins => i %% 1440) AS at
          ) moment
    CROSS JOIN LATERAL (
            SELECT CASE WHEN (i * 31 + n * 17) %% 10 < 3 THEN at + '1 day'::interval END AS answered
          ) reaction
    """,
        fill,
    )
    cr.execute("SET LOCAL session_replication_role = origin")
    cr.execute("ANALYZE")
    env.invalidate_all()


def check(env, campaigns):
    """Every person has one line in each campaign; return the number of lines."""
    env.cr.execute(
        """
        SELECT campaign_id, count(*), count(DISTINCT partner_id),
               count(*) FILTER (WHERE outcome IN ('invited', 'deferred', 'skipped'))
          FROM relationship_eligibility WHERE campaign_id = ANY(%s) GROUP BY campaign_id
    """,
        [[campaign.id for campaign in campaigns]],
    )
    rows = env.cr.fetchall()
    for _campaign, *counts in rows:
        if len(set(counts)) != 1:
            raise SystemExit(f"the ledger doesn't sum to the population: {rows}")
    env.cr.execute(
        """
        SELECT reason, count(*) FROM relationship_eligibility WHERE campaign_id = ANY(%s)
         GROUP BY reason ORDER BY 2 DESC
    """,
        [[campaign.id for campaign in campaigns]],
    )
    print("  " + ", ".join(f"{reason} {count:,}" for reason, count in env.cr.fetchall()))
    env.cr.execute("""
        SELECT count(*) FROM (
            SELECT partner_id, date_planned - lag(date_planned) OVER (
                       PARTITION BY partner_id ORDER BY date_planned) AS gap
              FROM relationship_invitation WHERE state NOT IN ('failed', 'cancelled')
        ) gaps WHERE gap < INTERVAL '24 hours'
    """)
    if env.cr.fetchone()[0]:
        raise SystemExit("somebody is asked twice within 24 hours")
    return sum(row[1] for row in rows)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
