from . import (
    relationship_reading_void,
    relationship_mention_match,
    base_partner_merge,
    relationship_answer_export,
    relationship_answer_import,
)
