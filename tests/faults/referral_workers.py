"""Eight processes claim, process and reward the same referrals at once; some are killed.

Run with RI_ODOO_CONF and a database; prints what was found as JSON. The registry is loaded once
and the processes are forked from it, so that they really start together.
"""

import json
import os
import signal
import sys
import time
import traceback

import odoo.modules.registry
import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tools import config

WORKERS = 8
FRIENDS = 4


def environment(registry):
    return api.Environment(registry.cursor(), SUPERUSER_ID, {"lang": "en_US"})


def together(registry, function, *arguments):
    """Run the function in so many processes from one moment on; True if all ended well."""
    odoo.sql_db.close_all()
    start = time.time() + 0.5
    children = []
    for number in range(WORKERS):
        child = os.fork()
        if not child:
            code = 1
            try:
                env = environment(registry)
                time.sleep(max(0, start - time.time()))
                function(env, number, *arguments)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(child)
    return all(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 for child in children)


def claim(env, number, referrer, friends, day):
    for friend in friends:
        retrying(
            lambda friend=friend: env["relationship.referral"]._claim(
                {
                    "referrer_id": referrer,
                    "referred_id": friend,
                    "date": day,
                    "source": "pos" if number % 2 else "sale",
                    # Half are the same request sent again, the others are told apart.
                    "source_key": f"same:{friend}" if number % 2 else f"own:{friend}:{number}",
                }
            ),
            env,
        )


def compete(env, number, referrers, friend):
    retrying(
        lambda: env["relationship.referral"]._claim(
            {"referrer_id": referrers[number], "referred_id": friend, "source": "pos"}
        ),
        env,
    )


def process(env, _number):
    for _round in range(2):
        env["relationship.referral"]._cron_process()
        env["relationship.referral"]._cron_daily()
        env.cr.commit()


def killed(registry, place):
    """One process that dies while it rewards: after the reward's row, or after the points."""
    odoo.sql_db.close_all()
    child = os.fork()
    if not child:
        try:
            env = environment(registry)
            Reward = env.registry["relationship.referral.reward"]

            def die(self, *_args, **_more):
                self.env.flush_all()
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(Reward, place, die)
            env["relationship.referral"]._cron_daily()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def setup(env):
    from odoo import fields

    env["ir.cron"].search([]).active = False
    company = env.company
    points = env["loyalty.program"].create(
        {"name": "Points", "program_type": "loyalty", "company_id": company.id}
    )
    program = env["relationship.referral.program"]._get_program(company)
    program.write(
        {
            "referrer_program_id": points.id,
            "referrer_points": 50,
            "cap_count": 3,
            "referred_program_id": points.id,
            "referred_points": 20,
        }
    )
    product = env["product.product"].create({"name": "Tea", "type": "service"})
    people = env["res.partner"].create(
        [
            {"name": f"Person {n}", "email": f"person{n}@example.com"}
            for n in range(FRIENDS + WORKERS + 2)
        ]
    )
    for friend in people[1 : FRIENDS + 1]:
        order = env["sale.order"].create(
            {
                "partner_id": friend.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "price_unit": 100, "tax_ids": False})
                ],
            }
        )
        order.action_confirm()
        order.date_order = fields.Datetime.subtract(fields.Datetime.now(), days=30)
    env.cr.commit()
    return people.ids, fields.Datetime.subtract(fields.Datetime.now(), days=31)


def main(database):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", database, "--no-http"])
    registry = odoo.modules.registry.Registry(database)
    env = environment(registry)
    ids, day = setup(env)
    env.cr.close()
    referrer, friends, rivals = ids[0], ids[1 : FRIENDS + 1], ids[FRIENDS + 1 :]
    found = {"claims_ended": together(registry, claim, referrer, friends, day)}
    found["compete_ended"] = together(registry, compete, rivals[:WORKERS], rivals[-1])
    # Confirmed claims qualify and are due at once: two processes die in the middle.
    found["killed"] = [killed(registry, place) for place in ("_credit", "_log_history")]
    found["process_ended"] = together(registry, process)
    env = environment(registry)
    process(env, 0)
    Referral = env["relationship.referral"]
    mine = Referral.search([("referred_id", "in", friends)])
    found["referrals"] = sorted(mine.mapped("referred_id").ids) == friends and len(mine)
    found["states"] = sorted(mine.mapped("state"))
    rivals_claims = Referral.search([("referred_id", "=", rivals[-1])])
    found["rival_states"] = sorted(rivals_claims.mapped("state"))
    rewards = mine.reward_ids
    found["rewards"] = sorted(f"{r.side} {r.state}" for r in rewards)
    cards = env["loyalty.card"].search([("partner_id", "=", referrer)])
    found["points"] = [
        sum(cards.mapped("points")),
        len(cards),
        sum(cards.history_ids.mapped("issued")),
    ]
    found["friends_points"] = [
        env["loyalty.card"].search([("partner_id", "=", friend)]).mapped("points")
        for friend in friends
    ]
    found["mails"] = env["mail.mail"].search_count([("model", "=", "relationship.referral.reward")])
    env.cr.close()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
