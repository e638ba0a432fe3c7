from . import (
    relationship_wave_override,
    relationship_ask,
    base_partner_merge,
    relationship_campaign_start,
)
