from . import (
    relationship_measure,
    relationship_measure_wording,
    relationship_competitor,
    relationship_competitor_mention,
    relationship_instrument,
    relationship_instrument_version,
    relationship_instrument_version_cards,
    relationship_instrument_item,
    relationship_measure_instrument,
    res_company,
)
