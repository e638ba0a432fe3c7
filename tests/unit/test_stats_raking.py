"""Raking and response weights against reference values and an independent implementation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ri_stats import raking

TABLE = [[20, 30, 10], [15, 5, 20]]


def spread(table):
    return [(r, c) for r, row in enumerate(table) for c, n in enumerate(row) for _ in range(n)]


def by_cell(rows, weights, shape):
    out = np.zeros(shape)
    for (r, c), w in zip(rows, weights, strict=True):
        out[r, c] += w
    return out


def fitted(table, rows, columns):
    """Proportional fitting of a whole table, as the textbooks have it."""
    table = np.array(table, float)
    for _sweep in range(2000):
        table *= (rows / table.sum(1))[:, None]
        table *= columns / table.sum(0)
    return table


def test_reference_table():
    rows = spread(TABLE)
    raked = raking.rake(rows, [{0: 55, 1: 45}, {0: 30, 1: 40, 2: 30}], tolerance=1e-12)
    assert raked.converged
    assert by_cell(rows, raked.weights, (2, 3)) == pytest.approx(
        np.array([[14.649056, 32.44463, 7.906314], [15.350944, 7.55537, 22.093686]]), abs=1e-4
    )
    assert raked.n_eff == pytest.approx(96.5227, abs=1e-3)
    assert raked.design_effect == pytest.approx(100 / 96.5227, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 30), min_size=3, max_size=3), min_size=2, max_size=4),
    st.lists(st.floats(0.05, 1), min_size=4, max_size=4),
    st.lists(st.floats(0.05, 1), min_size=3, max_size=3),
)
def test_equals_independent_fitting(table, row_shares, column_shares):
    rows = spread(table)
    row_shares = row_shares[: len(table)]
    raked = raking.rake(
        rows,
        [dict(enumerate(row_shares)), dict(enumerate(column_shares))],
        iterations=2000,
        tolerance=1e-11,
    )
    n = len(rows)
    expected = fitted(
        table,
        np.array(row_shares) / sum(row_shares) * n,
        np.array(column_shares) / sum(column_shares) * n,
    )
    assert by_cell(rows, raked.weights, expected.shape) == pytest.approx(expected, rel=1e-6)
    assert math.fsum(raked.weights) == pytest.approx(n)


def test_margins_are_hit_and_an_empty_category_is_left_out():
    rows = [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 2)]
    raked = raking.rake(rows, [{"a": 0.5, "b": 0.5, "c": 0.2}, {1: 0.3, 2: 0.7}])
    share = sum(w for row, w in zip(rows, raked.weights, strict=True) if row[0] == "a") / 5
    assert raked.converged and share == pytest.approx(0.5, abs=1e-5)


def test_margins_that_contradict_each_other_are_told():
    rows = [("a", 1), ("b", 2)]
    raked = raking.rake(rows, [{"a": 0.9, "b": 0.1}, {1: 0.1, 2: 0.9}])
    assert not raked.converged and raked.iterations == 50


@pytest.mark.parametrize(
    "rows, margins",
    [
        ([], [{}]),
        ([("a",)], [{"b": 1}]),
        ([("a",)], [{"a": 0}]),
        ([("a",)], [{"a": -1}]),
        ([("a", 1)], [{"a": 1}]),
    ],
)
def test_bad_input(rows, margins):
    with pytest.raises(ValueError):
        raking.rake(rows, margins)


def test_response_weights_and_likeness():
    cells = {"a": (200, 100), "b": (150, 45), "c": (150, 30)}
    assert raking.r_indicator(cells) == pytest.approx(0.742838, abs=1e-6)
    weights = raking.response_weights(cells)
    assert weights["a"] == pytest.approx(0.35 / 0.5) and weights["c"] == pytest.approx(1.75)
    assert raking.response_weights({"a": (1000, 999), "b": (1000, 1)})["b"] == 3.0
    assert "b" not in raking.response_weights({"a": (10, 5), "b": (10, 0)})
    with pytest.raises(ValueError):
        raking.response_weights({"a": (1, 2)})


@given(st.dictionaries(st.integers(0, 50), st.tuples(st.integers(0, 30), st.just(0)), min_size=1))
def test_merged_cells_are_large_enough(cells):
    merged = raking.merge_small_cells(cells)
    sizes = {}
    for cell, group in merged.items():
        sizes[group] = sizes.get(group, 0) + cells[cell][0]
    assert set(merged) == set(cells)
    assert len(sizes) == 1 or min(sizes.values()) >= raking.SMALLEST_CELL


def test_effective_size():
    assert raking.effective_size([1, 1, 1, 1]) == 4
    assert raking.effective_size([2, 0]) == 1
    with pytest.raises(ValueError):
        raking.effective_size([0, 0])
