from . import (
    relationship_preference,
    relationship_preference_tag,
    relationship_preference_check,
    relationship_life_event,
    relationship_relation_type,
    relationship_relation,
    res_partner,
)
