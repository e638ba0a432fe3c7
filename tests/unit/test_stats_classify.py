"""The loyalty matrix: reference vectors, gates, hysteresis, properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import attitude, classify, rate

CHANCE = st.floats(0, 1)
MU, SIGMA_W, TAU, THETA_A = 62, 10, 14, 65
R, ALPHA, THETA_B = 0.3872, 12.2713, 0.05  # weeks

VECTORS = [
    # W, y, x_w, T_w, m, s, pA, pB, P, state, confidence, reason
    (
        1,
        80,
        2,
        15,
        73.9189,
        8.1373,
        0.8635,
        0.7142,
        (0.6167, 0.2468, 0.0975, 0.0390),
        "true",
        "medium",
        None,
    ),
    (
        1,
        80,
        0,
        15,
        73.9189,
        8.1373,
        0.8635,
        0.0703,
        (0.0607, 0.8028, 0.0096, 0.1269),
        "latent",
        "high",
        None,
    ),
    (
        1,
        45,
        3,
        15,
        50.7432,
        8.1373,
        0.0399,
        0.8965,
        (0.0358, 0.0041, 0.8608, 0.0994),
        "spurious",
        "high",
        None,
    ),
    (
        1,
        45,
        0,
        15,
        50.7432,
        8.1373,
        0.0399,
        0.0703,
        (0.0028, 0.0371, 0.0674, 0.8927),
        "low",
        "high",
        None,
    ),
    (
        0.1,
        80,
        3,
        15,
        64.9498,
        12.8015,
        0.4984,
        0.8965,
        (0.4469, 0.0516, 0.4497, 0.0519),
        "unknown",
        None,
        "stale",
    ),
    (
        2.5,
        66,
        3,
        15,
        65.3220,
        5.7637,
        0.5223,
        0.8965,
        (0.4682, 0.0540, 0.4283, 0.0494),
        "unknown",
        None,
        "ambiguous",
    ),
]


@pytest.mark.parametrize("W, y, x_w, T_w, m, s, pA, pB, P, state, confidence, reason", VECTORS)
def test_reference_vectors(W, y, x_w, T_w, m, s, pA, pB, P, state, confidence, reason):
    kappa = SIGMA_W**2 / TAU**2
    found = attitude.posterior(W, y, MU, SIGMA_W, kappa, THETA_A)
    chance = rate.probability_at_least(x_w, T_w, R, ALPHA, THETA_B)
    assert found == pytest.approx((m, s, pA), abs=1e-4)
    assert chance == pytest.approx(pB, abs=1e-4)
    judged = classify.classify(
        found.pA, chance, classify.gate(W, T=T_w * 7, x=round(x_w), median_gap=20)
    )
    assert pytest.approx(P, abs=1e-4) == judged.P
    assert (judged.state, judged.confidence, judged.reason) == (state, confidence, reason)


@given(CHANCE, CHANCE)
def test_posteriors_sum_to_one(pA, pB):
    P = classify.posteriors(pA, pB)
    assert sum(P) == pytest.approx(1, abs=1e-12)
    assert all(0 <= chance <= 1 for chance in P)
    assert P.true + P.latent == pytest.approx(pA)
    assert P.true + P.spurious == pytest.approx(pB)


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ({"W": 1, "T": 100, "x": 2}, None),
        ({"W": 1, "T": 100, "x": 2, "opted_out": True, "has_attitude": False}, "opted_out"),
        ({"W": 1, "T": 100, "x": 2, "opted_out": True}, None),
        ({"W": 0, "T": 100, "x": 2, "has_attitude": False}, "no_attitude"),
        ({"W": 0.2499, "T": 100, "x": 2}, "stale"),
        ({"W": 0.25, "T": 100, "x": 2}, None),
        ({"W": 1, "T": 59, "x": 0}, "no_behaviour"),
        ({"W": 1, "T": 60, "x": 0}, None),
        ({"W": 1, "T": 5, "x": 1}, None),
        ({"W": 1, "T": 89, "x": 0, "median_gap": 90}, "no_behaviour"),
        ({"W": 1, "T": 90, "x": 0, "median_gap": 90}, None),
        ({"W": 1, "T": 59, "x": 0, "median_gap": 7}, "no_behaviour"),
        ({"W": 1, "T": None, "x": 0}, "no_behaviour"),
    ],
)
def test_gates(arguments, reason):
    assert classify.gate(**arguments) == reason


def chances(**given_chances):
    rest = (1 - sum(given_chances.values())) / (4 - len(given_chances))
    return [given_chances.get(name, rest) for name in classify.CLASSES]


@pytest.mark.parametrize(
    "prev, pend, P, ok, state",
    [
        (None, 0, chances(true=0.6), True, ("true", 0)),
        (None, 0, chances(true=0.59), True, ("unknown", 0)),
        ("unknown", 1, chances(low=0.65), True, ("low", 0)),
        ("unknown", 0, chances(low=0.95), False, ("unknown", 0)),
        ("true", 0, chances(true=0.95), False, ("unknown", 0)),
        # Another class: waits one run, then is taken.
        ("true", 0, chances(latent=0.65), True, ("true", 1)),
        ("true", 1, chances(latent=0.65), True, ("latent", 0)),
        # Or is taken at once when it is sure.
        ("true", 0, chances(latent=0.75), True, ("latent", 0)),
        ("true", 0, chances(latent=0.7499), True, ("true", 1)),
        # The same class again forgets the wait.
        ("true", 1, chances(true=0.65), True, ("true", 0)),
        # Nothing sure: the old class is kept down to 40 %.
        ("true", 1, chances(true=0.40, latent=0.45), True, ("true", 0)),
        ("true", 0, chances(true=0.39, latent=0.45), True, ("unknown", 0)),
    ],
)
def test_state_machine(prev, pend, P, ok, state):
    assert classify.next_state(P, ok, prev, pend) == state


def test_a_year_of_one_customer():
    """One story through the machine: born, wavers, changes, goes stale, comes back."""
    state, pend, seen = None, 0, []
    for pA, pB, reason in [
        (0.7, 0.5, None),  # nothing sure yet
        (0.9, 0.8, None),  # true .72
        (0.9, 0.6, None),  # true .54: kept
        (0.9, 0.3, None),  # latent .63: waits
        (0.9, 0.8, None),  # true again
        (0.9, 0.3, None),  # latent .63: waits again
        (0.9, 0.3, None),  # latent, second run
        (0.9, 0.1, "stale"),
        (0.3, 0.1, None),  # low .63
    ]:
        judged = classify.classify(pA, pB, reason, state, pend)
        state, pend = judged.state, judged.pend
        seen.append((state, judged.confidence, judged.reason))
    assert seen == [
        ("unknown", None, "ambiguous"),
        ("true", "medium", None),
        ("true", "low", None),
        ("true", "low", None),
        ("true", "medium", None),
        ("true", "low", None),
        ("latent", "medium", None),
        ("unknown", None, "stale"),
        ("low", "medium", None),
    ]


@pytest.mark.parametrize(
    "P, state, basis, expected",
    [
        (chances(true=0.8), "true", "relative", "high"),
        (chances(true=0.8), "true", "absolute", "medium"),
        (chances(true=0.6), "true", "relative", "medium"),
        (chances(true=0.599), "true", "relative", "low"),
        (chances(true=0.5), "true", "absolute", "low"),
        (chances(true=0.9), "unknown", "relative", None),
    ],
)
def test_confidence(P, state, basis, expected):
    assert classify.confidence(P, state, basis) == expected


STATES = st.sampled_from([None, "unknown", *classify.CLASSES])
REASONS = st.sampled_from(["opted_out", "no_attitude", "stale", "no_behaviour"])


@given(CHANCE, CHANCE, REASONS, STATES, st.integers(0, 3))
def test_lack_of_evidence_is_never_a_class(pA, pB, reason, prev, pend):
    judged = classify.classify(pA, pB, reason, prev, pend)
    assert (judged.state, judged.confidence, judged.reason) == ("unknown", None, reason)


@given(CHANCE, CHANCE, STATES, st.integers(0, 3))
def test_only_the_likely_is_called(pA, pB, prev, pend):
    judged = classify.classify(pA, pB, None, prev, pend)
    if judged.state == "unknown":
        assert judged.reason == "ambiguous"
    elif judged.state != prev:
        assert judged.P._asdict()[judged.state] >= 0.6
    assert judged.pend in (0, pend + 1)


@given(
    st.lists(st.tuples(st.floats(0, 900), st.floats(0, 100)), min_size=1, max_size=8),
    st.lists(st.integers(0, 900), min_size=1, max_size=12),
    STATES,
    st.randoms(),
)
def test_class_does_not_depend_on_the_order_of_rows(readings, days, prev, random):
    def judge(readings, days):
        seen = rate.exposure(days, 900, 91)
        evidence = attitude.evidence(readings)
        found = attitude.posterior(*evidence, 62, 10, 0.5)
        chance = rate.probability_at_least(seen.x_w, seen.T_w, 0.4, 85, 1 / 60)
        return classify.classify(found.pA, chance, classify.gate(evidence.W, seen.T, seen.x), prev)

    first = judge(readings, days)
    random.shuffle(readings)
    random.shuffle(days)
    assert judge(readings, days) == first


@pytest.mark.parametrize(
    "call",
    [
        lambda: classify.posteriors(1.1, 0),
        lambda: classify.posteriors(0.5, 1.1),
        lambda: classify.posteriors(0.5, None),
        lambda: classify.gate(-1, 5, 0),
        lambda: classify.gate(1, -5, 0),
        lambda: classify.gate(1, 5, -1),
        lambda: classify.next_state((0.5, 0.5, 0.5, 0.5), True),
        lambda: classify.next_state((1, 0, 0, 0), True, prev="loyal"),
        lambda: classify.confidence((1, 0, 0, 0), "loyal"),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
