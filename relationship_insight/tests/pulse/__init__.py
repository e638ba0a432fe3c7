from . import test_burst
from . import test_pulse
from . import test_pulse_felt
from . import test_pulse_portal
from . import test_pulse_preview
from . import test_pulse_shop
from . import test_pulse_wishes
