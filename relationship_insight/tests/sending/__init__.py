from . import test_mail_first_tap
from . import test_sending
from . import test_sending_life
from . import test_sending_wishes
from . import test_sending_contact
