from . import pulse_page
from . import pulse
from . import pulse_wishes
from . import desk
