"""Recency weights, empirical-Bayes variances and the posterior of the attitude."""

import math

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ri_stats import attitude, shrinkage
from scipy import stats as peer

SCORE = st.floats(0, 100)
OBSERVATIONS = st.lists(st.tuples(st.floats(0, 2000), SCORE), min_size=1, max_size=12)


@given(OBSERVATIONS, st.floats(1, 1000))
def test_evidence_agrees_with_numpy(observations, half_life):
    seen = attitude.evidence(observations, half_life)
    ages, values = map(np.array, zip(*observations, strict=True))
    weights = 0.5 ** (ages / half_life)
    assert pytest.approx(weights.sum(), rel=1e-12) == seen.W
    if seen.W:
        assert seen.y == pytest.approx(np.average(values, weights=weights), rel=1e-9, abs=1e-9)


def test_evidence_halves_in_half_a_year():
    assert attitude.evidence([(180, 70)]) == (0.5, 70)
    assert attitude.evidence([]) == (0, None)


@given(OBSERVATIONS, st.randoms())
def test_evidence_does_not_depend_on_the_order_of_rows(observations, random):
    shuffled = list(observations)
    random.shuffle(shuffled)
    assert attitude.evidence(shuffled) == attitude.evidence(observations)


@given(st.floats(0, 50), SCORE, SCORE, st.floats(1, 40), st.floats(0.1, 5), SCORE)
def test_posterior_lies_between_data_and_prior(W, y, mu, sigma_w, kappa, theta):
    found = attitude.posterior(W, y, mu, sigma_w, kappa, theta)
    low, high = sorted((y, mu))
    assert low - 1e-9 <= found.m <= high + 1e-9
    assert found.s <= sigma_w / math.sqrt(kappa) + 1e-12
    assert found.pA == pytest.approx(peer.norm.sf(theta, found.m, found.s), rel=1e-9, abs=1e-15)


@given(OBSERVATIONS, SCORE, st.floats(2, 40), st.floats(0.1, 5))
def test_claim_fades_into_the_prior_with_age(observations, mu, sigma_w, kappa):
    prior = attitude.posterior(0, None, mu, sigma_w, kappa)
    distances = []
    for years in (0, 10, 60):
        seen = attitude.evidence([(age + 365 * years, y) for age, y in observations])
        found = attitude.posterior(*seen, mu, sigma_w, kappa)
        distances.append(abs(found.m - prior.m))
    assert distances[0] >= distances[1] - 1e-9 >= distances[2] - 2e-9
    assert found.m == pytest.approx(prior.m, abs=1e-9)
    assert found.s == pytest.approx(prior.s)
    assert found.s == pytest.approx(sigma_w / math.sqrt(kappa))
    assert found.pA == pytest.approx(prior.pA, abs=1e-9)


def test_threshold_is_65_unless_said_otherwise():
    assert attitude.posterior(0, None, 65, 10, 1).pA == 0.5
    assert attitude.posterior(1, 80, 62, 10, 0.5) == attitude.posterior(1, 80, 62, 10, 0.5, 65)


def test_variances_agree_with_pingouin():
    """Balanced panel: mean squares of pingouin's analysis of variance."""
    rng = np.random.default_rng(7)
    people, waves = 80, 3
    level = rng.normal(62, 14, people)
    panels = [list(rng.normal(mean, 10, waves)) for mean in level]
    frame = pd.DataFrame(
        [(person, y) for person, panel in enumerate(panels) for y in panel],
        columns=["person", "y"],
    )
    table = pingouin.anova(data=frame, dv="y", between="person", detailed=True)
    msb, msw = table["MS"]
    found = attitude.variance_components(panels)
    assert found.source == "panel"
    assert found.sigma_w2 == pytest.approx(msw, rel=1e-9)
    assert found.tau2 == pytest.approx((msb - msw) / waves, rel=1e-9)
    assert found.kappa == pytest.approx(found.sigma_w2 / found.tau2)
    # The intraclass correlation of one answer is the same model seen from the other side.
    frame["wave"] = frame.groupby("person").cumcount()
    icc = pingouin.intraclass_corr(frame, "person", "wave", "y").set_index("Type")["ICC"]
    single = icc.iloc[0]
    assert found.tau2 / (found.tau2 + found.sigma_w2) == pytest.approx(single, abs=1e-6)


def test_variances_of_unequal_panels_are_found_again():
    rng = np.random.default_rng(3)
    panels = [list(rng.normal(rng.normal(62, 14), 10, size)) for size in rng.integers(1, 7, 4000)]
    found = attitude.variance_components(panels)
    assert found.sigma_w2 == pytest.approx(100, rel=0.05)
    assert found.tau2 == pytest.approx(196, rel=0.08)


def test_kappa_is_kept_within_bounds():
    rng = np.random.default_rng(5)
    same = [list(rng.normal(60, 10, 2)) for _person in range(500)]
    noisy = attitude.variance_components(same)
    assert noisy.kappa == 5
    sure = attitude.variance_components([[mean, mean + 0.01] for mean in range(40)])
    assert sure.kappa == 0.1


def test_few_panels_fall_back_to_reliability():
    panels = [[50, 60]] * 29
    latest = [40, 60, 80, 100]
    found = attitude.variance_components(panels, latest, omega=0.8)
    assert found.source == "reliability"
    assert found.kappa == pytest.approx(0.25)
    assert found.sigma_w2 == pytest.approx(0.2 * np.var(latest, ddof=1))
    assert found.sigma_w2 / found.tau2 == pytest.approx(found.kappa)


@pytest.mark.parametrize(
    "arguments",
    [
        ([],),
        ([[50]] * 100, [70]),
        ([], [70, 70], 0.8),
        ([], [70], 0.8),
        ([], [70, 80], 1),
        ([[60, 60]] * 50,),
    ],
)
def test_nothing_to_go_by_takes_the_default(arguments):
    found = attitude.variance_components(*arguments)
    assert found == (100, 196, pytest.approx(100 / 196), "default")


@given(st.floats(0, 20), SCORE, st.floats(0.01, 20), SCORE)
def test_shrinkage_stays_between(W, mean, kappa, prior):
    low, high = sorted((mean, prior))
    assert low - 1e-9 <= shrinkage.shrink(W, mean, kappa, prior) <= high + 1e-9


@given(st.floats(0.01, 20), st.floats(0.01, 20), SCORE, SCORE)
def test_more_evidence_shrinks_less(W, more, mean, prior):
    assume(abs(mean - prior) > 1e-3)
    less = abs(shrinkage.shrink(W + more, mean, 1, prior) - mean)
    assert less < abs(shrinkage.shrink(W, mean, 1, prior) - mean)


@pytest.mark.parametrize(
    "call",
    [
        lambda: attitude.evidence([(-1, 50)]),
        lambda: attitude.evidence([(1, 50)], 0),
        lambda: attitude.posterior(-1, 50, 60, 10, 0.5),
        lambda: attitude.posterior(1, 50, 60, 0, 0.5),
        lambda: attitude.posterior(1, 50, 60, 10, 0),
        lambda: attitude.posterior(1, 50, math.nan, 10, 1),
        lambda: attitude.variance_components([[1, math.nan]]),
        lambda: attitude.variance_components([], [50, 60], 1.2),
        lambda: attitude.variance_components([], [50, 60], 0),
        lambda: shrinkage.shrink(0, 5, 0, 5),
        lambda: shrinkage.weighted_mean([1, 2], [1]),
        lambda: shrinkage.kappa_from_reliability(1.1),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
