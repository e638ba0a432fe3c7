"""Rhythm: published clumpiness, scipy, hand-made cases."""

import math
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import gaps
from scipy import stats as peer


@pytest.mark.parametrize(
    "events, expected, published",
    [
        ([1, 6, 11, 16, 21, 26], 0.0357, 0.036),
        ([2, 3, 4, 27, 28, 29], 0.4767, 0.48),
        ([13, 14, 15, 16, 17, 18], 0.3408, 0.34),
    ],
)
def test_published_clumpiness(events, expected, published):
    ours = gaps.clumpiness(events, 30)
    assert ours == pytest.approx(expected, abs=1e-4)
    assert ours == pytest.approx(published, abs=1e-2)
    spaces = np.diff([0, *events, 31])
    assert ours == pytest.approx(1 - peer.entropy(spaces) / math.log(7), abs=1e-12)


@given(st.sets(st.integers(1, 60), min_size=1, max_size=60), st.randoms())
def test_clumpiness_is_between_0_and_1_in_any_order(events, random):
    shuffled = list(events)
    random.shuffle(shuffled)
    value = gaps.clumpiness(shuffled, 60)
    assert -1e-12 <= value <= 1
    assert value == gaps.clumpiness(sorted(events), 60)


def test_gap_statistics():
    seen = gaps.gap_statistics([0, 10, 40, 10, 60, 100], 130)
    assert seen.n == 4
    assert seen.mean == 25
    assert seen.median == 25
    assert seen.cv == pytest.approx(stdev([10, 30, 20, 40]) / 25)
    assert seen.regularity == pytest.approx(1 / (1 + seen.cv))
    assert seen.recency == 30
    assert seen.overdue == pytest.approx(1.2)


def test_few_gaps_say_little():
    once = gaps.gap_statistics([5], 20)
    assert once == (0, None, None, None, None, 15, None)
    thrice = gaps.gap_statistics([0, 10, 30], 45)
    assert (thrice.mean, thrice.cv, thrice.regularity, thrice.overdue) == (15, None, None, 1)


def test_every_cdnow_customer_agrees_with_numpy(cdnow_sample, cdnow_asof):
    for days in cdnow_sample.values():
        seen = gaps.gap_statistics(days, cdnow_asof)
        spaces = np.diff(np.unique(days))
        assert seen.n == len(spaces)
        if len(spaces):
            assert seen.mean == pytest.approx(spaces.mean())
            assert seen.median == np.median(spaces)
        if len(spaces) >= 3:
            assert seen.cv == pytest.approx(peer.variation(spaces, ddof=1))


@pytest.mark.parametrize(
    "median_gap, expected",
    [
        (20, 80),
        (1, 30),
        (7.5, 30),
        (200, 365),
        (None, 365),
    ],
)
def test_half_life(median_gap, expected):
    assert gaps.half_life(median_gap) == expected


@pytest.mark.parametrize(
    "call",
    [
        lambda: gaps.clumpiness([], 30),
        lambda: gaps.clumpiness([0, 3], 30),
        lambda: gaps.clumpiness([3, 31], 30),
        lambda: gaps.clumpiness([3, 3], 30),
        lambda: gaps.gap_statistics([], 3),
        lambda: gaps.gap_statistics([4], 3),
        lambda: gaps.half_life(0),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
