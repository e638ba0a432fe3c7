from . import (
    relationship_measure,
    relationship_instrument_version,
    relationship_instrument,
    survey_survey,
    survey_question,
    survey_question_answer,
    survey_user_input,
    survey_user_input_line,
)
