"""A page cut at its marks and put together again is the page."""

import importlib.util
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "relationship_insight" / "tools"


def load(name):
    spec = importlib.util.spec_from_file_location(f"ri_{name}", TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Marks = load("mail_merge").Marks
page_merge = load("page_merge")
assemble, fill, place = page_merge.assemble, page_merge.fill, page_merge.place


def page(marks, rows):
    listed = "".join(f"{marks(f'row_2_{code}')}\n  <li>{code}</li>\n" for code in rows)
    return f"<p>{marks('greeting')}</p><ul>{listed}{marks('end_2')}</ul>{marks('greeting')}x!"


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_rows_stand_in_the_order_of_the_visitor(seed):
    marks = Marks()
    rows = ["M01_glad", "M01_at_ease", "M16", "x9"]
    whole = fill(assemble(marks.cut(page(marks, rows))), {"greeting": "Hi &amp; bye"}, seed)
    ordered = sorted(rows, key=lambda code: place(seed, code))
    listed = "".join(f"<li>{code}</li>\n" for code in ordered)
    assert whole == f"<p>Hi &amp; bye</p><ul>{listed}</ul>Hi &amp; byex!"


def test_orders_differ_and_stay():
    rows = [f"M01_{number}" for number in range(8)]
    orders = {tuple(sorted(rows, key=lambda code, s=seed: place(s, code))) for seed in range(200)}
    assert len(orders) > 190
    assert place("a", "M01") == place("a", "M01")


def test_a_page_without_marks_is_itself():
    assert fill(assemble(Marks().cut("<p>plain</p>")), {}, "a") == "<p>plain</p>"
