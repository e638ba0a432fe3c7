"""Staff bond: reference value, cap without the customer's voice, bands, key persons."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import bond

REFERENCE = {
    "c_w": 4,
    "days_since": 20,
    "listen": 6,
    "sell": 2,
    "cust_init": 3,
    "total": 8,
    "months": 24,
    "facts": 4,
}
COUNT = st.integers(0, 200)
DYADS = st.fixed_dictionaries(
    {
        "c_w": st.floats(0, 500),
        "days_since": st.one_of(st.none(), st.floats(0, 5000)),
        "listen": COUNT,
        "sell": COUNT,
        "cust_init": COUNT,
        "months": st.floats(0, 600),
        "facts": COUNT,
    }
).flatmap(lambda dyad: COUNT.map(lambda more: {**dyad, "total": dyad["cust_init"] + more}))


def test_reference_value():
    found = bond.bond(0.8, **REFERENCE)
    assert found.components == pytest.approx((0.8, 0.7364, 0.8572, 0.7, 0.8, 0.8914, 0.8), abs=1e-4)
    assert found.value == pytest.approx(79.04, abs=5e-3)
    assert found.basis == "customer"


def test_reference_value_without_the_customers_voice():
    found = bond.bond(None, **REFERENCE)
    assert found.value == 60
    assert found.basis == "staff-reported"
    assert found.components.Q is None


def test_weights_sum_to_one():
    assert sum(bond.WEIGHTS.values()) == pytest.approx(1)
    assert tuple(bond.WEIGHTS) == bond.Components._fields


@given(DYADS)
def test_never_above_60_without_the_customers_voice(dyad):
    found = bond.bond(None, **dyad)
    if dyad["days_since"] is None:
        assert found is None
    else:
        assert 0 <= found.value <= 60


@given(DYADS, st.floats(0, 1))
def test_within_0_and_100_and_grows_with_rapport(dyad, Q):
    found = bond.bond(Q, **dyad)
    assert 0 <= found.value <= 100
    assert all(0 <= part <= 1 for part in found.components)
    assert found.value <= bond.bond(min(1, Q + 0.1), **dyad).value


@given(DYADS, st.floats(0, 1), st.floats(1, 500))
def test_silence_weakens(dyad, Q, days):
    if dyad["days_since"] is not None:
        later = {**dyad, "days_since": dyad["days_since"] + days}
        assert bond.bond(Q, **later).value <= bond.bond(Q, **dyad).value


def test_weights_are_renormalised_without_rapport():
    poor = {
        **REFERENCE,
        "c_w": 0,
        "days_since": 900,
        "listen": 0,
        "sell": 18,
        "cust_init": 0,
        "total": 18,
        "months": 0,
        "facts": 0,
    }
    parts = 0.15 * 2**-10 + 0.10 * 0.05 + 0.10 * 0.1
    assert bond.bond(None, **poor).value == pytest.approx(100 * parts / 0.65, abs=4e-4)


def test_a_customer_may_speak_before_staff_logged_anything():
    found = bond.bond(0.8, 0, None, 0, 0, 0, 0, 0, 0)
    assert found.components == (0.8, 0, 0, 0.5, 1, 0, 0)
    assert found.value == pytest.approx(28 + 5 + 10)


@given(DYADS, st.one_of(st.none(), st.floats(0, 1)))
def test_points_add_up_to_the_bond(dyad, Q):
    found = bond.bond(Q, **dyad)
    if found is None:
        return
    assert sum(found.points) == Decimal(repr(found.value))
    assert found.points.cap <= 0
    assert all(point >= 0 for point in found.points[:-1])
    whole = 1 if Q is not None else 0.65
    for name, part in found.components._asdict().items():
        exact = 100 * bond.WEIGHTS[name] * (part or 0) / whole
        assert float(getattr(found.points, name)) == pytest.approx(exact, abs=5.1e-5)
    shown = bond.shown_points(found.points)
    assert sum(shown) == math.floor(found.value + 0.5)
    assert all(
        abs(whole - float(point)) < 1 for whole, point in zip(shown, found.points, strict=True)
    )


def test_reference_points():
    points = bond.bond(0.8, **REFERENCE).points
    assert [round(float(point), 2) for point in points] == [28, 14.73, 12.86, 7, 8, 4.46, 4, 0]
    points = bond.bond(None, **REFERENCE).points
    assert float(points.Q) == 0
    assert float(points.cap) == pytest.approx(60 - 51.0438 / 0.65, abs=1e-3)


def test_conversation_mass():
    assert bond.conversation_mass([(0, 1), (180, 1.5), (360, 0.25)]) == pytest.approx(
        1 + 0.75 + 0.0625
    )
    assert bond.conversation_mass([]) == 0


def test_rapport_is_drawn_towards_the_staff_mean():
    assert bond.shrunk_rapport(1, 90, 60, 0.8) == pytest.approx((90 + 0.25 * 60) / 1.25 / 100)
    assert bond.shrunk_rapport(0, None, 60, 0.8) is None


@pytest.mark.parametrize(
    "value, prev, expected",
    [
        (0, None, "none"),
        (24.9, None, "none"),
        (25, None, "weak"),
        (49.9, None, "weak"),
        (50, None, "good"),
        (69.9, None, "good"),
        (70, None, "strong"),
        (100, None, "strong"),
        (46, "good", "good"),
        (45, "good", "good"),
        (44.9, "good", "weak"),
        (74.9, "good", "good"),
        (75, "good", "strong"),
        (66, "strong", "strong"),
        (64.9, "strong", "good"),
        (29, "none", "none"),
        (30, "none", "weak"),
        (100, "strong", "strong"),
        (0, "none", "none"),
        (10, "strong", "none"),
    ],
)
def test_bands(value, prev, expected):
    assert bond.band(value, prev) == expected


def test_customer_bond():
    found = bond.customer_bond([80, 30, 50], [6, 2, 2])
    assert found.value == pytest.approx(0.8 * 80 + 0.2 * 50)
    assert found.bus_factor == 2
    assert found.hhi == pytest.approx(0.36 + 0.04 + 0.04)
    assert found.risk == pytest.approx(80 / 160 * 74 / 100)
    alone = bond.customer_bond([80], [3])
    assert alone == (pytest.approx(64), 1, 1, pytest.approx(0.64))
    assert bond.customer_bond([], []) is None
    assert bond.customer_bond([0, 0], [0, 0]) == (0, 0, 0, 0)


@given(st.lists(st.tuples(st.floats(0, 100), COUNT), min_size=1, max_size=12), st.randoms())
def test_customer_bond_is_bounded_in_any_order(dyads, random):
    found = bond.customer_bond(*zip(*dyads, strict=True))
    assert 0 <= found.value <= 100
    assert 0 <= found.risk <= 1
    assert 0 <= found.hhi <= 1 + 1e-12
    random.shuffle(dyads)
    assert bond.customer_bond(*zip(*dyads, strict=True)) == found


@pytest.mark.parametrize(
    "bonds, contacts, top, stay, expected",
    [
        ([80, 20], [9, 1], True, None, True),  # hhi .82
        ([80, 20], [8, 2], True, None, False),  # hhi .68
        ([80, 20], [8, 2], True, 4, True),
        ([80, 20], [8, 2], True, 3, False),
        ([80, 20], [9, 1], False, 5, False),
        ([80, 40], [9, 1], True, 5, False),  # two hold the customer
        ([30, 20], [9, 1], True, 5, False),  # nobody does
    ],
)
def test_key_person_alert(bonds, contacts, top, stay, expected):
    assert bond.key_person_alert(bond.customer_bond(bonds, contacts), top, stay) is expected


@pytest.mark.parametrize(
    "call",
    [
        lambda: bond.bond(1.2, **REFERENCE),
        lambda: bond.bond(0.8, **{**REFERENCE, "c_w": -1}),
        lambda: bond.bond(0.8, **{**REFERENCE, "days_since": -1}),
        lambda: bond.bond(0.8, **{**REFERENCE, "cust_init": 9}),
        lambda: bond.bond(0.8, **{**REFERENCE, "facts": None}),
        lambda: bond.shrunk_rapport(1, 90, 60, 0),
        lambda: bond.shrunk_rapport(1, 190, 60, 0.8),
        lambda: bond.conversation_mass([(1, -1)]),
        lambda: bond.band(101),
        lambda: bond.band(50, "great"),
        lambda: bond.customer_bond([101], [1]),
        lambda: bond.customer_bond([50], [-1]),
        lambda: bond.key_person_alert(bond.customer_bond([50], [1]), True, 6),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
