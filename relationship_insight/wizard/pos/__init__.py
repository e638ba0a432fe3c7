from . import (
    relationship_referral_tell,
)
