"""The pages in doc/ are held against the code, wherever a list could grow old.

Nothing of Odoo is imported: models, records and fields are read from the source.
"""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "relationship_insight"
DOC = ADDON / "doc"
# Whose and of which company a row is: no figures.
KEYS = {
    "bond_ids",
    "commercial_partner_id",
    "company_id",
    "currency_id",
    "profile_id",
    "staff_id",
    "user_id",
}
INTERVALS = {
    ("5", "minutes"): "Every 5 minutes",
    ("10", "minutes"): "Every 10 minutes",
    ("30", "minutes"): "Every 30 minutes",
    ("1", "hours"): "Every hour",
    ("12", "hours"): "Every 12 hours",
    ("1", "days"): "Every day",
}
NAMED_FILE = re.compile(r"(?<!`)``([\w./-]+/[\w./-]+)``(?!`)")
PAGES = sorted(DOC.glob("*.rst"))


def read(name):
    return (DOC / name).read_text(encoding="utf-8")


def section(page, title):
    """The text below one title of a page, up to the next title of any depth."""
    return re.search(
        rf"^{re.escape(title)}\n([=-])\1+\n(.*?)(?=^[^\n]+\n([=-])\3\3+\n|\Z)", page, re.M | re.S
    )[2]


def literals(text):
    return set(re.findall(r"``([^`]+)``", text))


def attributes(cls):
    return {
        node.targets[0].id: node.value
        for node in cls.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def classes():
    """(file, class) of every class below models/."""
    for file in sorted((ADDON / "models").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield file, node


def slices(model):
    """(file, class) of all that define or extend a model."""
    for file, cls in classes():
        given = attributes(cls)
        names = given.get("_name") or given.get("_inherit")
        if names is not None and ast.unparse(names) == repr(model):
            yield file, cls


def fields_of(model):
    """{name: call} of the fields that our code gives a model."""
    return {
        name: value
        for _file, cls in slices(model)
        for name, value in attributes(cls).items()
        if isinstance(value, ast.Call) and not name.startswith("_")
    }


def keyword(call, name):
    return next((each.value for each in call.keywords if each.arg == name), None)


def records(model):
    """{XML id: {field: text}} of our data records of a model."""
    found = {}
    for file in [*(ADDON / "data").rglob("*.xml"), *(ADDON / "security").rglob("*.xml")]:
        for record in ElementTree.parse(file).iter("record"):
            if record.get("model") == model:
                found[record.get("id")] = {
                    field.get("name"): field.text or field.get("eval")
                    for field in record.iter("field")
                }
    return found


def rooms():
    tree = ast.parse((ADDON / "models" / "__init__.py").read_text(encoding="utf-8"))
    return [
        alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]


def test_rooms_stand_in_the_order_of_the_flow():
    named = re.findall(r"^``(\w+)``$", section(read("index.rst"), "Rooms"), re.M)
    assert named == rooms()
    folders = {path.parent.name for path in (ADDON / "models").glob("*/__init__.py")}
    assert set(named) == folders


def test_every_job_and_how_often():
    told = dict(
        re.findall(
            r"^``(ir_cron_\w+)``\n    (Every (?:\d+ )?\w+)",
            section(read("operations.rst"), "Jobs"),
            re.M,
        )
    )
    assert told == {
        xmlid: INTERVALS[values["interval_number"], values["interval_type"]]
        for xmlid, values in records("ir.cron").items()
    }


def defaults():
    """{setting: its default as the page writes it} of all that is set on the page of settings."""
    owners = {"company_id": fields_of("res.company"), "pos_config_id": fields_of("pos.config")}
    found = {}
    for name, call in fields_of("res.config.settings").items():
        if (
            keyword(call, "compute")
            or keyword(call, "readonly") is None
            and not keyword(call, "config_parameter")
        ):
            continue
        related = keyword(call, "related")
        value = None
        if related:
            owner, field = related.value.split(".")
            value = keyword(owners[owner][field], "default")
        found[name] = (
            value.value
            if value
            else {
                "Boolean": "off",
                "Float": 0,
                "Integer": 0,
                "Monetary": 0,
            }.get(call.func.attr, "empty")
        )
    return {name: str(value) for name, value in found.items()}


def test_every_setting_and_its_default():
    told = dict(
        re.findall(r"``(\w+)`` = ([\w.]+)(?=,|\n)", section(read("operations.rst"), "Settings"))
    )
    assert told == defaults()


def test_every_limit_of_the_public_pages():
    tree = ast.parse((ADDON / "controllers" / "pulse_page.py").read_text(encoding="utf-8"))
    limits = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LIMITS"
    )
    told = re.findall(
        r"^``relationship_insight\.limit_(\w+)``\n.*?: (\d+)[.;]",
        section(read("operations.rst"), "Limits of the public pages"),
        re.M | re.S,
    )
    assert {name: int(most) for name, most in told} == {
        name: windows[0][0] for name, windows in limits.items()
    }


def test_every_group_is_told_apart():
    # What only switches a part of the app on gives no right.
    groups = {
        xmlid: values for xmlid, values in records("res.groups").items() if "privilege_id" in values
    }
    assert len(groups) == 3
    beginning = read("access.rst").partition("In the table:")[0]
    assert {values["name"] for values in groups.values()} == set(
        re.findall(r"\*([^*]+)\*", beginning)
    )


@pytest.mark.parametrize("model", ["relationship.profile", "relationship.bond"])
def test_every_figure_is_explained(model):
    figures = set(fields_of(model)) - KEYS
    assert len(figures) > 20
    assert not figures - literals(read("measures.rst"))


def test_no_figure_is_explained_that_is_gone():
    """Field names at the head of an entry are those of a field."""
    known = {
        name for model in ("relationship.profile", "relationship.bond") for name in fields_of(model)
    }
    heads = re.findall(r"^(?=\S)(.*``\w+``.*)\n    \S", read("measures.rst"), re.M)
    named = {name for head in heads for name in re.findall(r"``([a-z_0-9]+)``", head)}
    assert len(named) > 50
    assert not named - known


def test_effects_of_a_conversation_in_their_order():
    """Each step is a file that extends ``create``; rooms are loaded in the order of the flow."""
    told = re.findall(
        r"^\d\. ``models/(\w+)/relationship_note\.py``",
        section(read("index.rst"), "When a conversation is stored"),
        re.M,
    )
    extended = {
        file.parent.name
        for file, cls in slices("relationship.note")
        if any(isinstance(node, ast.FunctionDef) and node.name == "create" for node in cls.body)
    }
    assert told == [room for room in rooms() if room in extended]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_named_files_exist(page):
    named = {
        name
        for name in NAMED_FILE.findall(page.read_text(encoding="utf-8"))
        if not name.startswith("/")
    }
    missing = sorted(
        name for name in named if not (ADDON / name).exists() and not (ROOT / name).exists()
    )
    assert not missing


def test_files_that_the_front_door_names_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\((relationship_insight/[^)]+)\)", readme))
    page = (ADDON / "static/description/index.html").read_text(encoding="utf-8")
    pictures = set(re.findall(r'src="([^"]+)"', page))
    manifest = ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))
    assert {f"relationship_insight/doc/{page.name}" for page in PAGES} <= named
    assert len(manifest["images"]) > 3
    missing = [
        path
        for path in (
            *(ROOT / name for name in named),
            *(ADDON / "static/description" / name for name in pictures),
            *(ADDON / name for name in manifest["images"]),
        )
        if not path.exists()
    ]
    assert not missing


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 200


def test_named_tests_exist():
    """A test named in italics is in one of the test files."""
    named = {
        name
        for page in PAGES
        for name in re.findall(r"\*(test_\w+)\*", page.read_text(encoding="utf-8"))
    }
    files = [*(ADDON / "tests").rglob("test_*.py"), *(ROOT / "tests").rglob("test_*.py")]
    written = {
        name
        for file in files
        for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))
    }
    assert named
    assert not named - written


def test_newcomers_find_at_least_ten_answers():
    page = section(read("index.rst"), "The newcomer's test")
    answers = re.findall(r"^\S.*\?\n    ``([\w./-]+)``$", page, re.M)
    assert len(answers) >= 10


def test_pages_are_listed_and_the_newest_version_is_first():
    assert {f"doc/{page.name}" for page in PAGES} - {"doc/index.rst"} <= literals(read("index.rst"))
    version = ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))["version"]
    assert re.search(r"^(19\.0[\d.]+)\n-+$", read("changelog.rst"), re.M)[1] == version


def test_what_no_code_uses_is_known_to_wait():
    """A formula is used by the addon or by the oracle of its tests, or its page says what for."""
    used = [path.read_text() for path in ADDON.rglob("*.py")]
    idle = {
        node.name
        for path in (ADDON / "stats").glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and sum(len(re.findall(rf"\b{node.name}\b", text)) for text in used) == 1
    }
    waiting = literals(section(read("index.rst"), "What waits for a screen")) - {"stats/"}
    assert idle - {"mean_interval_of_sums"} == waiting, "simulations alone use the one named here"
