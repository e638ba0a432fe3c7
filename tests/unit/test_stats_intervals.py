"""Intervals against reference values, scipy and statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ri_stats import intervals
from scipy import stats as peer
from statsmodels.stats import proportion, weightstats

TRIALS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
COUNTS = st.tuples(*[st.integers(0, 300)] * 3).filter(any)


@pytest.mark.parametrize(
    "function, arguments, low, high",
    [
        (intervals.wilson, (8, 10), 0.490162, 0.943318),
        (intervals.wilson, (0, 12), 0, 0.242494),
        (intervals.wilson, (45, 60), 0.627679, 0.842235),
        (intervals.newcombe, (45, 60, 30, 60), 0.076780, 0.403461),
    ],
)
def test_reference_values(function, arguments, low, high):
    assert function(*arguments)[1:] == pytest.approx((low, high), abs=1e-6)


@given(TRIALS, st.floats(0.5, 0.999))
def test_proportions_agree_with_peers(trial, level):
    k, n = trial
    theirs = peer.binomtest(k, n).proportion_ci(level, method="wilson")
    assert intervals.wilson(k, n, level)[1:] == pytest.approx(tuple(theirs), abs=1e-12)


@given(TRIALS, TRIALS)
def test_difference_agrees_with_statsmodels(one, other):
    theirs = proportion.confint_proportions_2indep(*one, *other, method="newcomb")
    ours = intervals.newcombe(*one, *other)
    assert ours[1:] == pytest.approx(theirs, abs=1e-9)
    assert ours.low <= ours.estimate <= ours.high


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40), st.floats(0.5, 0.99))
def test_mean_agrees_with_statsmodels(values, level):
    assume(np.std(values) > 1e-6)
    theirs = weightstats.DescrStatsW(values).tconfint_mean(1 - level)
    assert intervals.mean_interval(values, level=level)[1:] == pytest.approx(
        theirs, rel=1e-9, abs=1e-6
    )


def test_weights_cost_precision():
    values = [3, 5, 8, 9, 2, 6]
    plain = intervals.mean_interval(values)
    assert intervals.mean_interval(values, [2] * 6) == pytest.approx(plain)
    weights = [1, 1, 1, 1, 1, 3]
    found = intervals.mean_interval(values, weights)
    n = 64 / 14
    assert found.estimate == pytest.approx(np.average(values, weights=weights))
    variance = np.average((np.array(values) - found.estimate) ** 2, weights=weights)
    half = peer.t.ppf(0.975, n - 1) * math.sqrt(variance * n / (n - 1) / n)
    assert found.high - found.estimate == pytest.approx(half)


def test_recommend_reference_values():
    found = intervals.recommend_index(25, 15, 10)
    assert (found.value, found.variance) == pytest.approx((0.30, 0.61))
    assert found.wald[1:] == pytest.approx((0.083515, 0.516485), abs=1e-6)
    assert found.adjusted[1:] == pytest.approx((0.072995, 0.493043), abs=1e-6)
    small = intervals.recommend_index(6, 2, 2)
    assert small.adjusted[1:] == pytest.approx((-0.125856, 0.741240), abs=1e-6)


@given(COUNTS)
def test_recommend_is_a_mean_of_minus_one_zero_one(counts):
    found = intervals.recommend_index(*counts)
    answers = np.repeat([1, 0, -1], counts)
    assert found.value == pytest.approx(answers.mean(), abs=1e-12)
    assert found.variance == pytest.approx(answers.var(), abs=1e-9)
    assert found.se == pytest.approx(answers.std() / math.sqrt(len(answers)), abs=1e-9)
    assert -1 <= found.adjusted.low <= found.adjusted.high <= 1
    mirrored = intervals.recommend_index(*counts[::-1])
    assert mirrored.value == pytest.approx(-found.value)


def test_recommend_from_answers():
    answers = [10, 9, 8, 7, 6, 0, None]
    assert intervals.recommend_from_answers(answers) == intervals.recommend_index(2, 2, 2)
    assert intervals.recommend_from_answers([9, 8.9, 6.9])[0] == 0


def test_recommend_change():
    before, after = intervals.recommend_index(25, 15, 10), intervals.recommend_index(60, 25, 15)
    difference, z, p = intervals.recommend_change(before, after)
    theirs = weightstats.ztest(
        np.repeat([1, 0, -1], (60, 25, 15)),
        np.repeat([1, 0, -1], (25, 15, 10)),
        usevar="unequal",
        ddof=0,
    )
    assert difference == pytest.approx(0.15)
    assert (z, p) == pytest.approx(theirs, rel=1e-9)
    sure = intervals.recommend_index(10, 0, 0)
    assert intervals.recommend_change(sure, sure) == (0, None, None)


def test_sample_sizes_people_should_know():
    assert intervals.recommend_margin(0.61, 234) == pytest.approx(0.10, abs=2e-4)
    assert intervals.recommend_detectable(0.61, 958, 958) <= 0.10
    assert intervals.recommend_detectable(0.61, 957, 957) > 0.10


@pytest.mark.parametrize(
    "call",
    [
        lambda: intervals.wilson(1, 0),
        lambda: intervals.wilson(3, 2),
        lambda: intervals.wilson(-1, 2),
        lambda: intervals.wilson(1, 2, 1),
        lambda: intervals.newcombe(1, 2, 3, 2),
        lambda: intervals.mean_interval([5]),
        lambda: intervals.mean_interval([]),
        lambda: intervals.mean_interval([5, 6], [1, 0]),
        lambda: intervals.mean_interval([5, 6], [1]),
        lambda: intervals.mean_interval([5, math.nan]),
        lambda: intervals.recommend_index(0, 0, 0),
        lambda: intervals.recommend_index(-1, 2, 2),
        lambda: intervals.recommend_from_answers([11]),
        lambda: intervals.recommend_from_answers([None]),
        lambda: intervals.recommend_margin(-1, 5),
        lambda: intervals.recommend_detectable(0.6, 0, 5),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 5)), min_size=3, max_size=50))
def test_mean_from_sums_is_the_mean_from_values(sample):
    values, weights = zip(*sample, strict=True)
    # Where one answer counts almost alone, the last digit is magnified without end.
    assume(sum(weights) ** 2 > 1.5 * sum(w * w for w in weights))
    direct = intervals.mean_interval(values, weights, 0.9)
    sums = (
        sum(weights),
        sum(w * w for w in weights),
        sum(w * x for x, w in sample),
        sum(w * x * x for x, w in sample),
    )
    assert intervals.mean_interval_of_sums(*sums, level=0.9) == pytest.approx(
        direct, rel=1e-6, abs=1e-3
    )


def _sums(customers):
    """Clusters of (hits or scores, answers or weight) a customer."""
    return intervals.Clusters(
        len(customers),
        sum(y for y, _m in customers),
        sum(m for _y, m in customers),
        sum(y * y for y, _m in customers),
        sum(y * m for y, m in customers),
        sum(m * m for _y, m in customers),
    )


def test_customers_who_answer_alike_five_times_are_no_more_people():
    alike = _sums([(5, 5)] * 8 + [(0, 5)] * 12)
    once = _sums([(1, 1)] * 8 + [(0, 1)] * 12)
    assert intervals.cluster_share(alike) == pytest.approx(intervals.cluster_share(once))
    assert intervals.cluster_share(alike).estimate == 0.4
    naive = intervals.wilson(40, 100)
    assert intervals.cluster_share(alike).low < naive.low - 0.08


def test_none_or_all_of_the_answers_count_as_one_a_customer():
    assert intervals.cluster_share(_sums([(0, 5)] * 12)).high == pytest.approx(0.287594, abs=1e-5)
    assert intervals.cluster_share(_sums([(5, 5)] * 12)).low == pytest.approx(0.712406, abs=1e-5)
    assert intervals.cluster_share(_sums([(2, 5)])).high < 1


def test_mean_of_customers_who_weigh_alike_is_students():
    values = [3, 5, 8, 9, 2, 7]
    mine = intervals.cluster_mean(_sums([(value, 1) for value in values]))
    assert mine == pytest.approx(intervals.mean_interval(values))
    with pytest.raises(ValueError):
        intervals.cluster_mean(_sums([(3, 1)]))


def test_rate_interval_is_the_score_interval_of_poisson():
    # 4 of 100 and no clumps: mean + z2/2n -+ sqrt(z2/n (mean + z2/4n)) with t of 99 for z.
    found = intervals.rate_interval(100, 4, 4)
    t = peer.t.ppf(0.975, 99)
    # A dispersion of 1, and a tenth more for clumps not seen.
    shift = 1.1 * t * t / 200
    half = (shift * shift + 2 * shift * 0.04) ** 0.5
    assert found == pytest.approx((0.04, 0.04 + shift - half, 0.04 + shift + half))
    assert intervals.rate_interval(100, 4, 16).high > found.high
