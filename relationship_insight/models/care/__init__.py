from . import (
    relationship_case,
    relationship_case_callback,
    relationship_note,
    res_users,
    res_partner,
    relationship_alert_rule,
    relationship_planner,
    relationship_invitation,
    res_company,
)
