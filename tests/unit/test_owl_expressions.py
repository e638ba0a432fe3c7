"""What stands in a template is compiled by Owl, which looks names up in the component.

`Number(...)`, `String(...)` and their like are no members of it: such an expression crashes only
once somebody chooses the option or presses the button.
"""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "relationship_insight" / "static" / "src"
# What Owl leaves alone, see RESERVED_WORDS in its compiler: Math, Object, Array, Date, RegExp.
UNKNOWN = re.compile(
    r"(?<![\w.'])(?:Number|String|Boolean|JSON|Set|Map|Promise|Intl|parseInt|parseFloat|isNaN"
    r"|encodeURIComponent|document|luxon|DateTime|_t)\s*[(.]"
)
EXPRESSION = re.compile(r'\st-(?!translation)[\w-]+="([^"]*)"')


def unknown_names(text):
    return [found for each in EXPRESSION.findall(text) for found in UNKNOWN.findall(each)]


@pytest.mark.parametrize(
    "path", sorted(STATIC.rglob("*.xml")), ids=lambda path: path.relative_to(STATIC).as_posix()
)
def test_templates_call_nothing_that_owl_does_not_know(path):
    assert not unknown_names(path.read_text(encoding="utf-8"))


def test_such_a_call_would_be_seen():
    assert unknown_names('<select t-on-change="(ev) => this.set(Number(ev.target.value))"/>') == [
        "Number("
    ]
    assert unknown_names('<b t-esc="Math.round(x)" t-if="this.Number(3) or \'JSON.\'"/>') == []
