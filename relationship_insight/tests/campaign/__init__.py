from . import test_campaign_events
from . import test_campaign_privacy
from . import test_campaign_result
from . import test_campaign_retention
from . import test_campaign_rules
from . import test_campaign_sample
from . import test_campaign_start
from . import test_campaign_waves
