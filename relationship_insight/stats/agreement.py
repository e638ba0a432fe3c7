"""How far several people say the same of the same: agreement of codings, beyond chance.

Units are what was to be coded (turns, sentences); values are what each coder gave, None where
somebody didn't look. Too few units, or a value nobody varies, gives None: "can't tell", never 0.
"""

import math
import random
from collections import Counter
from typing import NamedTuple

from .checks import open_unit
from .intervals import Interval

# Below, a coefficient says more of chance than of coders.
LEAST_UNITS = 10
REPLICATES = 1000
# Of so many redrawn sets at least this share must have a coefficient, or the interval is made up.
LEAST_SHARE = 0.9


class Agreement(NamedTuple):
    """Agreement with its interval (None: can't tell), on how many units, and how common."""

    estimate: float | None
    low: float | None
    high: float | None
    units: int
    base_rate: float | None


def alpha(units, distance=None):
    """Krippendorff's alpha; any number of coders, values may be missing.

    :param units: for each unit the values of the coders, None for a missing one
    :param distance: squared difference of two values; without, same or not (nominal)
    :return: None where fewer than two values can be paired, or all of them are the same
    Source: Krippendorff 2019, Content Analysis, 4th ed., ch. 12.
    """
    return _alpha(_pairable(units), distance or _differ)


def alpha_interval(units, level=0.95, replicates=REPLICATES, seed=1):
    """Nominal alpha with an interval by drawing the units anew; ``None`` ends: can't tell.

    :raise ValueError: for a level that isn't strictly between 0 and 1
    """
    open_unit("level", level)
    pairable = _pairable(units)
    total = sum(map(len, pairable))
    marked = sum(1 for values in pairable for value in values if value)
    base = marked / total if total else None
    value = _alpha(pairable, _differ)
    if value is None or len(pairable) < LEAST_UNITS:
        return Agreement(None, None, None, len(pairable), base)
    low, high = _redraw(pairable, lambda drawn: _alpha(drawn, _differ), level, replicates, seed)
    if low is None:
        return Agreement(None, None, None, len(pairable), base)
    return Agreement(value, min(low, value), max(high, value), len(pairable), base)


def kappa(one, other):
    """Cohen's kappa of two coders over the units that both coded.

    :return: None where both gave one and the same value everywhere, or there is no unit
    Source: Cohen 1960, Educational and Psychological Measurement 20:37.
    """
    pairs = _pairs(one, other)
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    left, right = Counter(a for a, _b in pairs), Counter(b for _a, b in pairs)
    expected = sum(count * right[value] for value, count in left.items()) / (n * n)
    if expected >= 1:
        return None
    return (observed - expected) / (1 - expected)


def code_agreement(one, other, level=0.95, replicates=REPLICATES, seed=1):
    """Cohen's kappa of one code, on units, with interval and how common the code is.

    Can't tell on fewer than ten units, or where one of the two never or always used the code:
    then its kappa is 0 or undefined whatever they think.

    :param one: for each unit whether the code was used, None where not looked at; so is ``other``
    """
    open_unit("level", level)
    pairs = _pairs(one, other)
    base = sum(bool(a) + bool(b) for a, b in pairs) / (2 * len(pairs)) if pairs else None
    value = kappa(one, other)
    varies = all(len({bool(value) for value in coder}) == 2 for coder in zip(*pairs))
    if value is None or len(pairs) < LEAST_UNITS or not varies:
        return Agreement(None, None, None, len(pairs), base)
    low, high = _redraw(pairs, lambda drawn: kappa(*zip(*drawn)), level, replicates, seed)
    if low is None:
        return Agreement(None, None, None, len(pairs), base)
    return Agreement(value, min(low, value), max(high, value), len(pairs), base)


def jaccard(one, other):
    """Overlap of what two coders marked, 0 to 1: characters both marked of those either marked.

    :param one: spans (start, end); overlapping ones count once
    :return: None where nobody marked anything
    """
    first, second = _covered(one), _covered(other)
    both = _shared(first, second)
    either = sum(end - start for start, end in first + second) - both
    return both / either if either else None


def _differ(one, other):
    return float(one != other)


def _pairable(units):
    """Return the values of units that at least two coders coded."""
    kept = [[value for value in values if value is not None] for values in units]
    return [values for values in kept if len(values) > 1]


def _alpha(units, distance):
    counts = Counter(value for values in units for value in values)
    n = sum(counts.values())
    if n < 2 or len(counts) < 2:
        return None
    apart = {
        (one, other): distance(one, other) for one in counts for other in counts if one != other
    }
    observed = 0.0
    for values in units:
        here = Counter(values)
        within = sum(
            count * here[other] * apart[value, other]
            for value, count in here.items()
            for other in here
            if other != value
        )
        observed += within / (len(values) - 1)
    expected = sum(counts[one] * counts[other] * step for (one, other), step in apart.items()) / (
        n - 1
    )
    return 1 - observed / expected if expected else None


def _pairs(one, other):
    if len(one) != len(other):
        raise ValueError("both coders have the same units")
    return [(a, b) for a, b in zip(one, other) if a is not None and b is not None]


def _redraw(units, statistic, level, replicates, seed):
    """Percentile interval over sets of units drawn anew; (None, None) if too few have a value."""
    if replicates < 100:
        raise ValueError("replicates: at least 100")
    rng = random.Random(seed)
    found = []
    for _turn in range(replicates):
        value = statistic(rng.choices(units, k=len(units)))
        if value is not None:
            found.append(value)
    if len(found) < LEAST_SHARE * replicates:
        return None, None
    found.sort()
    tail = (1 - level) / 2
    return found[math.floor(tail * (len(found) - 1))], found[
        math.ceil((1 - tail) * (len(found) - 1))
    ]


def interval(agreement):
    """The interval of an agreement that could be told.

    :raise ValueError: where nobody can tell
    """
    if agreement.estimate is None:
        raise ValueError("nobody can tell")
    return Interval(agreement.estimate, agreement.low, agreement.high)


def _covered(spans):
    """Return spans without overlaps, in order."""
    merged = []
    for start, end in sorted(spans):
        if start >= end:
            raise ValueError("a span ends after it begins")
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _shared(first, second):
    """Return how many characters two lists of covered spans share."""
    total = one = other = 0
    while one < len(first) and other < len(second):
        start = max(first[one][0], second[other][0])
        end = min(first[one][1], second[other][1])
        total += max(0, end - start)
        if first[one][1] < second[other][1]:
            one += 1
        else:
            other += 1
    return total
