"""From answers to scores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import scales

SCORE = st.one_of(st.none(), st.floats(0, 100))


@pytest.mark.parametrize(
    "x, low, high, reverse, expected",
    [
        (1, 1, 5, False, 0),
        (5, 1, 5, False, 100),
        (4, 1, 7, False, 50),
        (2, 1, 5, True, 75),
        (-3, -3, 3, False, 0),
        (8, 0, 10, False, 80),
    ],
)
def test_pomp(x, low, high, reverse, expected):
    assert scales.pomp(x, low, high, reverse) == pytest.approx(expected)


@pytest.mark.parametrize(
    "answers, expected",
    [
        ([3], 50),  # a single item needs just its answer
        ([None], None),
        ([5, None], None),  # two at least
        ([5, 3], 75),
        ([5, 5, None], 100),  # 2 of 3 = 67 %
        ([5, 5, None, None], None),  # 2 of 4 = 50 %
        ([5, 5, 5, None, None], 100),  # 3 of 5 = 60 % exactly
        ([1] * 6 + [None] * 4, 0),  # 6 of 10
        ([1] * 5 + [None] * 4, None),  # 5 of 9 = 56 %
        ([], None),
    ],
)
def test_enough_answers(answers, expected):
    assert scales.scale_score(answers, 1, 5) == expected


@given(st.integers(1, 50), st.integers(0, 50))
def test_enough_is_sixty_percent_and_two(items, given_answers):
    given_answers = min(given_answers, items)
    answers = [4] * given_answers + [None] * (items - given_answers)
    enough = given_answers * 10 >= items * 6 and given_answers >= min(2, items)
    assert (scales.mean_of_answers(answers) is not None) == enough


def test_reversed_items():
    assert scales.scale_score([5, 5, 5, 1], 1, 5, reversed_items={3}) == 100
    assert scales.scale_score([5, 5, 5, 5], 1, 5, reversed_items={3}) == 75


def test_feeling_balance():
    balance = scales.feeling_balance([4, 4, 4, 4, 4], [2, 2, 2, 2, 2])
    assert balance == (75, 4, 2)
    assert scales.feeling_balance([5] * 5, [1] * 5).E == 100
    assert scales.feeling_balance([1] * 5, [5] * 5).E == 0
    mixed = scales.feeling_balance([5] * 5, [5] * 5)
    assert (mixed.E, mixed.P, mixed.N) == (50, 5, 5)
    assert scales.feeling_balance([4] * 5, [2, 2, None, None, None]) is None
    assert scales.feeling_balance([None] * 5, [2] * 5) is None


def test_relationship_quality():
    assert scales.relationship_quality(60, 80, 70) == 70
    assert scales.relationship_quality(60, None, 70) == 65
    assert scales.relationship_quality(None, None, 70) is None


def test_attitude_towards_us():
    assert scales.attitude_towards_us(80, 80, 80, 80, 80) == pytest.approx(80)
    assert scales.attitude_towards_us(E=100, M13=0, RQ=0, pride=0, recommend=0) == pytest.approx(25)
    assert scales.attitude_towards_us(pride=100, recommend=0) == pytest.approx(60)
    assert scales.attitude_towards_us(M13=40) == 40
    assert scales.attitude_towards_us(E=40) is None
    assert scales.attitude_towards_us() is None


@given(st.tuples(*[SCORE] * 5))
def test_attitude_lies_among_what_is_known(parts):
    known = [part for part in parts if part is not None]
    value = scales.attitude_towards_us(*parts)
    if value is None:
        assert len(known) < 2 and parts[1] is None
    else:
        assert min(known) - 1e-9 <= value <= max(known) + 1e-9


@pytest.mark.parametrize(
    "us, rival, expected",
    [
        (80, 40, 86),
        (50, 10, 74),
        (80, 80, 62),
        (50, 50, 50),
    ],
)
def test_differentiation_dominates(us, rival, expected):
    assert pytest.approx(expected) == scales.relative_attitude(us, us / 10, [rival / 10]).RA


def test_relative_attitude():
    best = scales.relative_attitude(70, 8, [3, 7, None])
    assert best == (pytest.approx(0.4 * 70 + 0.6 * 60), 60, "relative")
    assert scales.relative_attitude(70, 10, [0]).D == 100
    assert scales.relative_attitude(70, 0, [10]).D == 0
    assert scales.relative_attitude(70, 8, []) == (70, None, "absolute")
    assert scales.relative_attitude(70, 8, [None]).basis == "absolute"
    assert scales.relative_attitude(70, None, [5]).basis == "absolute"
    assert scales.relative_attitude(None, 8, [5]) is None


def test_wallet_share():
    assert [scales.wallet_share(rank, 3) for rank in (1, 2, 3)] == pytest.approx(
        [0.5, 0.3333, 0.1667], abs=1e-4
    )
    assert [scales.wallet_share(rank, 2) for rank in (1, 2)] == pytest.approx(
        [0.6667, 0.3333], abs=1e-4
    )
    assert scales.wallet_share(1, 1) == 1
    assert scales.wallet_share(1.5, 3) == pytest.approx((0.5 + 1 / 3) / 2)


@given(st.integers(1, 30))
def test_wallet_shares_sum_to_one(N):
    assert sum(scales.wallet_share(rank, N) for rank in range(1, N + 1)) == pytest.approx(1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: scales.pomp(6, 1, 5),
        lambda: scales.pomp(3, 5, 5),
        lambda: scales.scale_score([3, 9], 1, 5),
        lambda: scales.feeling_balance([0] * 5, [1] * 5),
        lambda: scales.relationship_quality(101, 50, 50),
        lambda: scales.attitude_towards_us(M13=-1),
        lambda: scales.relative_attitude(70, 11, [5]),
        lambda: scales.relative_attitude(70, 5, [50]),
        lambda: scales.relative_attitude(700, 5, [5]),
        lambda: scales.wallet_share(0, 3),
        lambda: scales.wallet_share(4, 3),
        lambda: scales.wallet_share(1, 0),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
