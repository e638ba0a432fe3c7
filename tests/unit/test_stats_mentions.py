"""Names of stores in free text, and tokens shared out by weight."""

from fractions import Fraction

import pytest
from ri_stats import mentions, tokens


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (None, []),
        (" , ;\n", []),
        ("Big C", ["Big C"]),
        ("1. Big C 2. Lotus's, big c", ["Big C", "Lotus's"]),
        ("1) Makro\n2) 7-Eleven\n3) Big C", ["Makro", "7-Eleven", "Big C"]),
        ("ร้านมะลิ และ บิ๊กซี กับ โลตัส", ["ร้านมะลิ", "บิ๊กซี", "โลตัส"]),
        ("Makro and H&M > Zara", ["Makro", "H&M", "Zara"]),
    ],
)
def test_split_mentions(text, names):
    assert mentions.split_mentions(text) == names


def test_match_name_prefers_the_longest_alias():
    aliases = {"big c": "big", "big c mini": "mini", "c": "letter"}
    assert mentions.match_name("BIG  C", aliases) == "big"
    assert mentions.match_name("Big C Mini Sukhumvit", aliases) == "mini"
    assert mentions.match_name("big cat", aliases) is None
    assert mentions.match_name("Vitamin C", aliases) is None


@pytest.mark.parametrize(
    ("weights", "total", "shared"),
    [
        ({}, 10, {}),
        ({"a": 0, "b": 0}, 10, {}),
        ({"a": 5, "b": 3, "c": 2}, 10, {"a": 5, "b": 3, "c": 2}),
        ({"a": 5, "b": 0}, 10, {"a": 10, "b": 0}),
        ({"a": 1, "b": 1, "c": 1}, 10, {"a": 4, "b": 3, "c": 3}),
        ({"a": 5, "b": 5, "c": 3}, 10, {"a": 4, "b": 4, "c": 2}),
        ({"a": 0.1, "b": 0.2, "c": 0.7}, 10, {"a": 1, "b": 2, "c": 7}),
    ],
)
def test_share_tokens(weights, total, shared):
    assert tokens.share_tokens(weights, total) == shared


def test_share_tokens_keeps_the_quota():
    for a in range(8):
        for b in range(8):
            for c in range(1, 8):
                shared = tokens.share_tokens({"a": a, "b": b, "c": c}, 10)
                assert sum(shared.values()) == 10
                for name, weight in (("a", a), ("b", b), ("c", c)):
                    assert abs(shared[name] - Fraction(10 * weight, a + b + c)) < 1


def test_share_tokens_refuses_nonsense():
    with pytest.raises(ValueError, match="must not be negative"):
        tokens.share_tokens({"a": -1}, 10)
    with pytest.raises(ValueError, match="must not be negative"):
        tokens.share_tokens({"a": 1}, -1)
