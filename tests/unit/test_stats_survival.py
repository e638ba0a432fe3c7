"""Survival curves, log-rank test and matched differences: scipy, and by hand."""

import math
from collections import Counter

import numpy
import pytest
from ri_stats import intervals, survival
from scipy import stats as scipy_stats

# Freireich 1963, weeks in remission of 21 + 21 children, the textbook case; a + was last seen.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(text):
    """Counts as the functions take them, and scipy's data."""
    rows = [(float(word.rstrip("+")), word.endswith("+")) for word in text.split()]
    return counts(rows), censored(rows)


def counts(rows):
    found = Counter(rows)
    return [(time, found[time, False], found[time, True]) for time in {row[0] for row in rows}]


def censored(rows):
    return scipy_stats.CensoredData(
        uncensored=[time for time, is_open in rows if not is_open],
        right=[time for time, is_open in rows if is_open],
    )


def random_rows(rng, rate, number=200):
    times = rng.geometric(rate, number)
    ends = rng.integers(1, 60, number)
    return [(int(min(pair)), bool(pair[1] < pair[0])) for pair in zip(times, ends)]


@pytest.mark.filterwarnings("ignore:The confidence interval")
@pytest.mark.parametrize("seed", range(6))
def test_curve_equals_scipy(seed):
    rows = random_rows(numpy.random.default_rng(seed), 0.05)
    peer = scipy_stats.ecdf(censored(rows)).sf
    bounds = peer.confidence_interval(method="log-log")
    steps = {step.time: step for step in survival.kaplan_meier(counts(rows))}
    for place, time in enumerate(peer.quantiles):
        step = steps.get(time)
        if step is None:
            continue
        assert step.survival == pytest.approx(peer.probabilities[place])
        if 0 < step.survival < 1:
            assert step.low == pytest.approx(bounds.low.probabilities[place])
            assert step.high == pytest.approx(bounds.high.probabilities[place])
    assert set(steps) == {time for time, is_open in rows if not is_open}


@pytest.mark.parametrize("seed", range(6))
def test_log_rank_equals_scipy(seed):
    rng = numpy.random.default_rng(seed)
    one, other = random_rows(rng, 0.05), random_rows(rng, 0.07, 150)
    mine = survival.log_rank(counts(one), counts(other))
    peer = scipy_stats.logrank(censored(one), censored(other))
    assert mine.chi2 == pytest.approx(peer.statistic**2)
    assert mine.p_value == pytest.approx(peer.pvalue)


def test_textbook():
    (treated, peer_one), (placebo, peer_two) = read(TREATED), read(PLACEBO)
    steps = survival.kaplan_meier(treated)
    assert [round(step.survival, 3) for step in steps] == [
        0.857,
        0.807,
        0.753,
        0.690,
        0.627,
        0.538,
        0.448,
    ]
    assert survival.time_until(steps).estimate == 23
    assert survival.time_until(survival.kaplan_meier(placebo)).estimate == 8
    result = survival.log_rank(treated, placebo)
    assert result.chi2 == pytest.approx(16.79, abs=0.01)
    assert (result.observed, round(result.expected, 2)) == (9, 19.25)
    assert survival.log_rank(placebo, treated).chi2 == pytest.approx(result.chi2)
    assert scipy_stats.logrank(peer_one, peer_two).pvalue == pytest.approx(result.p_value)
    happened = survival.share_by(steps, 10)
    assert happened.estimate == pytest.approx(1 - 0.753, abs=0.001)
    assert happened.low < happened.estimate < happened.high
    assert survival.share_by(steps, 5) == (0, 0, 0)


def test_curve_edges():
    assert survival.kaplan_meier([]) == []
    assert survival.kaplan_meier([(5, 0, 9)]) == []
    everybody = survival.kaplan_meier([(3, 4, 0)])
    assert everybody == [(3, 0, 0, 0, 4)]
    assert survival.time_until(everybody) == (3, 3, 3)
    assert survival.time_until([]) == (None, None, None)
    few = survival.kaplan_meier([(2, 1, 0), (9, 0, 9)])
    assert survival.time_until(few).estimate is None
    assert survival.time_until(few, 0.1).estimate == 2
    split = survival.kaplan_meier([(1, 1, 0), (1, 1, 1), (4, 0, 2)])
    assert split == survival.kaplan_meier([(4, 0, 2), (1, 2, 1)])
    assert survival.log_rank([(1, 0, 5)], [(1, 0, 5)]) is None
    assert survival.log_rank([], [(1, 3, 5)]) is None
    for bad in ([(-1, 1, 0)], [(1, -1, 0)], [(1, 0, -2)], [(None, 1, 0)]):
        with pytest.raises(ValueError):
            survival.kaplan_meier(bad)
    with pytest.raises(ValueError):
        survival.kaplan_meier([(1, 1, 1)], level=1)
    with pytest.raises(ValueError):
        survival.time_until(few, 0)


def test_one_stratum_is_newcombe():
    mine = survival.matched_difference([(56, 70, 48, 80)])
    peer = intervals.newcombe(56, 70, 48, 80)
    assert mine.difference == pytest.approx(peer)
    # Newcombe 1998, table II, example (a), method 10.
    assert [round(end, 4) for end in mine.difference] == [0.2, 0.0524, 0.3339]


def test_matched_by_hand():
    # Weights 100 * 300 / 400 = 75 and 50 * 50 / 100 = 25.
    mine = survival.matched_difference([(60, 100, 90, 300), (10, 50, 20, 50), (7, 9, 0, 0)])
    assert mine.one == pytest.approx(0.75 * 0.6 + 0.25 * 0.2)
    assert mine.other == pytest.approx(0.75 * 0.3 + 0.25 * 0.4)
    assert mine.difference.estimate == pytest.approx(0.175)
    assert (mine.n_one, mine.n_other, mine.strata) == (150, 350, 2)
    worth = 1 / (0.75**2 / 100 + 0.25**2 / 50)
    low = intervals.wilson(mine.one * worth, worth).low
    upper = intervals.wilson(mine.other * (other := 1 / (0.75**2 / 300 + 0.25**2 / 50)), other).high
    assert mine.difference.low == pytest.approx(
        0.175 - math.hypot(mine.one - low, upper - mine.other)
    )


def test_matching_undoes_confounding():
    # Friends came in the good months; within a month nothing differs.
    strata = [(90, 100, 9, 10), (1, 10, 10, 100)]
    crude = intervals.newcombe(91, 110, 19, 110)
    assert crude.low > 0.4
    matched = survival.matched_difference(strata)
    assert matched.difference.estimate == pytest.approx(0)
    assert matched.difference.low < 0 < matched.difference.high


def test_matched_interval_covers():
    rng = numpy.random.default_rng(7)
    hits, runs = 0, 600
    shares = [(0.3, 0.2), (0.5, 0.4), (0.8, 0.7), (0.15, 0.05)]
    for _run in range(runs):
        strata = [
            (rng.binomial(n1, p1), n1, rng.binomial(n2, p2), n2)
            for (p1, p2), n1, n2 in zip(shares, (20, 40, 15, 30), (80, 60, 90, 40))
        ]
        found = survival.matched_difference(strata).difference
        hits += found.low <= 0.1 <= found.high
    assert 0.93 <= hits / runs <= 0.985


def test_matched_edges():
    assert survival.matched_difference([]) is None
    assert survival.matched_difference([(1, 2, 0, 0), (0, 0, 3, 4)]) is None
    sure = survival.matched_difference([(5, 5, 0, 5), (3, 3, 0, 9)])
    assert sure.difference.estimate == pytest.approx(1)
    assert sure.difference.high <= 1
    for bad in ([(3, 2, 0, 1)], [(-1, 2, 0, 1)], [(0, 1, 2, 1)]):
        with pytest.raises(ValueError):
            survival.matched_difference(bad)
