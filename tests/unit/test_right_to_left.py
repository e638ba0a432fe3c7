"""Where pages run from right to left, Odoo swaps left and right in every style sheet.

A chart is drawn as it is, so what lies over it must not move: it is placed by the direction of the
chart's own box, which stays left to right.
"""

import re
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[2] / "relationship_insight"
BACKEND = ADDON / "static" / "src" / "backend"
SWAPPED = re.compile(r"\b(?<!-)(?:left|right)\b(?!-)")


def _rule(sheet, selector):
    text = (BACKEND / sheet).read_text(encoding="utf-8")
    start = text.index(selector)
    depth = 0
    for place in range(text.index("{", start), len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return re.sub(r"//.*", "", text[start:place])
    raise AssertionError(f"{selector} doesn't end")


@pytest.mark.parametrize(
    ("sheet", "selector", "sides"),
    [
        ("dashboard/insight.scss", ".o_insight_corner.btn {", 4),
        ("silence/silence.scss", ".o_silence_corner {", 1),
    ],
)
def test_labels_over_a_chart_are_placed_by_its_direction(sheet, selector, sides):
    rule = _rule(sheet, selector)
    assert not SWAPPED.search(rule), SWAPPED.findall(rule)
    assert rule.count("inset-inline-") == sides


def test_the_charts_box_runs_left_to_right():
    template = (BACKEND / "dashboard" / "insight_chart.xml").read_text(encoding="utf-8")
    (box,) = re.findall(r'<div class="o_insight_chart[^>]*>', template)
    assert 'dir="ltr"' in box
