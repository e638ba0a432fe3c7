"""The addon's formulas (``ri_stats``) by path, so that neither Odoo nor the addon is imported."""

import importlib.util
import sys
from pathlib import Path

STATS = Path(__file__).resolve().parents[1] / "relationship_insight" / "stats"


def load():
    """Return the package of formulas, loaded once; ``from ri_stats import ...`` works then."""
    if "ri_stats" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "ri_stats", STATS / "__init__.py", submodule_search_locations=[str(STATS)]
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules["ri_stats"] = module
        spec.loader.exec_module(module)
    return sys.modules["ri_stats"]
