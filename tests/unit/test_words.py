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


# Lists that grow with the customers: on a phone Odoo opens their cards, where an action has some.
LONG = {
    "bond",
    "cadence",
    "case",
    "delivery",
    "invitation",
    "note",
    "preference",
    "profile",
    "purchase",
    "reading",
    "referral",
    "referral.reward",
}


def test_long_lists_are_cards_on_a_phone():
    actions = [
        {field.get("name"): field.text for field in record.iter("field")}
        for path in (ADDON / "views").rglob("*.xml")
        for record in ElementTree.parse(path).iter("record")
        if record.get("model") == "ir.actions.act_window"
    ]
    cards = {
        action["res_model"].removeprefix("relationship.")
        for action in actions
        if "kanban" in action["view_mode"].split(",")
    }
    assert cards >= LONG


POPUP = "static/src/pos/app/components/popups/feelings_popup/feelings_popup.js"
PURPOSES = {
    "listen": "Listening",
    "care": "Care",
    "sell": "Sale",
    "advise": "Advice before the sale",
    "solve": "Help after the sale",
    "complaint": "Complaint",
}
KINDS = {
    "like": "Likes",
    "dislike": "Dislikes",
    "need": "Needs",
    "care": "How to care for them",
    "wish": "Wishes for",
}


def test_till_and_dialog_call_a_talk_alike():
    script = (ADDON / POPUP).read_text(encoding="utf-8")
    for getter, source, names in (
        ("purposes", "models/talk/relationship_note.py", PURPOSES),
        ("kinds", "models/person/relationship_preference.py", KINDS),
    ):
        body = script.partition(f"get {getter}() {{")[2].partition("];")[0]
        assert dict(re.findall(r'value: "(\w+)", name: _t\("(.+?)"\)', body)) == names
        text = (ADDON / source).read_text(encoding="utf-8")
        assert all(f'("{key}", "{name}")' in text for key, name in names.items())
