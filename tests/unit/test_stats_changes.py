"""Changes over time against reference values, scipy and statsmodels; false alarms stay rare."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import changes
from scipy import stats as peer
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

SERIES = st.lists(st.integers(0, 10), min_size=3, max_size=25)
VARIED = st.lists(st.integers(0, 100), min_size=3, max_size=30).filter(lambda v: len(set(v)) > 1)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_mann_kendall_reference():
    trend = changes.mann_kendall([3, 4, 4, 5, 6, 5, 7, 8])
    assert (trend.s, trend.variance) == (24, pytest.approx(63.3333, abs=1e-4))
    assert trend.z == pytest.approx(2.890092, abs=1e-6)
    assert trend.p == pytest.approx(0.003851, abs=1e-6)
    assert trend.slope == pytest.approx(2 / 3)


@given(SERIES)
def test_mann_kendall_agrees_with_scipy(values):
    trend = changes.mann_kendall(values)
    n = len(values)
    assert trend.slope == pytest.approx(peer.theilslopes(values, range(n)).slope)
    if len(set(values)) > 1:
        ties = [values.count(v) for v in set(values)]
        pairs = n * (n - 1) / 2
        tau = peer.kendalltau(range(n), values).statistic
        scale = (pairs * (pairs - sum(t * (t - 1) / 2 for t in ties))) ** 0.5
        assert trend.s == pytest.approx(tau * scale)
    else:
        assert (trend.z, trend.p) == (None, None)


def test_a_flat_or_short_series():
    assert changes.mann_kendall([5, 5, 5]).p is None
    with pytest.raises(ValueError):
        changes.mann_kendall([1, 2])


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
        np.mean(one), np.var(one, ddof=1), len(one), np.mean(other), np.var(other, ddof=1),
        len(other))
    theirs = CompareMeans(DescrStatsW(other), DescrStatsW(one)).tconfint_diff(usevar="unequal")
    assert change[1:] == pytest.approx(theirs, abs=1e-8)


def test_a_thousand_quiet_waves_raise_few_alarms():
    """At 90 % no more than 11 % of waves without a change are flagged."""
    draw = np.random.default_rng(20261124)
    flagged = 0
    for _wave in range(1000):
        one, other = draw.normal(60, 20, 80), draw.normal(60, 20, 80)
        change = changes.mean_change(
            one.mean(), one.var(ddof=1), 80, other.mean(), other.var(ddof=1), 80, level=0.9)
        flagged += not change.low <= 0 <= change.high
    assert flagged <= 110


def test_pairs_see_more_than_strangers():
    draw = np.random.default_rng(7)
    base = draw.normal(60, 15, 200)
    before, after = base + draw.normal(0, 12, 200), base + draw.normal(0, 12, 200)
    paired = changes.paired_change(before, after)
    strangers = changes.mean_change(
        before.mean(), before.var(ddof=1), 200, after.mean(), after.var(ddof=1), 200)
    assert paired.high - paired.low < strangers.high - strangers.low


def test_within_slope_agrees_with_dummies():
    draw = np.random.default_rng(3)
    series, time, value, person = [], [], [], []
    for index in range(30):
        points = [(t, 50 + index + 0.8 * t + draw.normal(0, 3)) for t in range(draw.integers(2, 6))]
        series.append(points)
        time += [t for t, _y in points]
        value += [y for _t, y in points]
        person += [index] * len(points)
    dummies = (np.array(person)[:, None] == np.arange(30)).astype(float)
    fit = OLS(np.array(value), np.column_stack([time, dummies])).fit()
    slope = changes.within_slope(series)
    assert (slope.slope, slope.persons) == (pytest.approx(fit.params[0]), 30)
    robust = fit.get_robustcov_results("cluster", groups=person, use_correction=False)
    assert slope.se == pytest.approx(robust.bse[0] * (30 / 29) ** 0.5)
    assert changes.within_slope([[(0, 1)], [(1, 2)]]) is None


def test_reliable_change_by_hand():
    assert changes.reliable_change(50, 66.2, 15, 0.85) == pytest.approx(1.972, abs=1e-3)
    for bad in ((0, 0, 0, 0.5), (0, 0, 1, 1), (0, 0, 1, -0.1)):
        with pytest.raises(ValueError):
            changes.reliable_change(*bad)


@given(P_VALUES)
def test_adjusted_p_values_agree_with_statsmodels(p_values):
    assert changes.holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert changes.benjamini_hochberg(p_values) == pytest.approx(
        multipletests(p_values, method="fdr_bh")[1])


def test_adjusted_p_values_by_hand():
    given_p = [0.001, 0.012, 0.03, 0.04, 0.2]
    assert changes.holm(given_p) == pytest.approx([0.005, 0.048, 0.09, 0.09, 0.2])
    assert changes.benjamini_hochberg(given_p) == pytest.approx([0.005, 0.03, 0.05, 0.05, 0.2])
    with pytest.raises(ValueError):
        changes.holm([1.2])
