"""Places in words: whole signs, and 10,000 random edits after which none shows other words."""

import importlib.util
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

TOOLS = Path(__file__).resolve().parents[2] / "relationship_insight" / "tools"
spec = importlib.util.spec_from_file_location("ri_anchors", TOOLS / "anchors.py")
anchors = importlib.util.module_from_spec(spec)
spec.loader.exec_module(anchors)

SIGNS = [
    "a",
    " ",
    "\n",
    ".",
    "e\u0301",
    "ก",
    "กำ",
    "ที่",
    "น้ำ",
    "เ",
    "م",
    "می",
    "‌",
    "خ\u200c",
    "👍",
    "👍🏽",
    "👩‍👩‍👧‍👦",
    "🇹🇭",
    "🏴\U000e0067\U000e0062\U000e007f",
    "한",
    "각",
    "क्षि",
    "❤️",
]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("abc", ["a", "b", "c"]),
        ("e\u0301x", ["e\u0301", "x"]),
        ("น้ำใจ", ["น้ำ", "ใ", "จ"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("می‌خواهم", ["م", "ی\u200c", "خ", "و", "ا", "ه", "م"]),
        ("👩‍👩‍👧‍👦!", ["👩‍👩‍👧‍👦", "!"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇹🇭🇩🇪🇫", ["🇹🇭", "🇩🇪", "🇫"]),
        ("❤️a", ["❤️", "a"]),
        ("\u1112\u1161\u11ab한", ["\u1112\u1161\u11ab", "한"]),
        ("a\nb", ["a", "\n", "b"]),
        ("\n\u0301", ["\n", "\u0301"]),
    ],
)
def test_signs(text, signs):
    assert anchors.split(text) == signs


def test_a_span_takes_whole_signs():
    text = "น้ำใจ 👩‍👩‍👧‍👦"
    assert anchors.snap(text, 1, 2) == (0, 3)
    assert anchors.snap(text, 7, 8) == (6, len(text))
    for wrong in ((2, 2), (-1, 3), (0, 99), (3, 1)):
        with pytest.raises(ValueError):
            anchors.snap(text, *wrong)


@given(st.lists(st.sampled_from(SIGNS), min_size=1, max_size=30), st.data())
def test_snapped_spans_only_grow_and_stay(signs, data):
    text = "".join(signs)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    low, high = anchors.snap(text, start, end)
    assert low <= start < end <= high
    assert anchors.snap(text, low, high) == (low, high)
    assert "".join(anchors.split(text)) == text


def test_what_stays_moves_and_is_lost():
    old = "I come for the bread. The people are kind."
    spans = [(0, 6), (11, 20), (22, 42)]
    new = "Well, I come for the bread! The people are so kind."
    assert [new[slice(*p)] if p else None for p in anchors.reanchor(old, new, spans)] == [
        "I come",
        "the bread",
        None,
    ]
    moved = "The people are kind. I come for the bread."
    assert [moved[slice(*p)] for p in anchors.reanchor(old, moved, spans)] == [
        "I come",
        "the bread",
        "The people are kind.",
    ]
    assert anchors.reanchor("yes no", "yes yes yes", [(0, 3), (4, 6)]) == [(0, 3), None]
    # A mark that is added changes the sign, though not the letters before it.
    assert anchors.reanchor("กิน", "กิ่น", [(0, 2)]) == [None]
    assert anchors.reanchor(old, "", spans) == [None] * 3


def edit(rng, text):
    kind = rng.randrange(4)
    start = rng.randint(0, len(text))
    end = min(len(text), start + rng.randint(0, 12))
    inserted = "".join(rng.choice(SIGNS) for _n in range(rng.randint(0, 6)))
    if kind == 0:
        return text[:start] + inserted + text[start:]
    if kind == 1:
        return text[:start] + text[end:]
    if kind == 2:
        return text[:start] + inserted + text[end:]
    return text[end:] + text[start:end] + text[:start]


def test_ten_thousand_edits_show_no_other_words():
    rng, kept = random.Random(2026), 0
    for _text in range(500):
        text = "".join(rng.choice(SIGNS) for _n in range(rng.randint(10, 120)))
        spans = []
        for _span in range(4):
            start = rng.randrange(len(text))
            end = rng.randint(start + 1, min(len(text), start + 20))
            spans.append(anchors.snap(text, start, end))
        held = {n: (span, text[slice(*span)]) for n, span in enumerate(spans)}
        for _edit in range(20):
            new = edit(rng, text)
            places = anchors.reanchor(text, new, [span for span, _words in held.values()])
            held = {
                n: (place, words)
                for (n, (_span, words)), place in zip(held.items(), places)
                if place
            }
            text = new
            for (start, end), words in held.values():
                assert text[start:end] == words
                assert anchors.is_boundary(text, start)
                assert anchors.is_boundary(text, end)
        kept += len(held)
    assert kept > 150


def test_long_words_are_quick():
    old = "".join(random.Random(1).choice(SIGNS) for _n in range(60_000))
    new = old[:100] + "x" + old[100:50_000] + old[50_010:]
    (place,) = anchors.reanchor(old, new, [anchors.snap(old, 55_000, 55_200)])
    assert new[slice(*place)] == old[slice(*anchors.snap(old, 55_000, 55_200))]
