from . import test_measure_catalogue
from . import test_pos_capture
from . import test_pos_capture_order
from . import test_note
from . import test_survey_capture
from . import test_insight
from . import test_insight_time
from . import test_insight_ui
