"""Percentiles, equal groups and RFM against scipy and pandas."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import ranks
from scipy import stats as peer

VALUES = st.lists(st.integers(-5, 20), min_size=1, max_size=60)


@given(VALUES)
def test_percentiles_have_average_ranks(values):
    ours = ranks.percentiles(values)
    theirs = 100 * (peer.rankdata(values) - 0.5) / len(values)
    assert ours == pytest.approx(list(theirs))
    assert sum(ours) / len(ours) == pytest.approx(50)


@given(VALUES, st.randoms())
def test_percentiles_do_not_depend_on_the_order_of_rows(values, random):
    order = list(range(len(values)))
    random.shuffle(order)
    ours = ranks.percentiles(values)
    assert ranks.percentiles([values[place] for place in order]) == [ours[place] for place in order]


def test_percentiles_of_every_cdnow_customer(cdnow_summary):
    values = [x for x, _t_x, _T in cdnow_summary]
    theirs = 100 * (pd.Series(values).rank(method="average") - 0.5) / len(values)
    np.testing.assert_allclose(ranks.percentiles(values), theirs)


@given(VALUES)
def test_fifths_are_those_of_average_ranks(values):
    # In whole numbers, as a rank of half is exact there.
    ranked = pd.Series(values).rank(method="average")
    theirs = [1 + int(2 * rank - 1) * 5 // (2 * len(values)) for rank in ranked]
    assert ranks.fifths(values) == theirs


def test_equal_values_are_in_one_fifth():
    # Seven bought once, two twice, one three times: places 1 to 7 share the fourth.
    assert ranks.fifths([1] * 7 + [2, 2, 3]) == [2] * 7 + [5, 5, 5]
    assert ranks.fifths([4, 4, 4]) == [3, 3, 3]
    assert ranks.fifths([]) == []


def test_rfm():
    customers = [(day, 10 - day, day * day) for day in range(10)]
    quintiles = ranks.rfm(customers)
    assert quintiles[0] == ranks.RFM(recency=5, frequency=5, monetary=1)
    assert quintiles[9] == ranks.RFM(recency=1, frequency=1, monetary=5)
    assert ranks.rfm([]) == []


def test_rfm_of_every_cdnow_customer_agrees_with_pandas(cdnow_summary):
    customers = [(T - t_x, x, x * 3.5) for x, t_x, T in cdnow_summary[:2355]]
    quintiles = ranks.rfm(customers)
    for place, (column, sign) in enumerate(((0, -1), (1, 1), (2, 1))):
        values = pd.Series([sign * customer[column] for customer in customers])
        theirs = 1 + (2 * values.rank() - 1).astype(int) * 5 // (2 * len(values))
        assert [quintile[place] for quintile in quintiles] == theirs.tolist()


@pytest.mark.parametrize(
    "call",
    [
        lambda: ranks.percentiles([1, None]),
        lambda: ranks.percentiles([math.nan]),
        lambda: ranks.fifths([None]),
        lambda: ranks.rfm([(1, 2, math.inf)]),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()
