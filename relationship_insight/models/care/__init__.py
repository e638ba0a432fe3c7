from . import (
    relationship_case,
    relationship_case_callback,
    relationship_case_escalate,
    relationship_note,
    relationship_case_owner,
    relationship_alert,
    relationship_alert_rule,
    relationship_alert_rule_raise,
    relationship_campaign,
    relationship_invitation,
    res_company,
)
