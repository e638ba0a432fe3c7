"""Do the items of a scale measure one thing: alpha, omega, Spearman-Brown."""

import math
from statistics import correlation
from typing import NamedTuple

from .checks import finite, positive

# What is assumed of a scale until so many persons have answered all its items.
DEFAULT = 0.85
MIN_PERSONS = 50
# An estimate is used within these limits: chance can put it anywhere, below 0 too.
BOUNDS = (0.2, 0.95)


class Estimate(NamedTuple):
    """Reliability of one scale: persons, alpha and omega (None where they can't be had), the SD
    of the score, and the value that is ``used``, which is the default with too few persons."""

    n: int
    alpha: float | None
    omega: float | None
    spread: float | None
    used: float

    @property
    def own(self):
        """True where ``used`` comes from the answers."""
        return self.n >= MIN_PERSONS and None not in (self.alpha, self.spread)


class OneFactor(NamedTuple):
    """One-factor solution: a loading and a unique variance per item."""

    loadings: tuple
    uniques: tuple


def covariance_matrix(rows):
    """Covariances (n - 1) of the items, over persons who answered all of them.

    :param rows: answers of each person, None = no answer
    :return: (matrix, persons used)
    :raise ValueError: on unequal rows or fewer than two complete persons
    """
    rows = list(rows)
    if len({len(row) for row in rows}) > 1:
        raise ValueError("all rows must have the same number of items")
    columns = list(zip(*(row for row in rows if None not in row), strict=True))
    n = len(columns[0]) if columns else 0
    if n < 2:
        raise ValueError("at least two persons must have answered every item")
    centred = []
    for column in columns:
        mean = math.fsum(column) / n
        centred.append([value - mean for value in column])
    matrix = [[0.0] * len(columns) for _column in columns]
    for i, one in enumerate(centred):
        for j, other in enumerate(centred[: i + 1]):
            covariance = math.fsum(a * b for a, b in zip(one, other, strict=True)) / (n - 1)
            matrix[i][j] = matrix[j][i] = covariance
    return matrix, n


def cronbach_alpha(covariance):
    """Cronbach's alpha, at most 1: k / (k - 1) (1 - trace / sum of the covariance matrix).

    :param covariance: square matrix of k >= 2 items
    :raise ValueError: on another shape or a total without variance
    Source: Cronbach 1951, Psychometrika 16:297.
    """
    k = _size(covariance, 2)
    total = positive("variance of the total", math.fsum(map(math.fsum, covariance)))
    return k / (k - 1) * (1 - math.fsum(covariance[i][i] for i in range(k)) / total)


def one_factor(covariance, tolerance=1e-12, max_rounds=10_000):
    """Fit one factor by minimum residuals: the least squared covariances left unexplained.

    Each loading in turn takes its best value, sum_j s_ij l_j / sum_j l_j^2 over the others,
    until none moves; it may not explain more than its item's variance.

    :param covariance: square matrix of at least 3 items
    :raise ValueError: on another shape, an item without variance, or no convergence
    Source: Harman & Jones 1966, Psychometrika 31:351 (minres); bound by Harman & Fukuda 1966.
    """
    k = _size(covariance, 3)
    limits = [math.sqrt(positive("variance of an item", covariance[i][i])) for i in range(k)]
    loadings = [limit / 2 for limit in limits]
    for _round in range(max_rounds):
        moved = 0.0
        for i in range(k):
            squares = math.fsum(loadings[j] ** 2 for j in range(k) if j != i)
            products = math.fsum(covariance[i][j] * loadings[j] for j in range(k) if j != i)
            best = products / squares if squares else 0.0
            best = min(max(best, -limits[i]), limits[i])
            moved = max(moved, abs(best - loadings[i]) / limits[i])
            loadings[i] = best
        if moved < tolerance:
            break
    else:
        raise ValueError("the items have no common factor that can be found")
    if math.fsum(loadings) < 0:
        loadings = [-loading for loading in loadings]
    uniques = [covariance[i][i] - loadings[i] ** 2 for i in range(k)]
    return OneFactor(tuple(loadings), tuple(max(unique, 0.0) for unique in uniques))


def mcdonald_omega(covariance):
    """McDonald's omega of a sum or mean score, from 0 to 1.

    (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances), of the covariance
    matrix, because the score adds raw items.

    :param covariance: square matrix of at least 3 items
    :raise ValueError: as :func:`one_factor`
    Source: McDonald 1999, Test Theory, eq. 6.20; Hayes & Coutts 2020.
    """
    factor = one_factor(covariance)
    common = math.fsum(factor.loadings) ** 2
    return common / (common + math.fsum(factor.uniques))


def of_scale(rows):
    """Return the :class:`Estimate` of a scale of two items or more.

    Omega is used, of two items Spearman and Brown's; alpha where neither can be had.

    :param rows: one sequence of answers a person, in the same order of items; None = no answer
    """
    rows = [row for row in rows if None not in row]
    n, alpha, omega, spread, best = len(rows), None, None, None, None
    if n >= 2:
        covariance, _n = covariance_matrix(rows)
        total = math.fsum(map(math.fsum, covariance))
        if total > 0:
            spread = math.sqrt(total) / len(covariance)
            alpha = cronbach_alpha(covariance)
            omega, best = _best(rows, covariance, alpha)
    estimate = Estimate(n, alpha, omega, spread, DEFAULT)
    if not estimate.own:
        return estimate
    low, high = BOUNDS
    return estimate._replace(used=min(max(best, low), high))


def _best(rows, covariance, alpha):
    """Omega if there is one, and the reliability to use."""
    try:
        if len(covariance) == 2:
            return None, two_item_reliability(rows)
        omega = mcdonald_omega(covariance)
    except ValueError:  # an item without variance, or no common factor
        return None, alpha
    return omega, omega


def spearman_brown(r, k=2):
    """Reliability of ``k`` parallel items of which one and another correlate ``r``.

    k r / (1 + (k - 1) r), for the two items of a short scale 2 r / (1 + r).

    :param r: correlation, above -1 / (k - 1), at most 1
    :param k: above 1
    :raise ValueError: outside those ranges
    Source: Spearman 1910, Brown 1910; Eisinga, te Grotenhuis & Pelzer 2013 for two items.
    """
    if finite("k", k) <= 1:
        raise ValueError("k must be above 1")
    if finite("r", r) > 1 or 1 + (k - 1) * r <= 0:
        raise ValueError(f"r is out of range: {r!r}")
    return k * r / (1 + (k - 1) * r)


def two_item_reliability(pairs):
    """Spearman-Brown reliability of two items, over persons who answered both.

    :param pairs: (answer, answer), None = no answer
    :raise ValueError: on fewer than two persons or an item without variance
    """
    complete = [pair for pair in pairs if None not in pair]
    if len(complete) < 2 or any(len(set(item)) == 1 for item in zip(*complete, strict=True)):
        raise ValueError("two persons with different answers are needed")
    return spearman_brown(correlation(*zip(*complete, strict=True)))


def _size(covariance, least):
    k = len(covariance)
    if k < least or any(len(row) != k for row in covariance):
        raise ValueError(f"a square matrix of at least {least} items is needed")
    return k
