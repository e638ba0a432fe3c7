"""Has it really changed? Differences between waves, and which of many are told as changes."""

import math
from typing import NamedTuple

from .checks import finite, not_negative, open_unit, positive, within
from .intervals import Interval
from .silence import adjusted_by_count
from .special import beta_inc, t_quantile

# Of all changes told together, at most this share is told by chance, and none that is smaller.
FALSE_LABELS = 0.10
LEAST_CHANGE = 3.0


class Change(NamedTuple):
    """A change, its interval, and the chance of one as large where nothing changed."""

    estimate: float
    low: float
    high: float
    p: float


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


def mean_change(mean1, variance1, n1, mean2, variance2, n2, level=0.95, covariance=0.0):
    """Change of the mean between two groups, Welch's interval and two-sided p.

    :param n1, n2: sample sizes, or effective ones of weighted means, above 1
    :param covariance: of both means, from the people who are in both groups
    :return: :class:`Change`
    :raise ValueError: on a size of 1 or below, or a negative variance
    Source: Welch 1947, Biometrika 34:28; degrees of freedom by Satterthwaite.
    """
    if min(finite("n1", n1), finite("n2", n2)) <= 1 or min(variance1, variance2) < 0:
        raise ValueError("both groups need two values and a variance of 0 or above")
    part1, part2 = variance1 / n1, variance2 / n2
    difference = finite("mean2", mean2) - finite("mean1", mean1)
    squared = max(0.0, part1 + part2 - 2 * finite("covariance", covariance))
    if not part1 + part2 or squared <= 1e-12 * (part1 + part2):
        return Change(difference, difference, difference, 0.0 if difference else 1.0)
    freedom = (part1 + part2) ** 2 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1))
    if covariance:
        freedom = min(freedom, min(n1, n2) - 1)
    error = math.sqrt(squared)
    half = t_quantile(0.5 + open_unit("level", level) / 2, freedom) * error
    p = beta_inc(freedom / 2, 0.5, freedom / (freedom + (difference / error) ** 2))
    return Change(difference, difference - half, difference + half, p)


def least_detectable_change(spread, reliability):
    """Points by which one person's score must move to be more than noise, 95 % (MDC95).

    :param spread: standard deviation of the scores over persons, 0 or above
    :param reliability: of the score, from 0 to 1
    :raise ValueError: outside the ranges
    Source: Jacobson & Truax 1991: 1.96 sqrt(2) SD sqrt(1 - reliability).
    """
    within("reliability", reliability, 0, 1)
    return 1.96 * math.sqrt(2) * not_negative("spread", spread) * math.sqrt(1 - reliability)


def least_worth_telling(spread, reliability, n):
    """Change of a mean that is called one: 3 points, or what ``n`` people can show if that is more.

    :param n: people, or the effective number of a weighted mean, above 0
    """
    return max(
        LEAST_CHANGE, least_detectable_change(spread, reliability) / math.sqrt(positive("n", n))
    )


def direction(change, adjusted, least):
    """Return "up", "down" or "same": what is said of a :class:`Change` among others.

    :param adjusted: its p adjusted for all changes told together, from 0 to 1
    :param least: the smallest change that is called one
    """
    if within("adjusted", adjusted, 0, 1) > FALSE_LABELS or abs(change.estimate) < least:
        return "same"
    return "up" if change.estimate > 0 else "down"


def adjusted_among(p_values, expected=0):
    """Benjamini and Hochberg's adjusted p values: the share of false alarms is kept.

    :param expected: as many tests are counted, though some are still to come
    :raise ValueError: on a p outside 0 to 1
    Source: Benjamini & Hochberg 1995, JRSS B 57:289.
    """
    missing = max(0, expected - len(p_values))
    return adjusted_by_count([*((p, 1) for p in p_values), (1.0, missing)])[: len(p_values)]
