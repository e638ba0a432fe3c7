from . import test_answer_files
from . import test_mention
from . import test_purchase
from . import test_reading_import
