from . import test_cadence
from . import test_capture
from . import test_capture_privacy
from . import test_capture_ui
from . import test_desk
from . import test_field
from . import test_onboarding
