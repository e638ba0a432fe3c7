from . import (
    relationship_each,
    base_partner_merge,
)
