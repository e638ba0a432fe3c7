"""What somebody leaves in a database of any version: run in ``odoo shell``, prints ids per table.

Only models that the version has are used; each entry is (model, values).
"""

import json
import sys

# ruff: noqa: F821 `env` is the shell's
env = env(context={"tracking_disable": True, "allowed_company_ids": env.company.ids})
customer, friend = env["res.partner"].create(
    [
        {"name": "Upgraded Mali", "email": "mali@example.com", "phone": "+66812345678"},
        {"name": "Upgraded Somchai", "email": "somchai@example.com"},
    ]
)
measure = {each.code: each for each in env["relationship.measure"].search([])}
kept = {}


def keep(records):
    """Remember records that somebody made."""
    kept.setdefault(records._table, []).extend(records.ids)
    return records


def make(model, **vals):
    """Create a record where the version has its model and fields."""
    if model not in env:
        return None
    Model = env[model]
    return keep(Model.create({name: value for name, value in vals.items() if name in Model}))


note = make(
    "relationship.note",
    partner_id=customer.id,
    summary="Likes it quiet",
    promise="Call back",
    visibility="me",
    channel="visit",
    further_ids=[(0, 0, {"name": "Bring the catalogue"})],
)
make(
    "relationship.note",
    partner_id=friend.id,
    summary="For the team",
    promise="Send a sample",
    feeling_ids=[(4, env.ref("relationship_insight.measure_m02_glad").id)],
)
kept_note = make("relationship.note", partner_id=friend.id, promise="Bring the list")
# Until 19.0.1.3.0 the conversation named its promise's activity.
if "promise_activity_id" in kept_note._fields:
    kept_note.promise_activity_id.action_feedback()
else:
    kept_note.promise_ids.activity_id.action_feedback()
make("relationship.note", partner_id=friend.id, promise="Taken back").promise = False
if "relationship.promise" in env:
    keep(env["relationship.promise"].search([("partner_id", "in", (customer + friend).ids)]))
if "further_ids" in env["relationship.note"]:
    assert keep(note.further_ids)
make(
    "relationship.reading",
    partner_id=customer.id,
    measure_id=measure["M13"].id,
    value=4,
    text="As the customer put it",
    origin="import",
)
survey = env.ref("relationship_insight.relationship_survey_check").sudo()
answer = survey._create_answer(partner=customer, check_attempts=False)
answer._mark_in_progress()
question = survey.question_ids.filtered(lambda each: each.question_type == "scale")[:1]
answer._save_lines(question, "4")
answer._mark_done()
keep(answer)
assert keep(env["relationship.reading"].search([("user_input_id", "=", answer.id)]))
make("relationship.competitor", name="Upgraded rival")
make("relationship.tier", name="Our own tier", sequence=99, ideal_days=5, max_days=9)
make("relationship.case", name="Cracked", partner_id=customer.id, description="It was cracked")
make("relationship.preference", partner_id=customer.id, text="A seat by the window")
make("relationship.life.event", partner_id=customer.id, type="birthday", day=29, month="2")
make(
    "relationship.referral",
    partner_id=friend.id,
    referrer_id=customer.id,
    source="staff",
    referred_id=friend.id,
)
if "relationship.campaign" in env:
    env.company.relationship_holdout_share = 0  # chance doesn't put them among the never asked
    instrument = env["relationship.instrument"].search([], limit=1)
    campaign = make("relationship.campaign", name="Our own", instrument_id=instrument.id)
    make(
        "relationship.invitation",
        campaign_id=campaign.id,
        partner_id=customer.id,
        company_id=campaign.company_id.id,
        version_id=instrument.version_ids[:1].id,
        channel="email",
    )
env.cr.commit()
sys.stdout.write(json.dumps(kept) + "\n")
