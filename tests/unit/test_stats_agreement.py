"""Agreement against written values and reference packages; QualCoder's kappa is no oracle."""

import math
import random
import warnings

import krippendorff
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ri_stats import agreement
from sklearn.metrics import cohen_kappa_score

# Krippendorff's own example: 12 units, four coders (irrCAC's raw_4raters).
FOUR = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, None, 3, None],
]


def test_the_textbook():
    assert agreement.alpha(FOUR) == pytest.approx(0.743421, abs=1e-6)
    assert agreement.alpha(FOUR, lambda a, b: (a - b) ** 2) == pytest.approx(0.8491, abs=5e-5)
    assert agreement.alpha(FOUR, lambda a, b: ((a - b) / (a + b)) ** 2) == pytest.approx(
        0.7974, abs=5e-5
    )


def test_two_coders_of_the_manual():
    units = list(zip(map(int, "1100000000"), map(int, "0110010100")))
    assert sum(a == b for a, b in units) == 6
    assert agreement.alpha(units) == pytest.approx(0.0952, abs=5e-5)


def test_kappa_counts_what_nobody_coded():
    """1,000 characters, 60 and 60 coded, 50 shared: 0.823, where QualCoder says 0.710."""
    one = [n < 60 for n in range(1000)]
    other = [10 <= n < 70 for n in range(1000)]
    assert agreement.kappa(one, other) == pytest.approx(0.823, abs=5e-4)
    assert agreement.jaccard([(0, 60)], [(10, 70)]) == pytest.approx(50 / 70)


def test_kappa_of_the_diagnosis_table():
    """223 patients, irrCAC's table_cont4x4diagnosis: Cohen 0.4315, Krippendorff 0.4316."""
    table = [[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]]
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _n in range(n)]
    one, other = zip(*pairs)
    assert agreement.kappa(one, other) == pytest.approx(0.4315, abs=5e-5)
    assert agreement.alpha(pairs) == pytest.approx(0.4316, abs=5e-5)
    assert agreement.kappa(one, other) == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


def random_units(rng):
    coders, values = rng.randint(2, 5), rng.randint(2, 5)
    return [
        [
            rng.choice([None, *range(values)]) if rng.random() < 0.3 else rng.randrange(values)
            for _coder in range(coders)
        ]
        for _unit in range(rng.randint(2, 60))
    ]


def test_alpha_as_the_package():
    rng, compared = random.Random(5), 0
    for _turn in range(400):
        units = random_units(rng)
        data = [[math.nan if v is None else v for v in coder] for coder in zip(*units)]
        ours = agreement.alpha(units)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                theirs = krippendorff.alpha(data, level_of_measurement="nominal")
        except (ValueError, AssertionError, RuntimeWarning):
            assert ours is None
            continue
        assert ours == pytest.approx(theirs, abs=1e-9)
        compared += 1
    assert compared > 300


def test_kappa_as_scikit_learn():
    rng = random.Random(7)
    for _turn in range(300):
        values = rng.randint(2, 4)
        one, other = (
            [rng.randrange(values) for _unit in range(rng.randint(5, 80))] for _coder in range(2)
        )
        size = min(len(one), len(other))
        one, other = one[:size], other[:size]
        ours = agreement.kappa(one, other)
        if ours is None:
            assert len({*one, *other}) == 1
        else:
            assert ours == pytest.approx(cohen_kappa_score(one, other), abs=1e-9)


def test_cant_tell():
    few = [[1, 1], [0, 0], [1, 0]]
    assert agreement.alpha_interval(few).estimate is None
    one_only = [[int(n < 5), 0] for n in range(40)]
    assert agreement.code_agreement(*zip(*one_only)).estimate is None
    assert agreement.code_agreement(*zip(*one_only)).base_rate == pytest.approx(5 / 80)
    assert agreement.alpha([[1, 1]] * 40) is None
    assert agreement.kappa([0] * 9, [0] * 9) is None
    assert agreement.jaccard([], []) is None
    with pytest.raises(ValueError, match="nobody can tell"):
        agreement.interval(agreement.alpha_interval(few))


def test_interval_holds_the_truth():
    """300 random towns of coders who guess in one of four cases: 95 % intervals hold the truth."""
    rng, held, towns = random.Random(11), 0, 120
    truth = agreement.alpha(_guessers(random.Random(3), 40_000))
    for turn in range(towns):
        found = agreement.alpha_interval(_guessers(rng, 80), replicates=200, seed=turn)
        held += found.low <= truth <= found.high
    assert held >= 0.87 * towns


def _guessers(rng, size):
    units = []
    for _unit in range(size):
        real = rng.random() < 0.3
        units.append([real if rng.random() > 0.25 else rng.random() < 0.3 for _coder in (0, 1)])
    return units


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=8,
)


@given(spans, spans)
def test_jaccard_counts_characters(one, other):
    first = {n for start, end in one for n in range(start, end)}
    second = {n for start, end in other for n in range(start, end)}
    expected = len(first & second) / len(first | second) if first | second else None
    assert agreement.jaccard(one, other) == (
        expected if expected is None else pytest.approx(expected)
    )


def test_bad_input():
    with pytest.raises(ValueError):
        agreement.kappa([1], [1, 0])
    with pytest.raises(ValueError):
        agreement.jaccard([(3, 3)], [])
    with pytest.raises(ValueError):
        agreement.alpha_interval(FOUR, level=1)
    with pytest.raises(ValueError):
        agreement.alpha_interval(_guessers(random.Random(1), 30), replicates=10)
