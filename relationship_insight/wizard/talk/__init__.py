from . import (
    relationship_note_each,
)
