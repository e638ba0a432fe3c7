"""Waking crons: by ``trigger``, or by ``wake`` from requests that come by the hundred."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

RECENTLY = timedelta(hours=20)
WANTED = "relationship_insight.wake"


def wake(env, xmlid):
    """Let a cron run soon, unless it is to run anyway and hasn't begun.

    All that a transaction wants to wake is looked up once, as it ends.
    """
    precommit = env.cr.precommit
    if WANTED not in precommit.data:
        precommit.data[WANTED] = set()
        precommit.add(lambda: _wake(env, precommit.data.pop(WANTED)))
    precommit.data[WANTED].add(xmlid)


def _wake(env, xmlids):
    """Trigger those of these crons that nothing has triggered yet.

    A job removes its triggers as it begins: one that is being removed doesn't count, and a job
    that is about to begin waits for this transaction, whose rows it then finds.
    """
    ids = {
        env["ir.model.data"].sudo()._xmlid_to_res_id(xmlid, raise_if_not_found=False)
        for xmlid in xmlids
    }
    asleep = env.execute_query(
        SQL(
            """
        SELECT cron.id FROM UNNEST(%s::int[]) cron (id)
     LEFT JOIN LATERAL (
            SELECT TRUE AS awake FROM ir_cron_trigger
             WHERE cron_id = cron.id AND call_at <= NOW() AT TIME ZONE 'UTC'
             LIMIT 1 FOR KEY SHARE SKIP LOCKED) trigger ON TRUE
         WHERE trigger.awake IS NULL AND cron.id IS NOT NULL
        """,
            [cron_id or None for cron_id in ids],
        )
    )
    for (cron_id,) in asleep:
        env["ir.cron"].sudo().browse(cron_id)._trigger()


def trigger(env, xmlid):
    """Let a cron run soon, where there is one; for what is pressed or saved by one person."""
    if cron := env.ref(xmlid, raise_if_not_found=False):
        cron.sudo()._trigger()


def was_woken(env):
    """Whether the job that runs is at its usual hour, but ran already since the last one.

    Jobs that follow the night of the companies are woken by it; their own hour, in UTC and maybe
    at noon where the company is, only counts where nothing woke them.
    """
    cron = env["ir.cron"].browse(env.context.get("cron_id"))
    last, now = env.context.get("lastcall"), fields.Datetime.now()
    return bool(cron and last and cron.nextcall <= now and now - last < RECENTLY)
