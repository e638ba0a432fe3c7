"""The formulas stay pure: no Odoo, no input or output, no library, everything documented."""

import ast
import inspect
from pathlib import Path

import pytest
import ri_stats

FILES = sorted(Path(ri_stats.__file__).parent.glob("*.py"))
ALLOWED = {"collections", "itertools", "math", "statistics", "typing"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= ALLOWED
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module in ALLOWED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_input_output_and_no_global_state(path):
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, (ast.Global, ast.AsyncFunctionDef))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input", "eval", "exec", "__import__"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_public_names_are_documented(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_package_offers_its_modules():
    modules = {name for name, value in vars(ri_stats).items() if inspect.ismodule(value)}
    assert modules >= {path.stem for path in FILES} - {"__init__"}
