"""The K-factor's bootstrap and differences of means: numpy, scipy."""

import numpy
import pytest
from ri_stats import referral
from scipy import stats as scipy_stats


def test_k_factor_is_near_numpy_bootstrap_with_many_customers():
    counts = {0: 900, 1: 60, 2: 25, 5: 15}
    values = numpy.repeat(list(counts), list(counts.values()))
    rng = numpy.random.default_rng(3)
    draws = rng.choice(values, (4000, len(values))).mean(axis=1)
    result = referral.k_factor(counts)
    assert result.estimate == pytest.approx(values.mean())
    assert result.low == pytest.approx(numpy.quantile(draws, 0.025), abs=0.014)
    assert result.high == pytest.approx(numpy.quantile(draws, 0.975), abs=0.012)


def test_k_factor_edges():
    assert referral.k_factor({}) is None
    # Five customers who brought nobody: K may still be 1.5; it was said to be 0 for sure.
    assert referral.k_factor({0: 5}) == pytest.approx((0, 0, 1.5417), abs=1e-4)
    assert referral.k_factor({1: 7}) == pytest.approx((1, 0.35403, 2.82459), abs=1e-4)
    assert referral.k_factor({0: 10, 3: 1}) == referral.k_factor({3: 1, 0: 10})
    for bad in ({"counts": {0: -1}}, {"counts": {-1: 1}}, {"counts": {0: 1}, "level": 1}):
        with pytest.raises(ValueError):
            referral.k_factor(**bad)


def test_mean_difference_against_scipy():
    rng = numpy.random.default_rng(1)
    one, other = rng.normal(70, 10, 4000), rng.normal(66, 14, 3000)
    peer = scipy_stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    mine = referral.mean_difference(
        4000, one.mean(), one.std(ddof=1), 3000, other.mean(), other.std(ddof=1)
    )
    assert mine.low == pytest.approx(peer.low, abs=0.002)
    assert mine.high == pytest.approx(peer.high, abs=0.002)
    with pytest.raises(ValueError):
        referral.mean_difference(1, 1, 1, 5, 1, 1)
