"""What only a team may read no longer feeds what others see."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    # Their feelings stay in the conversation itself; as readings everybody could see them.
    cr.execute("""
        DELETE FROM relationship_reading reading
         USING relationship_note note, relationship_measure measure
         WHERE note.id = reading.note_id AND note.visibility != 'company'
           AND measure.id = reading.measure_id AND measure.kind = 'emotion'
        """)
    cr.execute("""
        INSERT INTO relationship_refresh_queue (commercial_partner_ref)
        SELECT DISTINCT commercial_partner_id FROM relationship_note
         WHERE visibility = 'team' AND commercial_partner_id IS NOT NULL
        """)
    cr.execute("""
        UPDATE relationship_referral referral SET note_id = NULL
          FROM relationship_note note
         WHERE note.id = referral.note_id AND note.visibility != 'company'
        """)
    cr.execute("""
        UPDATE relationship_promise promise SET team_id = note.team_id
          FROM relationship_note note
         WHERE note.id = promise.note_id AND promise.visibility = 'team'
           AND promise.team_id IS DISTINCT FROM note.team_id
        """)
    rule = api.Environment(cr, SUPERUSER_ID, {}).ref(
        "relationship_insight.relationship_promise_report_rule_staff", raise_if_not_found=False
    )
    if rule and "'!=', 'me'" in rule.domain_force and "member_ids" not in rule.domain_force:
        rule.domain_force = """['|', '|', ('user_id', '=', user.id),
            '&', ('visibility', '!=', 'me'), ('team_id.user_id', '=', user.id),
            '&', ('staff_id', '=', user.partner_id.id), '|', ('visibility', '=', 'company'),
            '&', ('visibility', '=', 'team'), ('team_id.member_ids', 'in', user.id)]"""
