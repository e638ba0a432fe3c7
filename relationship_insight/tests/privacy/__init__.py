from . import test_person_delete
from . import test_person_erase
