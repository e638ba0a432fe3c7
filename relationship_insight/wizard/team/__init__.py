from . import (
    relationship_assign,
    relationship_plan_talks,
    base_partner_merge,
)
