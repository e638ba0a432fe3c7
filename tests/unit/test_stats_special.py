"""Special functions against scipy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import special
from scipy import special as peer
from scipy import stats as peer_stats

SHAPES = [0.01, 0.3, 1, 2.3872, 7.5, 30, 200, 5000, 1e6]


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("factor", [1e-6, 0.1, 0.9, 1, 1.01, 1.5, 4, 40])
def test_incomplete_gamma(a, factor):
    x = a * factor
    # exp(a ln x - x) loses about a digit for each power of ten of the shape.
    tolerance = 1e-12 * max(1, a)
    assert special.gamma_p(a, x) == pytest.approx(peer.gammainc(a, x), rel=tolerance, abs=1e-14)
    assert special.gamma_q(a, x) == pytest.approx(peer.gammaincc(a, x), rel=tolerance, abs=1e-14)


def test_incomplete_gamma_reference_values():
    assert special.gamma_q(2.3872, 0.05 * 27.27) == pytest.approx(0.714205, abs=1e-6)
    assert special.gamma_q(30, 45) == pytest.approx(0.007337, abs=1e-6)
    assert special.gamma_p(3, 0) == 0
    assert special.gamma_q(3, 0) == 1


def test_far_tail_keeps_its_digits():
    assert special.gamma_q(2, 300) == pytest.approx(peer.gammaincc(2, 300), rel=1e-10, abs=0)
    assert special.normal_cdf(-30) == pytest.approx(peer_stats.norm.cdf(-30), rel=1e-10, abs=0)


@given(st.floats(0.01, 1e4), st.floats(0, 1e4))
def test_gamma_halves_sum_to_one(a, x):
    lower, upper = special.gamma_p(a, x), special.gamma_q(a, x)
    assert 0 <= lower <= 1
    assert 0 <= upper <= 1
    assert lower + upper == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("a", [0.2, 0.5, 1, 4.5, 60, 900])
@pytest.mark.parametrize("b", [0.3, 0.5, 2, 75])
@pytest.mark.parametrize("x", [0, 1e-8, 0.1, 0.5, 0.77, 0.999, 1])
def test_incomplete_beta(a, b, x):
    assert special.beta_inc(a, b, x) == pytest.approx(peer.betainc(a, b, x), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("df", [0.5, 1, 2, 4.7, 9, 30, 333.3, 1e5])
@pytest.mark.parametrize("p", [1e-6, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999])
def test_t_quantile(p, df):
    assert special.t_quantile(p, df) == pytest.approx(peer_stats.t.ppf(p, df), rel=1e-9, abs=1e-12)


def test_t_quantile_reference_value():
    assert special.t_quantile(0.975, 9) == pytest.approx(2.262157, abs=1e-6)


@given(st.floats(1e-9, 1 - 1e-9))
def test_normal_quantile_inverts_the_cdf(p):
    z = special.normal_quantile(p)
    assert z == pytest.approx(peer_stats.norm.ppf(p), rel=1e-9, abs=1e-9)
    assert special.normal_cdf(z) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(
    "a, b, c",
    [
        (2.24, 4.43, 4.22),
        (0.24, 2.4, 2.2),
        (-0.2, 1.97, 31.2),
        (5, 5, 9),
        (1.5, -3, 0.7),
    ],
)
@pytest.mark.parametrize("z", [-0.9, -0.2, 0, 0.01, 0.5, 0.9, 0.99])
def test_hypergeometric(a, b, c, z):
    assert special.hyp2f1(a, b, c, z) == pytest.approx(peer.hyp2f1(a, b, c, z), rel=1e-10)


@pytest.mark.parametrize(
    "call",
    [
        lambda: special.gamma_p(0, 1),
        lambda: special.gamma_q(1, -1),
        lambda: special.gamma_q(math.nan, 1),
        lambda: special.gamma_q(None, 1),
        lambda: special.beta_inc(1, 0, 0.5),
        lambda: special.beta_inc(1, 1, 1.5),
        lambda: special.t_quantile(1, 5),
        lambda: special.t_quantile(0.5, 0),
        lambda: special.normal_quantile(0),
        lambda: special.normal_cdf(math.inf),
        lambda: special.normal_cdf("1"),
        lambda: special.hyp2f1(1, 1, 1, 1),
        lambda: special.hyp2f1(1, 1, -2, 0.5),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
