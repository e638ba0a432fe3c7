"""Gamma-Gamma spend against published CDNOW figures and lifetimes."""

import warnings

import lifetimes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import spend


@pytest.fixture(scope="module")
def repeaters(cdnow_spend):
    return [(x, m) for x, m in cdnow_spend if x]


@pytest.fixture(scope="module")
def fitted(repeaters):
    return spend.fit(repeaters)


@pytest.fixture(scope="module")
def peer(repeaters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lifetimes.GammaGammaFitter().fit(*map(np.array, zip(*repeaters, strict=True)))


def test_published_parameters(repeaters, fitted):
    assert len(repeaters) == 946
    assert (fitted.p, fitted.q, fitted.v) == pytest.approx((6.2488, 3.7446, 15.4477), abs=1e-4)
    assert fitted.correlation == pytest.approx(0.114, abs=5e-4)
    assert fitted.usable


@pytest.mark.parametrize("place, expected", [(0, 24.6586), (1, 18.9115), (5, 71.4629)])
def test_published_customers(cdnow_spend, fitted, place, expected):
    x, m = cdnow_spend[place]
    assert spend.expected_spend(x, m, *fitted[:3]) == pytest.approx(expected, abs=1e-4)


def test_fit_agrees_with_lifetimes(repeaters, fitted, peer):
    theirs = [peer.params_[name] for name in ("p", "q", "v")]
    assert fitted[:3] == pytest.approx(theirs, rel=1e-3)
    x, m = map(np.array, zip(*repeaters, strict=True))
    loss = peer._negative_log_likelihood(np.log(fitted[:3]), x, m, np.ones(len(x)), 0)
    assert fitted.loglik == pytest.approx(-loss * len(x), rel=1e-9)
    assert fitted.loglik == pytest.approx(spend.loglik(repeaters, *fitted[:3]), rel=1e-12)
    assert fitted.loglik >= spend.loglik(repeaters, *theirs) - 1e-6


def test_every_customer_agrees_with_lifetimes(cdnow_spend, fitted, peer):
    x, m = map(np.array, zip(*cdnow_spend, strict=True))
    theirs = peer.conditional_expected_average_profit(x, m)
    given = [peer.params_[name] for name in ("p", "q", "v")]
    for parameters, tolerance in ((given, 1e-9), (fitted[:3], 1e-3)):
        ours = [spend.expected_spend(*customer, *parameters) for customer in cdnow_spend]
        np.testing.assert_allclose(ours, theirs, rtol=tolerance)


@given(st.integers(1, 500), st.floats(0.01, 1e6))
def test_expectation_lies_between_customer_and_all(x, m):
    p, q, v = 6.2488, 3.7446, 15.4477
    everyone = spend.expected_spend(0, 0, p, q, v)
    low, high = sorted((everyone, m))
    assert low * (1 - 1e-9) <= spend.expected_spend(x, m, p, q, v) <= high * (1 + 1e-9)


def test_spend_that_goes_with_frequency_is_not_usable():
    related = spend.fit([(x, 10.0 + 5 * x + (x * 7) % 3) for x in range(1, 40)])
    assert related.correlation > 0.9
    assert not related.usable


def test_equal_spend_or_frequency_is_related_to_nothing():
    for rows in ([(1, 5), (2, 5), (3, 5.0)], [(2, 4), (2, 5), (2, 9)]):
        assert spend.fit(rows).correlation == 0
    assert spend.fit([(1, 4), (2, 5), (2, 5)]).correlation == pytest.approx(1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: spend.fit([(1, 5), (2, 5)]),
        lambda: spend.fit([(0, 5), (2, 5), (1, 5)]),
        lambda: spend.fit([(1, 5), (2, 0), (1, 5)]),
        lambda: spend.expected_spend(-1, 5, 1, 2, 1),
        lambda: spend.expected_spend(0, 0, 1, 0.9, 1),
        lambda: spend.expected_spend(1, 5, 0, 2, 1),
        lambda: spend.loglik([(1, 5)], 1, 1, 0),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
