"""Saturation against the worked row of measures.md 7.3 and a script of its own."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import saturation

WORKED = (14, 7, 6, 3, 2, 1, 1, 0, 1, 0)


def interviews(new):
    """Interviews that bring so many new themes each, and repeat some old ones."""
    themes, told = 0, []
    for count in new:
        told.append({*range(themes, themes + count), *range(max(0, themes - 2), themes)})
        themes += count
    return told


def test_worked_values():
    found = saturation.saturation(interviews(WORKED))
    assert found.new == WORKED
    assert found.base == 30
    assert [last for last, _share in found.curve] == [6, 7, 8, 9, 10]
    assert [share for _last, share in found.curve] == pytest.approx(
        [3 / 30, 2 / 30, 1 / 30, 1 / 30, 1 / 30]
    )
    assert found.reached == 8


def test_other_choices():
    told = interviews(WORKED)
    # Nothing new at all in two interviews in a row never happens here; in one it does, in the 8th.
    assert saturation.saturation(told, threshold=0).reached is None
    assert saturation.saturation(told, run=1, threshold=0).reached == 8
    # Runs of three: 2+1+1, 1+1+0, 1+0+1, 0+1+0 of 30.
    assert saturation.saturation(told, run=3).reached == 10


def test_cant_tell():
    assert saturation.saturation([]) is None
    assert saturation.saturation([set()] * 9) is None
    assert saturation.saturation(interviews((5, 3))).reached is None
    assert saturation.over_orders(interviews((5, 3, 1))) is None
    for wrong in ({"base": 0}, {"run": 0}, {"threshold": 1.5}):
        with pytest.raises(ValueError):
            saturation.saturation([{1}], **wrong)
    with pytest.raises(ValueError):
        saturation.over_orders([{1}] * 9, orders=0)


def test_over_orders():
    alike = [{1, 2, 3}] * 12
    assert saturation.over_orders(alike) == (6.0, 1.0, 200)
    apart = [{n} for n in range(12)]
    assert saturation.over_orders(apart) == (None, 0.0, 200)
    told = interviews(WORKED)
    assert saturation.over_orders(told) == saturation.over_orders(told)


def independent(told, base, run, threshold):
    """Written anew, from the definition, interview by interview."""
    first = set().union(*told[:base])
    if not first:
        return None
    for last in range(base + run, len(told) + 1):
        before = set().union(*told[: last - run])
        fresh = set().union(*told[last - run : last]) - before
        if len(fresh) / len(first) <= threshold:
            return last
    return None


@given(
    st.lists(st.sets(st.integers(0, 25), max_size=8), max_size=20),
    st.integers(1, 6),
    st.integers(1, 3),
    st.sampled_from((0, 0.05, 0.2)),
)
def test_as_an_independent_script(told, base, run, threshold):
    found = saturation.saturation(told, base, run, threshold)
    assert (found and found.reached) == independent(told, base, run, threshold)


def test_median_over_orders_as_written_out():
    told = interviews(WORKED)
    rng, reached = random.Random(1), []
    shuffled = list(told)
    for _turn in range(200):
        rng.shuffle(shuffled)
        reached.append(independent(shuffled, 4, 2, 0.05) or 99)
    reached.sort()
    found = saturation.over_orders(told)
    assert found.median == (reached[99] + reached[100]) / 2
    assert found.share == sum(place < 99 for place in reached) / 200
