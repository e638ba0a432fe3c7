"""Motives and drivers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import motives

EVEN = dict.fromkeys(motives.MOTIVES, 1 / 12)
TOKENS = st.dictionaries(st.sampled_from(motives.MOTIVES), st.integers(0, 10), max_size=12)
ANSWERS = st.lists(st.tuples(st.floats(0, 3000), TOKENS), max_size=5)


def test_the_twelve_motives_fall_into_three_groups():
    assert len(set(motives.MOTIVES)) == 12
    groups = motives.motive_groups(EVEN)
    assert groups == pytest.approx((4 / 12, 6 / 12, 2 / 12))


def test_shares_by_hand():
    answers = [(0, {"staff": 10}), (180, {"staff": 4, "price": 6})]
    shares = motives.motive_shares(answers, EVEN, half_life=180)
    assert shares["staff"] == pytest.approx((1 * 1 + 0.5 * 0.4 + 1 / 12) / (1.5 + 1))
    assert shares["price"] == pytest.approx((0.5 * 0.6 + 1 / 12) / 2.5)
    assert shares["habit"] == pytest.approx((1 / 12) / 2.5)


def test_groups_by_hand():
    groups = motives.motive_groups(
        {"staff": 0.3, "atmosphere": 0.1, "only_option": 0.25, "promotion": 0.15, "quality": 0.2}
    )
    assert groups == pytest.approx((0.4, 0.4, 0.2))


@given(ANSWERS, st.floats(1, 1000), st.floats(0.1, 10))
def test_shares_sum_to_one_and_lie_between_answer_and_segment(answers, half_life, kappa_m):
    segment = {"price": 0.5, "staff": 0.3, "quality": 0.2}
    shares = motives.motive_shares(answers, segment, half_life, kappa_m)
    assert sum(shares.values()) == pytest.approx(1)
    assert sum(motives.motive_groups(shares)) == pytest.approx(1)
    stated = [motives.token_shares(tokens) for _age, tokens in answers]
    for motive, share in shares.items():
        values = [answer[motive] for answer in stated if answer]
        values.append(segment.get(motive, 0))
        assert min(values) - 1e-9 <= share <= max(values) + 1e-9


def test_old_answers_fade_into_the_segment():
    shares = motives.motive_shares([(20_000, {"staff": 10})], EVEN, 180)
    assert shares == pytest.approx(EVEN)
    assert motives.motive_shares([(0, {})], EVEN, 180) == pytest.approx(EVEN)


@pytest.mark.parametrize(
    "evidence, status",
    [
        ([], None),
        ([("stated", None), ("behavioural", None)], None),
        ([("stated", False), ("behavioural", False)], None),
        ([("stated", True)], "suspected"),
        ([("behavioural", True), ("behavioural", True), ("stated", None)], "suspected"),
        ([("stated", True), ("stated", True), ("behavioural", False)], "suspected"),
        ([("stated", True), ("behavioural", True)], "named"),
        (
            [
                motives.DriverEvidence("stated", True),
                motives.DriverEvidence("behavioural", True),
                motives.DriverEvidence("behavioural", False),
            ],
            "named",
        ),
    ],
)
def test_a_driver_is_named_on_two_kinds_of_evidence_only(evidence, status):
    assert motives.driver_status(evidence) == status


@given(st.lists(st.tuples(st.just("stated"), st.booleans()), max_size=30))
def test_any_amount_of_one_kind_only_raises_suspicion(evidence):
    assert motives.driver_status(evidence) in (None, "suspected")


@pytest.mark.parametrize(
    "call",
    [
        lambda: motives.token_shares({"weather": 1}),
        lambda: motives.token_shares({"price": -1}),
        lambda: motives.motive_shares([], {"price": 0.5}, 180),
        lambda: motives.motive_shares([], EVEN, 0),
        lambda: motives.motive_shares([(-1, {"price": 1})], EVEN, 180),
        lambda: motives.motive_shares([], EVEN, 180, 0),
        lambda: motives.motive_groups({"price": 0.9}),
        lambda: motives.motive_groups({"weather": 1}),
        lambda: motives.driver_status([("rumour", True)]),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
