"""What a shop manager reads is in everyday words, the same ones on every screen.

Nothing of Odoo is imported: names are read from the source and the exported texts.
"""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "relationship_insight"
CLASSES = {
    "true": "Buys often, feels attached",
    "latent": "Feels attached, buys rarely",
    "spurious": "Buys often, not attached",
    "low": "Buys rarely, not attached",
    "unknown": "Not yet known",
}


def test_classes_have_one_name_everywhere():
    source = (ADDON / "models/insight/relationship_profile.py").read_text(encoding="utf-8")
    (names,) = (
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and node.targets[0].id == "LOYALTY_CLASSES"
    )
    assert dict(ast.literal_eval(names)) == CLASSES
    script = (ADDON / "static/src/backend/class_names.js").read_text(encoding="utf-8")
    assert dict(re.findall(r'^    (\w+): _t\("(.+)"\),$', script, re.M)) == CLASSES
    filters = {
        (each.get("name"), each.get("string"))
        for view in ("relationship_profile_views", "res_partner_views")
        for each in ElementTree.parse(ADDON / f"views/insight/{view}.xml").iter("filter")
        if re.match(r"(class|relationship)_(true|latent|spurious|low)$", each.get("name"))
    }
    assert filters == {
        (f"{prefix}_{key}", name)
        for prefix in ("class", "relationship")
        for key, name in CLASSES.items()
        if key != "unknown"
    }
