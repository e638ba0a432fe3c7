from . import (
    relationship_silence,
    relationship_silent_pair,
    relationship_silence_refresh,
    relationship_silence_judge,
    relationship_silence_customers,
    relationship_silence_board,
    res_company,
    res_config_settings,
)
