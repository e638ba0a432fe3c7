from . import (
    relationship_silence,
    relationship_silent_pair,
    relationship_silence_refresh,
    relationship_silence_judge,
    res_company,
    res_config_settings,
)
