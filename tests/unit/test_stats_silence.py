"""Silent sales against scipy and statsmodels, the published examples, and planted cases."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import silence
from scipy import stats

COUNT = st.integers(0, 60)


def test_published_examples():
    assert silence.growth_p(6, 15) == pytest.approx(0.0392, abs=5e-5)
    # The least mean at which no talk at all is significant.
    assert silence.deficit_p(0, 3.00, math.inf) == pytest.approx(0.05, abs=3e-4)
    assert silence.deficit_p(0, 9.55, 1.5) == pytest.approx(0.05, abs=3e-4)
    assert silence.deficit_p(0, 9.4, 1.5) > 0.05


@given(COUNT, COUNT, st.floats(1, 400), st.floats(1, 400))
def test_growth_equals_scipy(x0, x1, t0, t1):
    expected = stats.binom.sf(x1 - 1, x0 + x1, t1 / (t0 + t1))
    assert silence.growth_p(x0, x1, t0, t1) == pytest.approx(expected, rel=1e-8, abs=1e-14)


@given(COUNT, st.floats(0.01, 200), st.floats(0.05, 500))
def test_deficit_equals_scipy(y, mu, size):
    expected = stats.nbinom.cdf(y, size, size / (size + mu))
    assert silence.deficit_p(y, mu, size) == pytest.approx(expected, rel=1e-7, abs=1e-13)
    assert silence.deficit_p(y, mu, math.inf) == pytest.approx(
        stats.poisson.cdf(y, mu), rel=1e-8, abs=1e-14
    )


@given(st.lists(st.tuples(st.sampled_from([0, 0.001, 0.01, 0.02, 0.3, 1]), st.integers(1, 9))))
def test_adjusted_equals_scipy(counted):
    """As if every test stood in the list by itself."""
    found = silence.adjusted_by_count(counted)
    every = [p for p, n in counted for _n in range(n)]
    if not every:
        assert found == []
        return
    expected = dict(zip(every, stats.false_discovery_control(np.array(every, float)), strict=True))
    for (p, _n), value in zip(counted, found, strict=True):
        assert value == pytest.approx(expected[p], abs=1e-12)


@given(st.lists(COUNT, min_size=2, max_size=50))
def test_size_by_moments(counts):
    found = silence.size_by_moments(len(counts), sum(counts), sum(c * c for c in counts))
    mean, variance = np.mean(counts), np.var(counts, ddof=1)
    if not mean:
        assert found is None
    elif variance <= mean + 1e-9:
        assert found > 1e6 or math.isinf(found)
    else:
        assert found == pytest.approx(mean**2 / (variance - mean), rel=1e-6)


def test_rate_between_group_and_everybody():
    others = [(10, 100), (60, 100), (20, 100), (50, 100)]
    alone = silence.shrunk_rate(1, 20, others)
    assert 1 / 20 < alone < 0.35
    assert silence.shrunk_rate(50, 1000, others) == pytest.approx(0.05, abs=0.01)
    alike = [(35, 100), (35, 100), (35, 100)]
    assert silence.shrunk_rate(0, 50, alike) == pytest.approx(0.35)
    assert silence.shrunk_rate(0, 0, others) == pytest.approx(0.35)
    assert silence.shrunk_rate(0, 0, []) is None


def test_pairs():
    peers = silence.Peers(rate=0.8, size=2.0)
    assert silence.pair_p(6, 25, 0, peers) < 0.05
    assert silence.pair_p(6, 25, 2, peers) == 1
    assert silence.pair_p(20, 23, 0, peers) == 1
    assert silence.pair_p(6, 15, 0, silence.Peers(0.05, 2.0)) > 0.05


def test_normal_pairs_are_rarely_flagged():
    """The rates of the specification: Poisson would flag 14 % of pairs like these, NB few."""
    rng = np.random.default_rng(4)
    mu, size, pairs = 8.0, 1.5, 20_000
    talks = rng.negative_binomial(size, size / (size + mu), pairs)
    flagged = np.mean(
        [silence.deficit_p(y, mu, size) <= 0.05 and y <= silence.MAX_TALKS for y in talks[:4000]]
    )
    poisson = np.mean(
        [
            silence.deficit_p(y, mu, math.inf) <= 0.05 and y <= silence.MAX_TALKS
            for y in talks[:4000]
        ]
    )
    assert flagged < 0.01
    assert poisson > 0.10


def test_z_scores():
    assert silence.z_scores([1, 2, 3]) == pytest.approx(stats.zscore([1, 2, 3]))
    assert silence.z_scores([2, 2, 2]) == [0, 0, 0]
    assert silence.z_scores([1, 2]) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: silence.growth_p(-1, 2),
        lambda: silence.growth_p(1, 2, 0, 1),
        lambda: silence.deficit_p(-1, 2, 1),
        lambda: silence.deficit_p(1, 2, 0),
        lambda: silence.adjusted_by_count([(1.2, 1)]),
        lambda: silence.size_by_moments(-1, 0, 0),
        lambda: silence.shrunk_rate(-1, 2, [(1, 2), (9, 2)]),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
