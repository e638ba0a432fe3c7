from . import (
    relationship_measure,
    relationship_refresh_queue,
    relationship_reading,
    relationship_reading_match,
    relationship_reading_rows,
    relationship_reading_import,
    relationship_merged_contact,
    relationship_purchase,
    relationship_mention,
    sale_order,
    account_move,
)
