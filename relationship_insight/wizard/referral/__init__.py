from . import (
    relationship_referral_match,
    base_partner_merge,
    relationship_referral_tell,
)
