from . import test_life_event
from . import test_preference
