from . import test_customer_card
from . import test_customer_card_ui
from . import test_insights
from . import test_insights_shares
from . import test_insights_time
from . import test_insights_ui
from . import test_screens_access
from . import test_insights_money
