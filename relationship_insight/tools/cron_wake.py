"""Waking a cron from requests that come by the hundred."""

from odoo.tools import SQL


def wake(env, xmlid):
    """Let a cron run soon, unless it is to run anyway and hasn't begun.

    A job removes its triggers as it begins: one that is being removed doesn't count, and a job
    that is about to begin waits for this transaction, whose rows it then finds.
    """
    cron_id = env["ir.model.data"].sudo()._xmlid_to_res_id(xmlid, raise_if_not_found=False)
    if cron_id and not env.execute_query(SQL(
            """
            SELECT 1 FROM ir_cron_trigger
             WHERE cron_id = %s AND call_at <= NOW() AT TIME ZONE 'UTC'
             LIMIT 1 FOR KEY SHARE SKIP LOCKED
            """, cron_id)):
        env["ir.cron"].sudo().browse(cron_id)._trigger()
