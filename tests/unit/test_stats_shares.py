"""Shares of the classes: the two-dimensional normal, the score of buying, and planted towns."""

import math
import random

import pytest
from ri_stats import rate, shares
from scipy import stats as peer


@pytest.mark.parametrize("rho", [-0.95, -0.3, 0, 0.35, 0.6, 0.95])
@pytest.mark.parametrize(("h", "k"), [(0, 0), (-0.4, 0.2), (1.3, -2.1), (3, 3)])
def test_binormal_equals_scipy(h, k, rho):
    theirs = peer.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([h, k])
    assert shares.binormal(h, k, rho) == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("r", [0.05, 0.4, 1, 6])
def test_rates_are_those_of_the_gamma_distribution(r):
    theirs = [peer.gamma(r).ppf(peer.norm.cdf(step / 4)) for step in range(-13, 14)]
    assert list(shares._rates(r)) == pytest.approx(theirs, rel=1e-6, abs=1e-290)


def test_who_never_bought_again_scores_low_and_nobody_known_scores_nothing():
    # Nothing observed: the middle, and no reliability.
    unknown = shares.behaviour_score(0, 0, 120, 1, 60, 1 / 60)
    assert unknown.mean == pytest.approx(0, abs=1e-6)
    assert unknown.reliability == pytest.approx(0, abs=0.01)
    # With a mean of one in 60 days, 63 % of the customers buy less often than that.
    assert unknown.line == pytest.approx(peer.norm.ppf(1 - math.exp(-1)))
    T_w = rate.discounted_time(300, 120)
    never = shares.behaviour_score(0, T_w, 120, 1, 60, 1 / 60)
    often = shares.behaviour_score(9, T_w, 120, 1, 60, 1 / 60)
    assert never.mean < -1 < 1 < often.mean
    assert often.reliability > never.reliability > 0.4


def test_discounted_purchases_are_as_exact_as_their_variance_says():
    # 365 days at half-life 120: the variance of the discounted count is 0.56 of its mean.
    T_w = rate.discounted_time(365, 120)
    x, T = shares.effective_exposure(2, T_w, 120)
    squares = sum(4 ** (-(day + 0.5) / 120) for day in range(365))
    assert 2 / x == pytest.approx(squares / T_w, rel=1e-4)
    assert T / x == pytest.approx(T_w / 2)


def _town(rho, n, seed):
    """Exact normal scores with noise: (group, score, told) of n customers."""
    rng = random.Random(seed)
    rows = []
    for number in range(n):
        feels = rng.gauss(0, 1)
        buys = rho * feels + math.sqrt(1 - rho * rho) * rng.gauss(0, 1)
        R, B = rng.choice((0.5, 0.7)), 0.8
        o = feels + rng.gauss(0, math.sqrt((1 - R) / R))
        b = buys + rng.gauss(0, math.sqrt((1 - B) / B))
        told = shares.Told(1, R, R * (o - 0.2), R * R, R * R * (o - 0.2) ** 2 - R * (1 - R))
        rows.append((number % 100, shares.Score(B * b, B, 0.5), told, told))
    return rows


NOBODY = (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("rho", "planted"),
    [
        # P(feels > 0.2 and buys > 0.5) and so on; the products would be 0.130 at any correlation.
        (0.0, (0.1298, 0.2909, 0.1787, 0.4006)),
        (0.6, (0.2197, 0.2010, 0.0888, 0.4905)),
        (-0.3, (0.0887, 0.3320, 0.2198, 0.3594)),
    ],
)
def test_planted_correlation_comes_out(rho, planted):
    found = shares.class_totals(NOBODY, _town(rho, 20000, 3), [], 10000, replicates=100)
    assert found.correlation == pytest.approx(rho, abs=0.03)
    for each, share in zip(found[:4], planted):
        assert each.estimate == pytest.approx(10000 * share, abs=120)
        assert each.low <= 10000 * share <= each.high
    assert sum(each.estimate for each in found[:4]) == pytest.approx(10000)


def test_same_customers_same_interval_in_any_order():
    rows = _town(0.4, 300, 5)
    first = shares.class_totals((9, 1, 2, 3), rows, [], 40, replicates=100)
    random.Random(1).shuffle(rows)
    again = shares.class_totals((9, 1, 2, 3), rows, [], 40, replicates=100)
    for one, other in zip(first[:4], again[:4]):
        assert one == pytest.approx(other)


def test_nobody_gives_nothing():
    assert shares.class_totals(NOBODY, [], [], 3) is None
    with pytest.raises(ValueError):
        shares.class_totals(NOBODY, [], [], 3, replicates=10)
    with pytest.raises(ValueError):
        shares.class_totals(NOBODY, [], [], -1)


def test_a_total_is_never_below_who_is_placed():
    """In 200 random towns, whatever the rule placed: the four hold their own and make all."""
    rng = random.Random(13)
    for trial in range(200):
        size = rng.randint(5, 60)
        rows = _town(rng.uniform(-0.9, 0.9), size, trial)
        placed, unsure = [0] * 4, []
        for _group, score, told, _alike in rows:
            if rng.random() < 0.6:
                placed[rng.choice((0, 0, 0, 1, 2, 3))] += 1
            else:
                unsure.append(shares.Unsure(1, score, told.R, told.Ro / told.R))
        others = rng.choice((0, 1, 30, 500))
        found = shares.class_totals(placed, rows, unsure, others, replicates=100)[:4]
        everybody = size + others
        assert sum(each.estimate for each in found) == pytest.approx(everybody)
        for each, count in zip(found, placed):
            rest = everybody - sum(placed)
            assert count - 1e-9 <= each.low <= each.estimate + 1e-9
            assert each.estimate - 1e-9 <= each.high <= count + rest + 1e-9
        whole = shares.whole_numbers(placed, [each.estimate for each in found])
        assert sum(whole) == everybody
        for number, each, count in zip(whole, found, placed):
            assert number >= count and abs(number - each.estimate) < 1


def test_rounded_totals_make_all():
    assert shares.whole_numbers((1, 0, 0, 0), (1.0, 0.6, 0.7, 0.7)) == [1, 0, 1, 1]
    assert shares.whole_numbers((27, 17, 27, 0), (38.4, 30.4, 40.4, 38.8)) == [39, 30, 40, 39]


@pytest.mark.parametrize(
    ("rho", "o", "expected"),
    [
        # Town of means 0 and spreads 1; noise as large as the spread halves score and variance.
        # Nothing known of buying (B = 0): the rest is from the correlation, cov = rho / 2.
        (0.0, 0.5, (0.3192, 0.3192, 0.1808, 0.1808)),
        (0.6, 0.5, None),
    ],
)
def test_chances_of_one_customer_are_those_of_the_normal_distribution(rho, o, expected):
    cell = shares.Unsure(1, shares.Score(0, 0, 0), 0.5, o)
    found = shares._chances(cell, shares.Town(0, 0, 1, 1, rho))
    if expected is None:
        mean, cov = [o / 2, rho * o / 2], [[0.5, rho / 2], [rho / 2, 1 - rho * rho / 2]]
        both = peer.multivariate_normal([-m for m in mean], cov).cdf([0, 0])
        feels = peer.norm.cdf(mean[0] / math.sqrt(cov[0][0]))
        buys = peer.norm.cdf(mean[1] / math.sqrt(cov[1][1]))
        expected = (both, feels - both, buys - both, 1 - feels - buys + both)
    assert found == pytest.approx(expected, abs=1e-3)
