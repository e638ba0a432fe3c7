from . import (
    relationship_profile,
    relationship_profile_refresh,
    relationship_transition,
    relationship_bond,
    relationship_bond_snapshot,
    relationship_snapshot,
    relationship_calibration,
    relationship_reliability,
    res_partner,
    res_company,
    res_config_settings,
    ir_websocket,
)
