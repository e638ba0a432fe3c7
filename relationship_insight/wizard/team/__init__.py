from . import (
    relationship_assign,
    base_partner_merge,
)
