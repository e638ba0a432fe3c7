from . import test_measure_catalogue
