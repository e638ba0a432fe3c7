"""The rooms stand in the order of the flow: no line of code reaches into a later one.

`models/__init__.py` imports the rooms in that order; the rooms of `wizard/` bear the same names.
A reach is what Python alone doesn't show: `env["relationship.x"]`, a table in SQL, an import, a
method that only one room defines. (Relational fields may name a later model: a fact may point at
its occasion.) Beside that: who writes what, who knows the point of sale, what holds no models.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[2] / "relationship_insight"
MODELS = ADDON / "models"
# As in SQL: after these words comes a table.
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:ONLY\s+)?([a-z_]+)")
WRITTEN = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+([a-z_]+)")
TEMPORARY = re.compile(r"\bTEMP(?:ORARY)?\s+TABLE\s+(?:IF NOT EXISTS\s+)?([a-z_]+)")
POS = re.compile(r"^pos\.[a-z_.]+$|\b(?:FROM|JOIN|INTO|UPDATE)\s+pos_[a-z_]+|'pos\.[a-z_.]+'")
OURS = ("referral_", "relationship_")
# Methods of Odoo that one room happens to override.
ODOO = {
    "_trigger",
    "action_done",
    "convert_to_export",
    "copy",
    "create",
    "exists",
    "init",
    "unlink",
    "write",
}
WRITES = {"create", "write", "unlink"}
# They put all tables of a contact in order, whatever room these are of.
EVERYWHERE = ("base_partner_merge.py", "hooks.py", "relationship_erasure_forget.py")
# Known reaches that wait for their fix: (file, what). Only ever shorter.
KNOWN = set()
KNOWN_WRITES = set()
KNOWN_TEMPORARY = set()


def rooms():
    tree = ast.parse((MODELS / "__init__.py").read_text())
    return [
        alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]


def parse():
    """{(room, path in the addon): tree} of models and wizards."""
    return {
        (room, str(file.relative_to(ADDON))): ast.parse(file.read_text())
        for room in rooms()
        for top in ("models", "wizard")
        for file in sorted((ADDON / top / room).rglob("*.py"))
    }


TREES = parse()
ORDER = {room: place for place, room in enumerate(rooms())}


def literal(node):
    return node.value if isinstance(node, ast.Constant) else None


def strings(tree):
    """(line, text) of every string that isn't a docstring."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def named(tree):
    """(line, model) of every `env["model"]`, `self.env[...]` or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and literal(node.slice):
            env = node.value
            if getattr(env, "attr", None) == "env" or getattr(env, "id", None) == "env":
                yield node, literal(node.slice)


def index():
    """({model: its room}, {method: rooms that define it})"""
    home, methods = {}, defaultdict(set)
    for (room, _file), tree in TREES.items():
        for cls in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
            given = {
                node.targets[0].id: node.value
                for node in cls.body
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            }
            if not {"_name", "_inherit"} & set(given):
                continue
            name = literal(given.get("_name"))
            inherit = ast.unparse(given["_inherit"]) if "_inherit" in given else ""
            if name and repr(name) not in inherit:
                home[name] = room
            for node in cls.body:
                if isinstance(node, ast.FunctionDef):
                    methods[node.name].add(room)
    return home, methods


HOME, METHODS = index()
TABLES = {model.replace(".", "_"): room for model, room in HOME.items()}


def reaches():
    for (room, file), tree in TREES.items():
        found = [(node.lineno, HOME.get(model), model) for node, model in named(tree)]
        for line, text in strings(tree):
            found += [(line, TABLES.get(table), table) for table in TABLE.findall(text)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr not in ODOO:
                if len(METHODS.get(node.attr, ())) == 1:
                    found.append((node.lineno, next(iter(METHODS[node.attr])), f".{node.attr}"))
            elif isinstance(node, ast.ImportFrom) and node.level >= 2 and node.module:
                path = [part for part in node.module.split(".") if part != "models"]
                found.append((node.lineno, path[0], f"import {node.module}"))
        for line, target, what in found:
            if target in ORDER and ORDER[target] > ORDER[room]:
                yield file, line, what, target


def test_no_room_reaches_into_a_later_one():
    wrong = [
        f"{file}:{line} {what} ({target})"
        for file, line, what, target in reaches()
        if (file, what) not in KNOWN
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_known_is_still_there():
    assert not KNOWN - {(file, what) for file, _line, what, _target in reaches()}
    assert not KNOWN_WRITES - {(file, what) for file, _line, what in writes_into_insight()}
    assert not KNOWN_TEMPORARY - {table for table, files in temporary().items() if len(files) > 1}


def writes_into_insight():
    insight = {model for model, room in HOME.items() if room == "insight"}
    tables = {model.replace(".", "_") for model in insight}
    for (room, file), tree in TREES.items():
        if room == "insight" or file.endswith(EVERYWHERE):
            continue
        for line, text in strings(tree):
            for table in tables & set(WRITTEN.findall(text)):
                yield file, line, table
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in WRITES:
                continue
            for _node, model in named(node.func):
                if model in insight:
                    yield file, node.lineno, model


def test_only_insight_writes_insight():
    wrong = [
        f"{file}:{line} {what}"
        for file, line, what in writes_into_insight()
        if (file, what) not in KNOWN_WRITES
    ]
    assert not wrong, "\n".join(wrong)


def test_only_pos_knows_the_point_of_sale():
    wrong = [
        f"{file}:{line} {text.strip()[:60]}"
        for (room, file), tree in TREES.items()
        if room != "pos"
        for line, text in strings(tree)
        if POS.search(text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", ["insight/refresh", "campaign/planner"])
def test_functions_hold_no_models(folder):
    wrong = []
    for file in sorted((MODELS / folder).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "odoo":
                wrong += [f"{file.name}: {a.name}" for a in node.names if a.name != "SQL"]
            elif isinstance(node, ast.ClassDef):
                wrong += [
                    f"{file.name}: {node.name}"
                    for base in node.bases
                    if ast.unparse(base).startswith("models.")
                ]
    assert not wrong, "\n".join(wrong)


def test_formulas_know_nothing_of_odoo():
    wrong = []
    for file in sorted((ADDON / "stats").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
                if node.level > 1:
                    names.append(f"odoo, by {'.' * node.level}{node.module}")
            else:
                continue
            wrong += [f"{file.name}: {n}" for n in names if n.split(".")[0].startswith("odoo")]
    assert not wrong, "\n".join(wrong)


def temporary():
    """{table of ours that is neither a model's nor a relation's: files that type its name}"""
    found = defaultdict(set)
    for file in sorted(ADDON.rglob("*.py")):
        path = file.relative_to(ADDON)
        if path.parts[0] not in ("demo", "migrations", "tests"):
            for _line, text in strings(ast.parse(file.read_text())):
                for table in [*TABLE.findall(text), *TEMPORARY.findall(text)]:
                    if table.startswith(OURS) and table not in TABLES and table[-4:] != "_rel":
                        found[table].add(str(path))
    return found


def test_a_temporary_table_is_named_in_one_module():
    wrong = [
        f"{table}: {', '.join(sorted(files))}"
        for table, files in sorted(temporary().items())
        if len(files) > 1 and table not in KNOWN_TEMPORARY
    ]
    assert not wrong, "\n".join(wrong)


def test_no_page_takes_anothers_method():
    """Odoo joins all controllers of one base in one class: a name of two of them is one method."""
    bases, methods = {}, {}
    for file in (ADDON / "controllers").glob("*.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
                methods[node.name] = {
                    each.name for each in node.body if isinstance(each, ast.FunctionDef)
                }

    def above(name):
        return {name}.union(*(above(base) for base in bases.get(name, ())))

    taken = {
        (one, other, name)
        for one in methods
        for other in methods
        if one < other and one not in above(other) and other not in above(one)
        for name in methods[one] & methods[other]
        if above(one) & above(other)
    }
    assert not taken
