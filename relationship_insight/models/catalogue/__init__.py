from . import (
    relationship_measure,
    relationship_measure_wording,
    relationship_competitor,
    relationship_instrument,
    relationship_instrument_version,
    relationship_instrument_item,
    res_company,
)
