from . import (
    relationship_note,
    res_partner,
    relationship_note_voice,
    relationship_promise,
    relationship_promise_report,
    relationship_note_change,
    relationship_touch,
    mail_activity,
)
