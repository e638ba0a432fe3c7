"""No hidden figure can be had from the others and the total."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats.suppression import hidden_cells

COUNTS = st.dictionaries(st.integers(0, 30), st.integers(0, 40), max_size=12)


@pytest.mark.parametrize(
    "counts, hidden",
    [
        ({}, set()),
        ({"a": 5, "b": 9}, set()),
        ({"a": 4, "b": 9, "c": 7}, {"a", "c"}),
        ({"a": 4, "b": 1, "c": 7}, {"a", "b"}),
        ({"a": 2, "b": 1, "c": 7}, {"a", "b", "c"}),
        ({"a": 0, "b": 9}, set()),
    ],
)
def test_examples(counts, hidden):
    assert hidden_cells(counts, 5) == hidden


@given(COUNTS, st.integers(1, 10))
def test_what_is_hidden_together_is_a_group_or_all_there_is(counts, minimum):
    hidden = hidden_cells(counts, minimum)
    shown = {key for key, n in counts.items() if n and key not in hidden}
    assert all(counts[key] >= minimum for key in shown)
    together = sum(counts[key] for key in hidden)
    assert not hidden or together >= minimum or not shown


@given(COUNTS, st.integers(1, 10))
def test_order_plays_no_part(counts, minimum):
    backwards = dict(reversed(list(counts.items())))
    assert hidden_cells(counts, minimum) == hidden_cells(backwards, minimum)


def test_bad_input():
    with pytest.raises(ValueError):
        hidden_cells({"a": -1}, 5)
    with pytest.raises(ValueError):
        hidden_cells({"a": 1}, 0)
