from . import test_pos_capture
from . import test_pos_capture_detail
from . import test_pos_capture_order
from . import test_pos_capture_tour
from . import test_pos_receipt_tour
from . import test_pos_referral
from . import test_pos_referral_refund
from . import test_pos_strip
