from . import (
    relationship_alert,
    relationship_rate_limit,
    relationship_invitation,
    relationship_invitation_page,
    relationship_invitation_answer,
    relationship_invitation_done,
    relationship_feedback_point,
    survey_user_input,
)
