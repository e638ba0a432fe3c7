from . import pulse_page
from . import pulse
from . import pulse_wishes
from . import desk
from . import pulse_shop
from . import pos_pulse
from . import portal_pulse
from . import referral
