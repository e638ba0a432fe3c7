from . import (
    relationship_study,
    relationship_study_question,
    relationship_study_quota,
    relationship_interviewee,
    relationship_interviewee_booking,
    relationship_interview_consent,
    relationship_interviewee_consent,
    relationship_planner,
    calendar_event,
    res_config_settings,
)
