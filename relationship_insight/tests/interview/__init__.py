from . import test_study
from . import test_booking
from . import test_interview_rest
from . import test_interview
from . import test_coding
