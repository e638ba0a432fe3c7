"""Has it really changed? Differences between waves, trends, and single persons over time."""

import math
from typing import NamedTuple

from .checks import finite, open_unit, positive
from .intervals import Interval
from .special import normal_cdf, t_quantile


class Trend(NamedTuple):
    """Mann-Kendall's S, its variance, z (None without variance), two-sided p, Sen's slope."""

    s: int
    variance: float
    z: float | None
    p: float | None
    slope: float


class Slope(NamedTuple):
    """A slope within persons, its cluster-robust standard error, the number of persons."""

    slope: float
    se: float
    persons: int


def paired_change(before, after, level=0.95):
    """Mean change of the same persons with Student t interval.

    :param before: each person's earlier value
    :param after: their later values, in the same order
    :raise ValueError: on fewer than two persons or series of different length
    Source: mean of paired differences +- t s / sqrt(n).
    """
    if len(before) != len(after):
        raise ValueError("every person needs a value before and after")
    moves = [finite("after", b) - finite("before", a) for a, b in zip(before, after, strict=True)]
    # Sums of the moves about their mean lose no digits.
    mean = math.fsum(moves) / len(moves) if moves else 0.0
    squares = math.fsum((move - mean) ** 2 for move in moves)
    change = paired_change_of_sums(len(moves), 0.0, squares, level)
    return Interval(mean, mean + change.low, mean + change.high)


def paired_change_of_sums(n, total, squares, level=0.95):
    """The same from the number of persons, the sum of their changes and of the squared changes.

    :raise ValueError: on fewer than two persons
    """
    if n < 2:
        raise ValueError("at least two persons are needed")
    mean = total / n
    variance = max(0.0, squares - n * mean * mean) / (n - 1)
    half = t_quantile(0.5 + open_unit("level", level) / 2, n - 1) * math.sqrt(variance / n)
    return Interval(mean, mean - half, mean + half)


def mean_change(mean1, variance1, n1, mean2, variance2, n2, level=0.95):
    """Change of the mean between two independent groups, Welch's interval.

    :param n1, n2: sample sizes, or effective ones of weighted means, above 1
    :raise ValueError: on a size of 1 or below, or a negative variance
    Source: Welch 1947, Biometrika 34:28; degrees of freedom by Satterthwaite.
    """
    if min(finite("n1", n1), finite("n2", n2)) <= 1 or min(variance1, variance2) < 0:
        raise ValueError("both groups need two values and a variance of 0 or above")
    part1, part2 = variance1 / n1, variance2 / n2
    difference = finite("mean2", mean2) - finite("mean1", mean1)
    if not part1 + part2:
        return Interval(difference, difference, difference)
    freedom = (part1 + part2) ** 2 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1))
    half = t_quantile(0.5 + open_unit("level", level) / 2, freedom) * math.sqrt(part1 + part2)
    return Interval(difference, difference - half, difference + half)


def mann_kendall(values):
    """Trend of a series, oldest value first, with correction for ties.

    :param values: at least three numbers; the usual reading wants eight
    :raise ValueError: on fewer
    Sources: Mann 1945; Kendall 1975; Sen 1968, JASA 63:1379 (median of pairwise slopes).
    """
    values = [finite("value", value) for value in values]
    n = len(values)
    if n < 3:
        raise ValueError("a trend needs at least three values")
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    s = sum((values[j] > values[i]) - (values[j] < values[i]) for i, j in pairs)
    ties = [values.count(value) for value in set(values)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    slopes = sorted((values[j] - values[i]) / (j - i) for i, j in pairs)
    middle = len(slopes) // 2
    slope = slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2
    if not variance:
        return Trend(s, 0.0, None, None, slope)
    z = (s - (s > 0) + (s < 0)) / math.sqrt(variance)
    return Trend(s, variance, z, 2 * normal_cdf(-abs(z)), slope)


def within_slope(series):
    """Slope over time within persons, so that who answers when can't make a trend.

    :param series: one list of (time, value) a person; those with one point say nothing
    :return: :class:`Slope`, None with fewer than two persons or no spread in time
    Source: fixed-effects estimator sum(t~ y~) / sum(t~^2), CR1 cluster-robust variance
    G/(G-1) sum_i (sum t~ e)^2 / (sum t~^2)^2 (Liang & Zeger 1986).
    """
    centred = []
    for points in series:
        if len(points) > 1:
            t_mean = math.fsum(t for t, _y in points) / len(points)
            y_mean = math.fsum(y for _t, y in points) / len(points)
            centred.append([(t - t_mean, y - y_mean) for t, y in points])
    squares = math.fsum(t * t for person in centred for t, _y in person)
    persons = len(centred)
    if persons < 2 or not squares:
        return None
    slope = math.fsum(t * y for person in centred for t, y in person) / squares
    meat = math.fsum(
        math.fsum(t * (y - slope * t) for t, y in person) ** 2 for person in centred)
    return Slope(slope, math.sqrt(persons / (persons - 1) * meat) / squares, persons)


def reliable_change(before, after, spread, reliability):
    """Reliable change index of one person; beyond 1.96 either way the change is more than noise.

    :param spread: standard deviation of the scores over persons, above 0
    :param reliability: of the score, 0 to below 1
    :raise ValueError: outside the ranges
    Source: Jacobson & Truax 1991: (y2 - y1) / (SD sqrt(2) sqrt(1 - reliability)).
    """
    if not 0 <= finite("reliability", reliability) < 1:
        raise ValueError("reliability must be 0 or above and below 1")
    noise = math.sqrt(2) * positive("spread", spread) * math.sqrt(1 - reliability)
    return (finite("after", after) - finite("before", before)) / noise


def holm(p_values):
    """Holm's adjusted p values, in the order given: the chance of any false alarm is kept.

    :raise ValueError: on a p outside 0 to 1
    Source: Holm 1979, Scandinavian Journal of Statistics 6:65.
    """
    order = _order(p_values)
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = worst
    return adjusted


def benjamini_hochberg(p_values):
    """Benjamini and Hochberg's adjusted p values: the share of false alarms is kept.

    :raise ValueError: on a p outside 0 to 1
    Source: Benjamini & Hochberg 1995, JRSS B 57:289.
    """
    order = _order(p_values)
    adjusted, best = [0.0] * len(p_values), 1.0
    for rank in range(len(order), 0, -1):
        index = order[rank - 1]
        best = min(best, p_values[index] * len(order) / rank)
        adjusted[index] = best
    return adjusted


def _order(p_values):
    for p in p_values:
        if not 0 <= finite("p", p) <= 1:
            raise ValueError(f"a p value lies between 0 and 1, not {p!r}")
    return sorted(range(len(p_values)), key=p_values.__getitem__)
