"""Discounted purchase rate and its prior: CDNOW figures, scipy, properties."""

import math
import time
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import ranks, rate
from scipy import stats as peer

H_B = 91
DAYS = st.lists(st.integers(0, 2000), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def exposures(cdnow_sample, cdnow_asof):
    return {
        customer: rate.exposure(days, cdnow_asof, H_B) for customer, days in cdnow_sample.items()
    }


@pytest.fixture(scope="module")
def nbd(exposures):
    return rate.fit_nbd(rate.collapse((seen.x, seen.T) for seen in exposures.values()))


@pytest.fixture(scope="module")
def rates(exposures, nbd):
    return {
        customer: rate.purchase_rate(seen.x_w, seen.T_w, nbd.r, nbd.alpha)
        for customer, seen in exposures.items()
    }


def test_cdnow_prior(exposures, nbd):
    assert len(exposures) == 2357
    assert nbd.r == pytest.approx(0.384766, abs=1e-4)
    assert nbd.alpha == pytest.approx(84.504170, abs=1e-4)
    assert nbd.source == "fit"


def test_cdnow_likelihood_agrees_with_scipy(exposures, nbd):
    rows = rate.collapse((seen.x, seen.T) for seen in exposures.values())
    xs, times, counts = zip(*rows, strict=True)
    chances = peer.nbinom.logpmf(xs, nbd.r, nbd.alpha / (nbd.alpha + np.array(times)))
    theirs = np.dot(counts, chances)
    assert rate.nbd_loglik(rows, nbd.r, nbd.alpha) == pytest.approx(theirs, rel=1e-10)
    assert nbd.loglik == pytest.approx(theirs, rel=1e-10)
    for r, alpha in ((nbd.r * 1.01, nbd.alpha), (nbd.r, nbd.alpha * 0.99)):
        assert rate.nbd_loglik(rows, r, alpha) < nbd.loglik


@pytest.mark.parametrize(
    "customer, x_w, lam, B, pB",
    [
        ("0001", 0.781378, 0.005853, 81.438, 0.049489),
        ("0002", 0.138011, 0.002624, 59.970, 0.010747),
        ("0003", 0, 0.001931, None, 0.006494),
        ("0004", 0, 0.001931, None, 0.006494),
        ("0005", 0, 0.001931, None, 0.006494),
        ("0006", 2.595742, 0.014958, 96.160, 0.350937),
    ],
)
def test_cdnow_customers(exposures, nbd, rates, customer, x_w, lam, B, pB):
    seen = exposures[customer]
    assert seen.T == 272
    assert seen.T_w == pytest.approx(114.749115, abs=1e-6)
    assert seen.x_w == pytest.approx(x_w, abs=1e-6)
    assert rates[customer] == pytest.approx(lam, abs=1e-6)
    chance = rate.probability_at_least(seen.x_w, seen.T_w, nbd.r, nbd.alpha, 1 / 60)
    assert chance == pytest.approx(pB, abs=1e-6)
    if B is not None:
        percentile = dict(zip(rates, ranks.percentiles(rates.values()), strict=True))
        assert percentile[customer] == pytest.approx(B, abs=1e-3)


def test_cdnow_percentile_of_silent_customers(rates):
    # The first of January is the earliest first day, so its silent customers stand lowest.
    percentile = dict(zip(rates, ranks.percentiles(rates.values()), strict=True))
    assert percentile["0003"] == pytest.approx(0.212, abs=1e-3)


def test_every_cdnow_customer_against_scipy(exposures, nbd, rates):
    x_w, T_w = np.array([(seen.x_w, seen.T_w) for seen in exposures.values()]).T
    posterior = peer.gamma(nbd.r + x_w, scale=1 / (nbd.alpha + T_w))
    np.testing.assert_allclose(list(rates.values()), posterior.mean(), rtol=1e-12)
    for theta in (1 / 60, 1 / 30, 0.0054):
        ours = [
            rate.probability_at_least(seen.x_w, seen.T_w, nbd.r, nbd.alpha, theta)
            for seen in exposures.values()
        ]
        np.testing.assert_allclose(ours, posterior.sf(theta), rtol=1e-9, atol=1e-12)


def test_default_threshold_is_the_repeaters_median(exposures, rates):
    pairs = [(seen.x, rates[customer]) for customer, seen in exposures.items()]
    theta = rate.default_theta(pairs)
    assert theta == pytest.approx(0.005430, abs=1e-6)
    assert theta == median(lam for x, lam in pairs if x)
    assert rate.default_theta([(0, 0.1)]) is None


def test_fit_is_fast(cdnow_master, cdnow_asof):
    rows = rate.collapse(
        (seen.x, seen.T)
        for seen in (rate.exposure(days, cdnow_asof, H_B) for days in cdnow_master.values())
    )
    start = time.process_time()
    fitted = rate.fit_nbd(rows)
    assert time.process_time() - start < 1
    assert fitted.r == pytest.approx(0.387247, abs=1e-4)


def test_exposure_by_hand():
    seen = rate.exposure([10, 0, 100, 10], asof=100, H_B=90)
    assert (seen.x, seen.t_x, seen.T) == (2, 100, 100)
    assert seen.x_w == pytest.approx(1 + 0.5)
    steps = 200_000
    integral = sum(2 ** (-(i + 0.5) * 100 / steps / 90) for i in range(steps)) * 100 / steps
    assert seen.T_w == pytest.approx(integral, rel=1e-9)


def test_prior_falls_back_to_the_company_and_then_to_a_default():
    many = [(0, 100, 70), (1, 100, 20), (3, 100, 10)]
    few = [(0, 100, 50), (2, 100, 40)]
    silent = [(0, 100, 500)]
    fit = rate.fit_nbd(many)
    assert rate.fit_nbd_or_fallback(many, few, 30) == fit._replace(source="segment")
    assert rate.fit_nbd_or_fallback(few, many, 30) == fit._replace(source="company")
    assert rate.fit_nbd_or_fallback(silent, many, 30) == fit._replace(source="company")
    default = rate.fit_nbd_or_fallback(few, silent, 30)
    assert (default.r, default.alpha, default.source) == (0.4, 60, "default")


@given(DAYS, st.integers(0, 400), st.integers(1, 400), st.floats(30, 365))
def test_silence_lowers_the_rate(days, wait, more, half_life):
    first = rate.exposure(days, max(days) + wait, half_life)
    later = rate.exposure(days, max(days) + wait + more, half_life)
    lams = [rate.purchase_rate(seen.x_w, seen.T_w, 0.4, 60) for seen in (first, later)]
    assert lams[1] < lams[0]
    chances = [
        rate.probability_at_least(seen.x_w, seen.T_w, 0.4, 60, 1 / 60) for seen in (first, later)
    ]
    assert chances[1] <= chances[0] + 1e-12


@given(DAYS, st.randoms())
def test_order_of_rows_does_not_matter(days, random):
    shuffled = list(days)
    random.shuffle(shuffled)
    assert rate.exposure(days, 2000, 91) == rate.exposure(shuffled, 2000, 91)


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0.1, 5), st.floats(1, 500))
def test_rate_lies_between_data_and_prior(x_w, T_w, r, alpha):
    lam = rate.purchase_rate(x_w, T_w, r, alpha)
    prior = r / alpha
    if T_w > 1e-6:
        low, high = sorted((prior, x_w / T_w))
        assert low * (1 - 1e-12) <= lam <= high * (1 + 1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: rate.exposure([], 10, 91),
        lambda: rate.exposure([11], 10, 91),
        lambda: rate.exposure([1], 10, 0),
        lambda: rate.discounted_time(-1, 91),
        lambda: rate.purchase_rate(-1, 5, 1, 1),
        lambda: rate.purchase_rate(1, 5, 0, 1),
        lambda: rate.probability_at_least(1, 5, 1, 1, 0),
        lambda: rate.fit_nbd([(0, 10, 5)]),
        lambda: rate.fit_nbd([(1, 0, 5)]),
        lambda: rate.fit_nbd([(1, 10, 0)]),
        lambda: rate.nbd_loglik([(1, 10, 1)], -1, 1),
        lambda: rate.fit_nbd_or_fallback([], [], 0),
        lambda: rate.exposure([1], math.nan, 91),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
