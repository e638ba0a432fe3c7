from . import (
    relationship_note_each,
    relationship_plan_talks,
)
