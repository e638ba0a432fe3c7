from . import (
    relationship_card_sentence,
    relationship_card,
    relationship_reading_card,
    relationship_note_card,
    relationship_insights,
    relationship_insights_shares,
    relationship_insights_matrix,
    relationship_insights_feelings,
    relationship_insights_motives,
    relationship_profile_history,
)
