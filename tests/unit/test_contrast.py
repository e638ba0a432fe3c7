"""What is written in a colour of ours can be read: a contrast of 4.5 at least (WCAG 2.2, AA)."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "relationship_insight" / "static" / "src"
ENOUGH = 4.5
# Odoo's own colours, and those of a dark theme.
THEMES = {
    "light": {
        "$body-color": "#212529",
        "$o-view-background-color": "#ffffff",
        "$success": "#28a745",
        "$info": "#17a2b8",
        "$warning": "#ffac00",
        "$secondary": "#6c757d",
        "$danger": "#d44c59",
    },
    "dark": {
        "$body-color": "#e4e4e4",
        "$o-view-background-color": "#262a36",
        "$success": "#28a745",
        "$info": "#17a2b8",
        "$warning": "#ffac00",
        "$secondary": "#b1b3bc",
        "$danger": "#e0777f",
    },
}
MIX = re.compile(r"color: mix\((\$[\w-]+), (\$[\w-]+), (\d+)%\)")
RAW = re.compile(r"(?<![\w-])color: (\$success|\$info|\$warning|\$text-muted)\b")
PAIRS = [
    (front, back)
    for front in ("ink", "soft", "accent")
    for back in ("ground", "ground-2", "card", "tint")
] + [("accent-ink", "accent")]


def channels(color):
    digits = color.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    return [int(digits[place : place + 2], 16) for place in (0, 2, 4)]


def contrast(first, second):
    def light(rgb):
        parts = [
            c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
            for c in rgb
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((light(first), light(second)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself():
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21
    assert round(contrast(channels("#28a745"), (255, 255, 255)), 2) == 3.13


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_public_pages(scheme):
    style = (SOURCE / "public" / "pulse.css").read_text()
    colors = {}
    for block in re.findall(r":root \{(.*?)\}", style, re.S)[: scheme + 1]:
        colors.update(re.findall(r"--([\w-]+): (#\w+)", block))
    low = {
        pair: round(value, 2)
        for pair in PAIRS
        if (value := contrast(*(channels(colors[name]) for name in pair))) < ENOUGH
    }
    assert not low


def test_screens():
    found = 0
    for path in SOURCE.rglob("*.scss"):
        style = path.read_text()
        assert not RAW.search(style), f"{path.name}: too pale to read"
        for front, other, share in MIX.findall(style):
            found += 1
            for name, theme in THEMES.items():
                part = int(share) / 100
                mixed = [
                    part * a + (1 - part) * b
                    for a, b in zip(channels(theme[front]), channels(theme[other]), strict=True)
                ]
                value = contrast(mixed, channels(theme["$o-view-background-color"]))
                assert value >= ENOUGH, (path.name, name, front, other, round(value, 2))
    assert found >= 6
