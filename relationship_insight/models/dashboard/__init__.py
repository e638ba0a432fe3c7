from . import (
    relationship_card,
    relationship_card_sentence,
    relationship_reading,
    relationship_note,
    relationship_insights,
    relationship_insights_shares,
    relationship_insights_matrix,
    relationship_insights_money,
    relationship_insights_feelings,
    relationship_insights_motives,
    relationship_insights_history,
)
