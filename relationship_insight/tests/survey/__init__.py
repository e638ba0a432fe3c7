from . import test_survey_access
from . import test_survey_capture
from . import test_survey_mapping
