"""The formulas stay pure: no Odoo, no input or output, no library, everything documented."""

import ast
import importlib
from pathlib import Path

import pytest
import ri_stats

FILES = sorted(Path(ri_stats.__file__).parent.glob("*.py"))
ALLOWED = {
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "random",
    "re",
    "statistics",
    "string",
    "typing",
    "unicodedata",
}
IMPURE = {"open", "print", "input", "eval", "exec", "__import__", "breakpoint", "now", "today"}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@each_file
def test_imports_nothing_but_plain_tools(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= ALLOWED
        elif isinstance(node, ast.ImportFrom) and node.level != 1:
            assert node.level == 0
            assert node.module in ALLOWED
    if path.stem != "__init__":
        importlib.import_module(f"ri_stats.{path.stem}")


@each_file
def test_no_input_output_and_no_global_state(path):
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, (ast.Global, ast.AsyncFunctionDef))
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            assert name not in IMPURE


@each_file
def test_public_names_are_documented(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"
