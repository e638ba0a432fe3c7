"""A promise is kept once: what conversations said in fields of their own becomes its line."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, sql

# What was promised beside the ledger: in the conversation's own fields, in further lines.
SOURCES = {
    "relationship_note": SQL("""
        SELECT note.id AS note_id, NULL::int AS further_id, note.promise AS name,
               note.promise_date AS day, note.promise_activity_id AS activity_id
          FROM relationship_note note WHERE COALESCE(note.promise, '') != ''
        """),
    "relationship_note_further": SQL("""
        SELECT further.note_id, further.id AS further_id, further.name, further.date_due AS day,
               further.activity_id
          FROM relationship_note_further further
        """),
}
COLUMNS = {
    "relationship_note": ("promise", "promise_date", "promise_activity_id"),
    "relationship_promise": ("further_id",),
}
READERS_ONLY = {"perm_write": False, "perm_create": False, "perm_unlink": False}


def migrate(cr, version):
    sources = [
        query
        for table, query in SOURCES.items()
        if sql.table_exists(cr, table)
        and (table != "relationship_note" or sql.column_exists(cr, table, "promise"))
    ]
    if sources:
        if not sql.column_exists(cr, "relationship_promise", "further_id"):
            cr.execute("ALTER TABLE relationship_promise ADD COLUMN further_id int4")
        _tell_the_ledger(cr, SQL(" UNION ALL ").join(sources))
        _find_taken_off(cr, SQL(" UNION ALL ").join(sources))
    _drop(cr)
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("relationship_insight.relationship_promise_rule_staff", False)
    if rule:
        rule.write(READERS_ONLY)
    _rename_in_saved(cr)


def _tell_the_ledger(cr, said):
    """Add what the ledger doesn't know: it began later, and only with an activity."""
    cr.execute(
        SQL(
            """
        INSERT INTO relationship_promise (
            name, partner_id, commercial_partner_id, company_id, staff_id, team_id, user_id,
            visibility, note_id, further_id, activity_id, date_made, date_due, date_done, state,
            create_uid, create_date, write_uid, write_date)
        SELECT said.name, note.partner_id, note.commercial_partner_id, note.company_id,
               COALESCE(owner.partner_id, note.staff_id), note.team_id, note.create_uid,
               note.visibility, note.id, said.further_id, activity.id, note.date::date,
               COALESCE(activity.date_deadline, said.day, note.date::date), activity.date_done,
               CASE WHEN activity.id IS NULL THEN 'cancelled'
                    WHEN activity.active THEN 'open'
                    WHEN activity.date_done > activity.date_deadline THEN 'late'
                    ELSE 'kept' END,
               1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
          FROM (%s) said
          JOIN relationship_note note ON note.id = said.note_id
     LEFT JOIN mail_activity activity ON activity.id = said.activity_id
     LEFT JOIN res_users owner ON owner.id = activity.user_id
         WHERE NOT EXISTS (
            SELECT FROM relationship_promise known
             WHERE known.note_id = said.note_id AND (
                   known.further_id = said.further_id
                OR said.further_id IS NULL AND known.further_id IS NULL
                   AND known.name = said.name))
      ORDER BY said.note_id, said.further_id NULLS FIRST
        """,
            said,
        )
    )


def _find_taken_off(cr, said):
    """Called off and not said any more: it was taken off its conversation."""
    cr.execute(
        SQL(
            """
        UPDATE relationship_promise promise SET withdrawn = TRUE
         WHERE promise.note_id IS NOT NULL AND promise.state = 'cancelled'
           AND promise.withdrawn IS NOT TRUE AND NOT EXISTS (
            SELECT FROM (%s) said
             WHERE said.note_id = promise.note_id
               AND said.further_id IS NOT DISTINCT FROM promise.further_id
               AND said.name = promise.name)
        """,
            said,
        )
    )


def _drop(cr):
    """Let the columns, the table and all that Odoo keeps about them go."""
    for table, columns in COLUMNS.items():
        for column in columns:
            cr.execute(
                SQL(
                    "ALTER TABLE %s DROP COLUMN IF EXISTS %s CASCADE",
                    SQL.identifier(table),
                    SQL.identifier(column),
                )
            )
    cr.execute("""
        DELETE FROM ir_model_data
         WHERE module = 'relationship_insight' AND model = 'ir.rule'
           AND name LIKE 'relationship\\_note\\_further\\_rule\\_%'
        """)
    cr.execute("""
        DELETE FROM ir_rule rule USING ir_model model
         WHERE rule.model_id = model.id AND model.model = 'relationship.note.further'
        """)
    cr.execute("DROP TABLE IF EXISTS relationship_note_further CASCADE")


def _rename_in_saved(cr):
    """Filters and exports that users saved go on working."""
    for table, column, others, link in (
        ("ir_filters", "domain", SQL("model_id = 'relationship.note'"), "."),
        (
            "ir_exports_line",
            "name",
            SQL("export_id IN (SELECT id FROM ir_exports WHERE resource = 'relationship.note')"),
            "/",
        ),
    ):
        for old, new in (
            ("promise_activity_id", f"promise_ids{link}activity_id"),
            ("further_ids", "promise_ids"),
        ):
            cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(column)s = REPLACE(%(column)s, %(old)s, %(new)s)"
                    " WHERE %(column)s LIKE %(like)s AND %(others)s",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    old=old,
                    new=new,
                    like=f"%{old}%",
                    others=others,
                )
            )
