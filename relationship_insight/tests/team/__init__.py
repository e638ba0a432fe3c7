from . import test_coverage
from . import test_handover
from . import test_handover_company
from . import test_team_ui
from . import test_doing
