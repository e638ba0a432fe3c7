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


# Letters of mails: a mail program draws them itself, and shows no picture before it is allowed to.
MAIL_SIGNS = {
    "data/catalogue/relationship_measure_emotion_data.xml",
    "models/sending/relationship_invitation.py",
}
EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u26ff\u2700-\u2712\u2716-\u27bf\u231a-\u23ff\ufe0f]"
)
SHIPPED = {".css", ".csv", ".html", ".js", ".py", ".rst", ".scss", ".xml"}
PUBLIC = ADDON / "views/pulse/pulse_faces_templates.xml"


def strokes(element):
    return [ElementTree.tostring(child, encoding="unicode").strip() for child in element]


def test_no_sign_that_a_font_may_lack():
    found = {
        path.relative_to(ADDON).as_posix()
        for path in ADDON.rglob("*")
        if path.suffix in SHIPPED
        and "tests" not in path.relative_to(ADDON).parts
        and EMOJI.search(path.read_text(encoding="utf-8"))
    }
    assert found == MAIL_SIGNS


def test_feelings_and_reasons_are_drawn_as_on_the_public_page():
    public = {
        symbol.get("id").partition("-")[2]: strokes(symbol)
        for symbol in ElementTree.parse(PUBLIC).iter("symbol")
        if re.fullmatch(r"[fi]-[a-z]+", symbol.get("id"))
    }
    drawn = {
        re.fullmatch(r"props\.name === '(\w+)'", group.get("t-if"))[1]: strokes(group)
        for group in ElementTree.parse(ADDON / "static/src/pictures/picture.xml").iter("g")
    }
    assert drawn == {key: public[key] for key in public if key not in {"heart", "letter"}}
    assert len(drawn) == 22
