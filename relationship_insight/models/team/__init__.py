from . import (
    relationship_bond,
    relationship_profile,
    relationship_key_people,
    relationship_account_team,
    relationship_handover,
    relationship_handover_line,
    relationship_handover_propose,
    res_users,
    resource_resource,
)
