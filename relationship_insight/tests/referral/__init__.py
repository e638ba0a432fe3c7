from . import test_referral
from . import test_referral_capture
from . import test_referral_chain
from . import test_referral_figures
from . import test_referral_public
from . import test_referral_rules
from . import test_referral_utm
