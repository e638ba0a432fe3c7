"""Changes over time against reference values, scipy and statsmodels; false alarms stay rare."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import changes
from scipy import stats as peer
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

VARIED = st.lists(st.integers(0, 100), min_size=3, max_size=30).filter(lambda v: len(set(v)) > 1)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=40))
def test_paired_change_agrees_with_scipy(pairs):
    before, after = zip(*pairs, strict=True)
    change = changes.paired_change(before, after, 0.9)
    difference = np.subtract(after, before)
    assert change.estimate == pytest.approx(difference.mean())
    if difference.std() > 0:
        low, high = peer.ttest_rel(after, before).confidence_interval(0.9)
        assert change[1:] == (pytest.approx(low, abs=1e-8), pytest.approx(high, abs=1e-8))


@given(VARIED, VARIED)
def test_mean_change_agrees_with_statsmodels(one, other):
    change = changes.mean_change(
        np.mean(one),
        np.var(one, ddof=1),
        len(one),
        np.mean(other),
        np.var(other, ddof=1),
        len(other),
    )
    theirs = CompareMeans(DescrStatsW(other), DescrStatsW(one)).tconfint_diff(usevar="unequal")
    assert change[1:3] == pytest.approx(theirs, abs=1e-8)


@given(VARIED, VARIED)
def test_p_of_a_mean_change_is_that_of_welch(one, other):
    change = changes.mean_change(
        np.mean(one),
        np.var(one, ddof=1),
        len(one),
        np.mean(other),
        np.var(other, ddof=1),
        len(other),
    )
    assert change.p == pytest.approx(peer.ttest_ind(other, one, equal_var=False).pvalue, abs=1e-8)


def test_the_same_people_twice_are_a_paired_comparison():
    """With the covariance of everybody the interval is that of paired differences."""
    draw = np.random.default_rng(9)
    before = draw.normal(60, 15, 80)
    after = before + draw.normal(1, 8, 80)
    change = changes.mean_change(
        before.mean(),
        before.var(ddof=1),
        80,
        after.mean(),
        after.var(ddof=1),
        80,
        covariance=np.cov(before, after)[0, 1] / 80,
    )
    paired = changes.paired_change(before, after)
    assert change[:3] == pytest.approx(paired, abs=1e-8)
    assert change.p == pytest.approx(peer.ttest_rel(after, before).pvalue, abs=1e-8)
    same = changes.mean_change(60, 200, 80, 60, 200, 80, covariance=2.5)
    assert (same.low, same.high, same.p) == (0, 0, 1)


def test_pairs_see_more_than_strangers():
    draw = np.random.default_rng(7)
    base = draw.normal(60, 15, 200)
    before, after = base + draw.normal(0, 12, 200), base + draw.normal(0, 12, 200)
    paired = changes.paired_change(before, after)
    strangers = changes.mean_change(
        before.mean(), before.var(ddof=1), 200, after.mean(), after.var(ddof=1), 200
    )
    assert paired.high - paired.low < strangers.high - strangers.low


def test_what_is_told_as_a_change():
    assert changes.least_detectable_change(15, 0.85) == pytest.approx(16.10, abs=5e-3)
    assert changes.least_worth_telling(20, 0.85, 400) == 3
    assert changes.least_worth_telling(20, 0.85, 16) == pytest.approx(5.37, abs=5e-3)
    change = changes.Change(4.0, 1.0, 7.0, 0.01)
    assert changes.direction(change, 0.08, 3) == "up"
    assert changes.direction(change._replace(estimate=-4.0), 0.08, 3) == "down"
    assert changes.direction(change, 0.11, 3) == "same"
    assert changes.direction(change, 0.08, 4.5) == "same"
    for bad in ((-1, 0.5), (15, 1.1)):
        with pytest.raises(ValueError):
            changes.least_detectable_change(*bad)


@given(P_VALUES)
def test_adjusted_p_values_agree_with_statsmodels(p_values):
    assert changes.adjusted_among(p_values) == pytest.approx(
        multipletests(p_values, method="fdr_bh")[1]
    )


def test_adjusted_p_values_by_hand():
    given_p = [0.001, 0.012, 0.03, 0.04, 0.2]
    assert changes.adjusted_among(given_p) == pytest.approx([0.005, 0.03, 0.05, 0.05, 0.2])
    assert changes.adjusted_among([0.01, 0.2], 8) == pytest.approx([0.08, 0.8])
    with pytest.raises(ValueError):
        changes.adjusted_among([1.2])
