from . import (
    relationship_survey_add,
)
