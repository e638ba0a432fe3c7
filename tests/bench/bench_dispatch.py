"""Inviting customers by e-mail: records, tokens and mails ready to send, ours and Odoo's.

Beside it, on the same database in the same run, Odoo's own `survey.invite` wizard, measured on
fewer customers, for it takes long. Arguments: the number of customers for ours, and for Odoo's.
The goal is at least 20 times as many customers a second. What the mail server takes is not in
either figure; ours also renders each mail and, told apart, builds what goes over the wire.
"""

import os
import sys
import time
from datetime import timedelta

import odoo.modules.registry
from odoo import SUPERUSER_ID, api, fields
from odoo.tools import config

GOAL = 20
PAGE = 500
WIRED = 200  # mails built for the wire, of which the rest is reckoned


def main(ours=10_000, theirs=300):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", os.environ["RI_DB"], "--no-http"])
    registry = odoo.modules.registry.Registry(os.environ["RI_DB"])
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        partners = make_partners(env, max(ours, theirs))
        campaign = make_campaign(env)
        survey = env["survey.survey"].create(
            {
                "title": "Bench",
                "access_mode": "token",
                "users_login_required": False,
                "question_and_page_ids": [
                    (0, 0, {"title": "How was it?", "question_type": "scale"})
                ],
            }
        )
        cr.commit()
        env.invalidate_all()
        before = env["mail.mail"].search_count([])
        seconds = timed(lambda: by_wizard(env, survey, partners[:theirs]))
        sent = env["mail.mail"].search_count([]) - before
        assert sent == theirs, sent
        cr.commit()
        wizard_rate = theirs / seconds
        print(f"survey.invite: {theirs} customers in {seconds:.1f} s, {wizard_rate:.0f}/s")
        env.invalidate_all()
        steps = dispatch(env, campaign, partners[:ours])
        report(steps, ours, wizard_rate)


def report(steps, customers, wizard_rate):
    total = sum(steps[name] for name in ("invitations", "queue", "mails"))
    for name, seconds in steps.items():
        print(f"  {name}: {seconds:.2f} s, {1000 * seconds / customers:.3f} ms each")
    rate = customers / total
    ratio = rate / wizard_rate
    print(f"relationship_insight: {customers} customers in {total:.1f} s, {rate:.0f}/s")
    print(
        f"{ratio:.0f} times as many a second, goal {GOAL}:"
        f" {'reached' if ratio >= GOAL else 'MISSED'}"
    )
    wired = customers / (total + steps["wire format"])
    print(
        f"with the wire format, which Odoo builds when it sends: {wired:.0f}/s,"
        f" {wired / wizard_rate:.0f} times"
    )


def dispatch(env, campaign, partners):
    """Seconds of each step from the customers to mails that only wait for the mail server."""
    Delivery = env["relationship.delivery"]
    steps = {}
    steps["invitations"] = timed(lambda: invite(env, campaign, partners))
    env.cr.commit()

    def queue():
        while Delivery._queue_invitations():
            env.cr.commit()

    steps["queue"] = timed(queue)
    env.cr.commit()
    env.invalidate_all()
    queued = Delivery.search([("campaign_id", "=", campaign.id), ("state", "=", "queued")])
    assert len(queued) == len(partners), len(queued)
    mails = {}

    def render():
        for start in range(0, len(queued), PAGE):
            page = Delivery.browse(queued.ids[start : start + PAGE])
            mails.update(page._prepare_mails())

    steps["mails"] = timed(render)
    assert len({mail["body"] for mail in mails.values()}) == len(partners)

    sample = queued[:WIRED]

    def build():
        for delivery in sample:
            delivery._build_message(mails[delivery.id], delivery.email).as_bytes()

    steps["wire format"] = timed(build) * len(partners) / len(sample)
    return steps


def invite(env, campaign, partners):
    """What the planner does for a wave: an invitation with a token for each customer."""
    now = fields.Datetime.now()
    Invitation = env["relationship.invitation"]
    for start in range(0, len(partners), 5000):
        Invitation.create(
            [
                {
                    "campaign_id": campaign.id,
                    "version_id": campaign.instrument_id.live_version_id.id,
                    "company_id": campaign.company_id.id,
                    "partner_id": partner.id,
                    "channel": "email",
                    "email": partner.email_normalized,
                    "lang": partner.lang,
                    "tz": partner.tz,
                    "date_planned": now,
                    "date_expire": now + timedelta(days=30),
                }
                for partner in partners[start : start + 5000]
            ]
        )
        env.flush_all()


def by_wizard(env, survey, partners):
    action = survey.action_send_survey()
    wizard = (
        env["survey.invite"]
        .with_context(**action["context"])
        .create({"partner_ids": [(6, 0, partners.ids)]})
    )
    wizard.action_invite()
    env.flush_all()


def make_campaign(env):
    env.company.relationship_holdout_share = 0
    env.company.partner_id.email = "shop@example.com"
    instrument = env["relationship.instrument"].create(
        {
            "name": "Bench",
            "code": "BENCH_DISPATCH",
            "version_ids": [
                (
                    0,
                    0,
                    {
                        "item_ids": [
                            (
                                0,
                                0,
                                {
                                    "measure_id": env.ref(
                                        "relationship_insight.measure_m04_visit"
                                    ).id
                                },
                            )
                        ]
                    },
                )
            ],
        }
    )
    instrument.version_ids.action_go_live()
    campaign = env["relationship.campaign"].create(
        {"name": "Bench", "instrument_id": instrument.id}
    )
    campaign.state = "running"
    return campaign


def make_partners(env, count):
    Partner = env["res.partner"].with_context(tracking_disable=True)
    return Partner.create(
        [
            {
                "name": f"Bench {n}",
                "email": f"bench{n}@example.com",
                "lang": "en_US",
                "tz": "Asia/Bangkok",
            }
            for n in range(count)
        ]
    )


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
