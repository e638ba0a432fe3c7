"""What was logged before enters the ledger of promises and the days of the last talk."""

from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file

CHUNK = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"relationship_no_refresh": True})
    # Tiers that somebody deleted don't come back with an update; these never were there.
    convert_file(
        env, "relationship_insight", "data/relationship_tier_data.xml", {}, mode="init",
        noupdate=True)
    env["res.company"]._create_missing_relationship_tiers()
    Note = env["relationship.note"]
    last = 0
    while notes := Note.search(
            [("promise", "!=", False), ("id", ">", last)], order="id", limit=CHUNK):
        notes._sync_ledger()
        last = notes[-1].id
        env.flush_all()
        env.invalidate_all()
    cr.execute(
        """
        INSERT INTO relationship_promise (
            name, partner_id, commercial_partner_id, company_id, staff_id, team_id, user_id,
            visibility, note_id, activity_id, date_made, date_due, date_done, state, create_uid,
            create_date, write_uid, write_date)
        SELECT note.promise, note.partner_id, note.commercial_partner_id, note.company_id,
               COALESCE(owner.partner_id, note.staff_id), note.team_id, note.create_uid,
               note.visibility, note.id, activity.id, note.date::date, activity.date_deadline,
               activity.date_done,
               CASE WHEN activity.date_done > activity.date_deadline THEN 'late' ELSE 'kept' END,
               1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
          FROM relationship_note note
          JOIN mail_activity activity ON activity.id = note.promise_activity_id
     LEFT JOIN res_users owner ON owner.id = activity.user_id
         WHERE activity.active IS NOT TRUE AND note.promise IS NOT NULL
           AND NOT EXISTS (
            SELECT 1 FROM relationship_promise known WHERE known.note_id = note.id)
        """)
    env["relationship.touch"]._refresh()
    env["relationship.cadence"]._refresh()
