"""BG/NBD and MBG/NBD: published CDNOW figures, and lifetimes for every customer."""

import math
import time
import warnings

import lifetimes
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import bgnbd, rate

PEERS = {False: lifetimes.BetaGeoFitter, True: lifetimes.ModifiedBetaGeoFitter}
BOTH = pytest.mark.parametrize("modified", [False, True], ids=["BG", "MBG"])
DATA = pytest.mark.parametrize("data", ["summary", "master"])


@pytest.fixture(scope="module")
def histories(cdnow_summary, cdnow_weeks):
    return {"summary": cdnow_summary, "master": cdnow_weeks}


@pytest.fixture(scope="module")
def peers(histories):
    """lifetimes fitted to the same data."""
    fitted = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, rows in histories.items():
            x, t_x, T, counts = map(np.array, zip(*rate.collapse(rows), strict=True))
            for modified, peer in PEERS.items():
                fitted[name, modified] = peer().fit(x, t_x, T, weights=counts)
    return fitted


@pytest.mark.parametrize(
    "data, modified, r, alpha, a, b",
    [
        ("summary", False, 0.242593, 4.413532, 0.792886, 2.425752),
        ("summary", True, 0.524838, 6.182988, 0.891356, 1.614000),
        ("master", False, 0.25162, 4.78894, 0.72343, 2.16109),
    ],
)
def test_published_parameters(fits, data, modified, r, alpha, a, b):
    fitted = fits[data, modified]
    assert fitted.converged
    assert fitted[:4] == pytest.approx([r, alpha, a, b], abs=1e-4)


def test_published_likelihood(fits):
    assert fits["summary", False].loglik == pytest.approx(-9582.43, abs=0.01)


@pytest.mark.parametrize(
    "x, t_x, expected, alive",
    [
        (2, 30.43, 1.225910, 0.726609),
        (1, 1.71, 0.203251, 0.212227),
        (0, 0, 0.194781, 1.0),
        (10, 35, 6.163802, 0.846961),
        (6, 10, 0.043694, 0.009700),
        (29, 38, 19.453013, 0.955228),
    ],
)
def test_published_customers(fits, x, t_x, expected, alive):
    parameters = fits["summary", False][:4]
    assert bgnbd.alive(x, t_x, 38.86, *parameters) == pytest.approx(alive, abs=1e-5)
    assert bgnbd.expected_purchases(39, x, t_x, 38.86, *parameters) == pytest.approx(
        expected, abs=1e-4
    )


@pytest.mark.parametrize(
    "x, t_x, expected, alive",
    [
        (2, 30.43, 1.262671, 0.706126),
        (1, 1.71, 0.188789, 0.170820),
        (0, 0, 0.153954, 0.389716),
    ],
)
def test_published_customers_modified(fits, x, t_x, expected, alive):
    history = (x, t_x, 38.86, *fits["summary", True][:4])
    assert bgnbd.alive(*history, modified=True) == pytest.approx(alive, abs=1e-5)
    assert bgnbd.expected_purchases(39, *history, modified=True) == pytest.approx(
        expected, abs=1e-4
    )


@BOTH
@DATA
def test_fit_agrees_with_lifetimes(fits, peers, histories, data, modified):
    ours, theirs = fits[data, modified], peers[data, modified]
    assert ours[:4] == pytest.approx(
        [theirs.params_[name] for name in ("r", "alpha", "a", "b")], rel=1e-3
    )
    rows = rate.collapse(histories[data])
    x, t_x, T, counts = map(np.array, zip(*rows, strict=True))
    logs = np.log(ours[:4])
    loss = type(theirs)._negative_log_likelihood(logs, x, t_x, T, counts, 0)
    assert ours.loglik == pytest.approx(-loss * counts.sum(), rel=1e-9)
    assert bgnbd.loglik(rows, *ours[:4], modified=modified) == pytest.approx(ours.loglik, rel=1e-12)
    best = bgnbd.loglik(
        rows, *(theirs.params_[name] for name in ("r", "alpha", "a", "b")), modified=modified
    )
    assert ours.loglik >= best - 1e-6


@BOTH
@DATA
def test_every_customer_agrees_with_lifetimes(fits, peers, histories, data, modified):
    """Same parameters, then own parameters: each customer's chance and expectation."""
    rows = histories[data]
    assert len(rows) == {"summary": 2357, "master": 23570}[data]
    peer = peers[data, modified]
    x, t_x, T = map(np.array, zip(*rows, strict=True))
    theirs_alive = peer.conditional_probability_alive(x, t_x, T)
    theirs_expected = peer.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, T)
    given = [peer.params_[name] for name in ("r", "alpha", "a", "b")]
    for parameters, tolerance in ((given, 1e-9), (fits[data, modified][:4], 2e-3)):
        known = {}
        for history in set(rows):
            known[history] = (
                bgnbd.alive(*history, *parameters, modified=modified),
                bgnbd.expected_purchases(39, *history, *parameters, modified=modified),
            )
        ours_alive, ours_expected = zip(*(known[history] for history in rows), strict=True)
        np.testing.assert_allclose(ours_alive, theirs_alive, rtol=tolerance, atol=1e-12)
        np.testing.assert_allclose(ours_expected, theirs_expected, rtol=tolerance, atol=1e-12)


def test_every_summary_agrees_with_lifetimes(cdnow_master, cdnow_asof):
    """Our x, t_x, T of each of the 23,570 customers against lifetimes' own summary."""
    transactions = pd.DataFrame(
        [(customer, day) for customer, days in cdnow_master.items() for day in days],
        columns=["customer", "day"],
    )
    transactions["day"] = pd.Timestamp("1970-01-01") + pd.to_timedelta(
        transactions["day"] - 719163, unit="D"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        summary = lifetimes.utils.summary_data_from_transaction_data(
            transactions, "customer", "day", observation_period_end="1997-09-30"
        )
    columns = summary[["frequency", "recency", "T"]].to_numpy()
    theirs = dict(zip(summary.index, columns, strict=True))
    assert len(theirs) == 23570
    for customer, days in cdnow_master.items():
        seen = rate.exposure(days, cdnow_asof, 91)
        assert (seen.x, seen.t_x, seen.T) == tuple(theirs[customer])


@BOTH
@pytest.mark.parametrize("data, limit", [("summary", 1), ("master", 8)])
def test_fit_is_fast(histories, data, limit, modified):
    rows = rate.collapse(histories[data])
    start = time.process_time()
    bgnbd.fit(rows, modified=modified)
    assert time.process_time() - start < limit


@BOTH
def test_unit_of_time_does_not_matter(fits, cdnow_summary, modified):
    days = rate.collapse((x, t_x * 7, T * 7) for x, t_x, T in cdnow_summary)
    weeks, fitted = fits["summary", modified], bgnbd.fit(days, modified=modified)
    assert fitted.alpha == pytest.approx(weeks.alpha * 7, rel=1e-4)
    assert (fitted.r, fitted.a, fitted.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-4)


HISTORY = st.tuples(st.integers(0, 2000), st.floats(0, 1), st.floats(0.1, 3000)).map(
    lambda drawn: (drawn[0], drawn[1] * drawn[2] if drawn[0] else 0.0, drawn[2])
)
PARAMETERS = st.tuples(
    st.floats(0.05, 5), st.floats(0.5, 200), st.floats(0.05, 5), st.floats(0.05, 9)
)


@given(HISTORY, PARAMETERS, st.booleans())
def test_chance_is_a_chance_and_falls_in_silence(history, parameters, modified):
    x, t_x, T = history
    chance = bgnbd.alive(x, t_x, T, *parameters, modified=modified)
    later = bgnbd.alive(x, t_x, T + 30, *parameters, modified=modified)
    assert 0 <= later <= chance <= 1


@given(HISTORY, PARAMETERS, st.booleans(), st.floats(0, 400))
def test_expectation_is_not_negative_and_grows_with_time(history, parameters, modified, t):
    less = bgnbd.expected_purchases(t, *history, *parameters, modified=modified)
    more = bgnbd.expected_purchases(t + 10, *history, *parameters, modified=modified)
    r, alpha = parameters[:2]
    most = t * (r + history[0]) / (alpha + history[2])
    assert -1e-9 <= less <= more + 1e-9
    # Nobody is expected to buy more than someone who cannot drop out.
    assert less <= most * (1 + 1e-6) + 1e-9


@BOTH
def test_dropout_shape_of_one_is_no_hole(modified):
    """a = 1 makes both factors of the formula 0 and infinite; the limit is what counts."""
    values = [
        bgnbd.expected_purchases(39, 3, 20, 38, 0.4, 5, a, 2.5, modified=modified)
        for a in (1 - 1e-4, 1, 1 + 1e-4)
    ]
    assert values[1] == pytest.approx((values[0] + values[2]) / 2, rel=1e-5)


def test_whole_number_hole_of_the_series_is_no_hole():
    values = [bgnbd.expected_purchases(39, 0, 0, 38, 0.4, 5, 0.4, b) for b in (0.5999, 0.6, 0.6001)]
    assert values[1] == pytest.approx((values[0] + values[2]) / 2, rel=1e-4)


def test_frequent_buyers_do_not_overflow():
    assert bgnbd.alive(1500, 1500, 3000, 0.4, 30, 0.8, 2.4) == 0
    assert bgnbd.expected_purchases(365, 1500, 1800, 1800, 0.4, 30, 0.8, 2.4) > 100


@pytest.mark.parametrize(
    "call",
    [
        lambda: bgnbd.alive(1, 5, 4, 1, 1, 1, 1),
        lambda: bgnbd.alive(-1, 0, 4, 1, 1, 1, 1),
        lambda: bgnbd.alive(1, 1, 4, 0, 1, 1, 1),
        lambda: bgnbd.expected_purchases(-1, 1, 1, 4, 1, 1, 1, 1),
        lambda: bgnbd.expected_purchases(1, 1, 1, math.inf, 1, 1, 1, 1),
        lambda: bgnbd.fit([]),
        lambda: bgnbd.fit([(0, 0, 10, 5)]),
        lambda: bgnbd.fit([(1, 1, 10, 0)]),
        lambda: bgnbd.loglik([(1, 1, 10, 1)], 1, 1, 1, -1),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
