from . import test_note
from . import test_note_access
from . import test_promise
from . import test_promise_lines
from . import test_team_privacy
from . import test_touch
from . import test_voice
