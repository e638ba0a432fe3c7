"""Run in an Odoo shell: people with random histories, and five campaigns that all want them."""
# ruff: noqa: F821  (env is the shell's)

import random
from datetime import datetime, timedelta

from psycopg2.extras import execute_values

from odoo.fields import Command

PEOPLE, START = int(PARAMETERS["people"]), datetime.fromisoformat(PARAMETERS["start"])
rng = random.Random(PARAMETERS["seed"])

company = env["res.company"].create({"name": "Histories"})
env = env(context={**env.context, "allowed_company_ids": company.ids, "tracking_disable": True})
campaigns = []
for number, (measure, relationship, priority, days) in enumerate(
    (
        ("m01", True, "2_wave", 90),
        ("m07_tell", True, "2_wave", 90),
        ("m04_visit", False, "3_event", 30),
        ("m05", False, "1_recovery", 20),
        ("m03", False, "4_adhoc", 45),
    )
):
    instrument = env["relationship.instrument"].create(
        {
            "name": f"H{number}",
            "code": f"h{number}",
            "is_relationship": relationship,
            "is_deep": measure == "m01",
            "version_ids": [
                Command.create(
                    {
                        "number": 1,
                        "item_ids": [
                            Command.create(
                                {
                                    "measure_id": env.ref(
                                        f"relationship_insight.measure_{measure}"
                                    ).id
                                }
                            )
                        ],
                    }
                )
            ],
        }
    )
    instrument.version_ids.action_go_live()
    campaigns.append(
        env["relationship.campaign"].create(
            {
                "name": f"H{number}",
                "company_id": company.id,
                "instrument_id": instrument.id,
                "priority": priority,
                "cadence_number": days,
                "cadence_unit": "days",
                "drip_days": 40,
                "sampling_fraction": rng.choice((0.7, 1.0)),
            }
        )
    )

partners = env["res.partner"].create(
    [
        {"name": f"H{n}", "email": f"h{n if n % 50 else n + 1}@example.com" if n % 33 else False}
        for n in range(PEOPLE)
    ]
)
env.flush_all()
cr = env.cr
cr.execute(
    "INSERT INTO relationship_profile (commercial_partner_id, company_id, loyalty_class,"
    " first_purchase, last_purchase) SELECT id, %s, 'unknown', %s::date - id %% 700,"
    " %s::date - id %% 500 FROM res_partner WHERE id = ANY(%s)",
    (company.id, START, START, partners.ids),
)
rows, wishes = [], []
holdout = env["relationship.invitation"]._filter_holdout(partners, company)
for partner in partners - holdout:
    moment = START - timedelta(hours=rng.uniform(1, 24 * 60))
    for _number in range(rng.choice((0, 0, 1, 2, 4, 7, 10))):
        campaign = rng.choice(campaigns)
        state = rng.choice(("done", "expired", "sent", "started", "failed", "opened"))
        answered = moment + timedelta(hours=rng.uniform(1, 300))
        if state not in ("done", "started") or answered > START:
            answered, state = None, state if state not in ("done", "started") else "sent"
        rows.append(
            (
                campaign.id,
                campaign.instrument_id.live_version_id.id,
                company.id,
                partner.id,
                partner.id,
                rng.choice(("email", "email", "email", "kiosk")),
                state,
                moment,
                moment,
                answered,
                answered,
                rng.choice((0, 1, 2)),
                1,
                1,
            )
        )
        moment -= timedelta(hours=rng.uniform(25, 24 * 120))
    if rng.random() < 0.1:
        wishes.append(
            (
                partner.id,
                company.id,
                rng.choice(("normal", "half", "quarter")),
                START + timedelta(days=rng.randrange(60)) if rng.random() < 0.5 else None,
                rng.random() < 0.3,
            )
        )
execute_values(
    cr,
    """
    INSERT INTO relationship_invitation (campaign_id, version_id, company_id, partner_id,
        commercial_partner_id, channel, state, date_planned, date_sent, date_start, date_done,
        step, inclusion_probability, weight) VALUES %s""",
    rows,
)
execute_values(
    cr,
    """
    INSERT INTO relationship_contact_preference (partner_id, company_id, pace, paused_until,
        opted_out) VALUES %s""",
    wishes,
)
company._note_relationship_refresh(START)
for campaign in campaigns:
    campaign.action_start()
cr.execute("ANALYZE")
cr.commit()
