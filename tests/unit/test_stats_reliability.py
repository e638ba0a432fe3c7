"""Alpha, omega and Spearman-Brown on published questionnaires, pingouin and simulated factors."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import reliability
from scipy import optimize

PA = ["alert", "inspired", "determined", "attentive", "active"]
NA = ["upset", "hostile", "ashamed", "nervous", "afraid"]
AGREEABLENESS = ["A1", "A2", "A3", "A4", "A5"]


def answers(rows, items, reversed_item=None):
    return [
        [
            7 - row[item] if item == reversed_item and row[item] is not None else row[item]
            for item in items
        ]
        for row in rows
    ]


@pytest.fixture(scope="module")
def scales(questionnaires):
    return {
        "PA": answers(questionnaires["msq"], PA),
        "NA": answers(questionnaires["msq"], NA),
        "A": answers(questionnaires["bfi"], AGREEABLENESS, "A1"),
    }


@pytest.mark.parametrize(
    "scale, n, alpha, omega",
    [
        ("PA", 3873, 0.852689, 0.8544),
        ("NA", 3856, 0.725976, 0.7341),
        ("A", 2709, 0.703756, 0.7110),
    ],
)
def test_published_questionnaires(scales, scale, n, alpha, omega):
    covariance, used = reliability.covariance_matrix(scales[scale])
    assert used == n
    assert reliability.cronbach_alpha(covariance) == pytest.approx(alpha, abs=1e-6)
    assert reliability.mcdonald_omega(covariance) == pytest.approx(omega, abs=1e-4)


@pytest.mark.parametrize("scale", ["PA", "NA", "A"])
def test_agrees_with_peers(scales, scale):
    frame = pd.DataFrame(scales[scale], dtype=float).dropna()
    covariance, _used = reliability.covariance_matrix(scales[scale])
    np.testing.assert_allclose(covariance, frame.cov(), rtol=1e-10)
    alpha, _interval = pingouin.cronbach_alpha(frame)
    assert reliability.cronbach_alpha(covariance) == pytest.approx(alpha, rel=1e-10)

    def residual(loadings):
        return (np.outer(loadings, loadings) - frame.cov().to_numpy())[np.triu_indices(5, 1)]

    loadings = optimize.least_squares(residual, np.ones(5), xtol=1e-15, ftol=1e-15).x
    found = reliability.one_factor(covariance)
    np.testing.assert_allclose(found.loadings, loadings * np.sign(loadings.sum()), rtol=1e-6)


def test_two_items(questionnaires):
    pairs = [(row["attentive"], row["alert"]) for row in questionnaires["msq"]]
    complete = [pair for pair in pairs if None not in pair]
    r = pingouin.corr(*zip(*complete, strict=True))["r"].iloc[0]
    assert r == pytest.approx(0.7125, abs=1e-4)
    assert reliability.two_item_reliability(pairs) == pytest.approx(0.8321, abs=1e-4)
    assert reliability.spearman_brown(r) == pytest.approx(reliability.two_item_reliability(pairs))


@given(
    st.lists(st.floats(0.2, 3), min_size=3, max_size=8).flatmap(
        lambda loadings: st.tuples(
            st.just(loadings),
            st.lists(st.floats(0.1, 4), min_size=len(loadings), max_size=len(loadings)),
        )
    )
)
def test_a_factor_is_found_again(model):
    loadings, uniques = model
    covariance = np.outer(loadings, loadings) + np.diag(uniques)
    found = reliability.one_factor(covariance.tolist())
    assert found.loadings == pytest.approx(loadings, rel=1e-5)
    assert found.uniques == pytest.approx(uniques, rel=1e-3, abs=1e-4)
    true = sum(loadings) ** 2 / covariance.sum()
    assert reliability.mcdonald_omega(covariance.tolist()) == pytest.approx(true, rel=1e-5)
    # Alpha is a lower bound, reached when all loadings are equal.
    assert reliability.cronbach_alpha(covariance.tolist()) <= true + 1e-9


def test_alpha_equals_omega_for_equal_loadings():
    covariance = (np.full((4, 4), 0.5) + np.diag([0.5, 1, 2, 0.1])).tolist()
    assert reliability.cronbach_alpha(covariance) == pytest.approx(
        reliability.mcdonald_omega(covariance)
    )


def test_an_item_without_error_does_not_get_a_negative_one():
    covariance = [[1, 0.95, 0.95], [0.95, 1, 0.5], [0.95, 0.5, 1]]
    found = reliability.one_factor(covariance)
    assert min(found.uniques) == 0
    assert max(found.loadings) <= 1


def test_prophecy():
    assert reliability.spearman_brown(0.5) == pytest.approx(2 / 3)
    assert reliability.spearman_brown(0.5, 3) == pytest.approx(0.75)
    assert reliability.spearman_brown(0.75, 2) > reliability.spearman_brown(0.7, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: reliability.covariance_matrix([[1, 2], [1]]),
        lambda: reliability.covariance_matrix([[1, 2], [None, 1]]),
        lambda: reliability.covariance_matrix([]),
        lambda: reliability.cronbach_alpha([[1]]),
        lambda: reliability.cronbach_alpha([[0, 0], [0, 0]]),
        lambda: reliability.mcdonald_omega([[1, 0.5], [0.5, 1]]),
        lambda: reliability.one_factor([[1, 0, 0], [0, 0, 0], [0, 0, 1]]),
        lambda: reliability.one_factor([[1, 2, 3], [2, 3]]),
        lambda: reliability.spearman_brown(-1),
        lambda: reliability.spearman_brown(1.1),
        lambda: reliability.spearman_brown(0.5, 1),
        lambda: reliability.two_item_reliability([(1, 2), (1, 3)]),
        lambda: reliability.two_item_reliability([(1, None)]),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_of_scale(scales):
    """The published scale's own omega is used from fifty persons on, the default below."""
    found = reliability.of_scale(scales["PA"])
    assert (found.n, found.own) == (3873, True)
    assert found.used == found.omega == pytest.approx(0.8544, abs=1e-4)
    complete = [row for row in scales["PA"] if None not in row]
    assert found.spread == pytest.approx(np.mean(complete, axis=1).std(ddof=1))
    few = reliability.of_scale(complete[:49])
    assert (few.n, few.own, few.used) == (49, False, 0.85)
    assert few.omega is not None
    assert reliability.of_scale([]) == (0, None, None, None, 0.85)
    assert reliability.of_scale([[3, 3]] * 80).used == 0.85  # nobody differs: nothing is told


def test_of_scale_with_two_items_or_noise():
    draw = np.random.default_rng(5)
    truth = draw.normal(0, 1, (400, 1))
    pair = (truth + draw.normal(0, 1, (400, 2))).tolist()
    found = reliability.of_scale(pair)
    assert found.omega is None
    assert found.used == pytest.approx(reliability.two_item_reliability(pair))
    noise = reliability.of_scale(draw.normal(0, 1, (400, 4)).tolist())
    assert noise.own
    assert 0.2 <= noise.used < 0.5
