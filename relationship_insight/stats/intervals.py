"""Intervals for proportions, means and the recommend index: how far a figure can be trusted."""

import math
from typing import NamedTuple

from .checks import finite, not_negative, open_unit, positive
from .special import normal_cdf, normal_quantile, t_quantile

UNSEEN_CLUMPS = 1.0


class Interval(NamedTuple):
    """An estimate and the ends of its confidence interval."""

    estimate: float
    low: float
    high: float


class Recommend(NamedTuple):
    """Recommend index (-1 to 1), the variance of one answer, standard error, two intervals."""

    value: float
    variance: float
    se: float
    wald: Interval
    adjusted: Interval
    n: float


def wilson(k, n, level=0.95):
    """Wilson's score interval of a proportion, within 0 and 1.

    :param k: successes, 0 to ``n``; need not be whole (weighted: share * n_eff)
    :param n: trials, above 0
    :param level: confidence, strictly between 0 and 1
    :raise ValueError: outside those ranges
    Source: Wilson 1927; Brown, Cai & DasGupta 2001, Statistical Science 16:101.
    """
    p = _share(k, n)
    z = _z(level)
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    # At 0 and n of n an end is exact; rounding must not move it past the estimate.
    low = 0.0 if k == 0 else max(0.0, centre - half)
    high = 1.0 if k == n else min(1.0, centre + half)
    return Interval(p, low, high)


def newcombe(k1, n1, k2, n2, level=0.95):
    """Interval of the difference k1/n1 - k2/n2 of independent proportions, within -1 and 1.

    :raise ValueError: as :func:`wilson`
    Source: Newcombe 1998, Statistics in Medicine 17:873, method 10.
    """
    one, other = wilson(k1, n1, level), wilson(k2, n2, level)
    difference = one.estimate - other.estimate
    low = math.hypot(one.estimate - one.low, other.high - other.estimate)
    high = math.hypot(one.high - one.estimate, other.estimate - other.low)
    return Interval(difference, max(-1.0, difference - low), min(1.0, difference + high))


def mean_interval(values, weights=None, level=0.95):
    """Mean with Student t interval; with weights the sample counts as Kish's n_eff.

    :param values: at least two numbers
    :param weights: one a value, 0 or above, default equal
    :raise ValueError: on too few values (or n_eff of 1), bad weights or level
    Source: mean +- t s / sqrt(n); Kish 1965: n_eff = (sum w)^2 / sum w^2.
    """
    values = [finite("value", value) for value in values]
    weights = [1.0] * len(values) if weights is None else list(weights)
    if len(weights) != len(values):
        raise ValueError("weights must be as many as values")
    total = positive("sum of weights", math.fsum(not_negative("weight", w) for w in weights))
    pairs = list(zip(weights, values, strict=True))
    mean = math.fsum(w * value for w, value in pairs) / total
    spread = math.fsum(w * (value - mean) ** 2 for w, value in pairs) / total
    return _t_interval(mean, spread, total**2 / math.fsum(w * w for w in weights), level)


def mean_interval_of_sums(w, w_squared, wx, wxx, level=0.95):
    """The same from sums over the sample, as SQL gives them.

    :param w: sum of the weights, above 0
    :param w_squared: sum of their squares
    :param wx: sum of weight times value
    :param wxx: sum of weight times squared value
    :raise ValueError: as :func:`mean_interval`
    """
    mean = finite("wx", wx) / positive("w", w)
    spread = max(0.0, finite("wxx", wxx) / w - mean * mean)
    return _t_interval(mean, spread, w**2 / positive("w_squared", w_squared), level)


class Clusters(NamedTuple):
    """Sums over customers, each a cluster of answers, of a count or weight m and a sum y.

    ``y`` and ``m`` over all; ``yy``, ``ym`` and ``mm`` sum the products customer by customer.
    """

    n: int
    y: float
    m: float
    yy: float
    ym: float
    mm: float


def cluster_variance(sums):
    """Variance of the ratio y / m over customers, linearised; None with fewer than two.

    :param sums: :class:`Clusters`
    Sources: Taylor linearisation, Woodruff 1971, JASA 66:411: n / (n - 1) sum (y_i - r m_i)^2 /
    m^2; customers of unequal m count as fewer (Carter, Schnepel & Steigerwald 2017, REStat 99:698).
    """
    _n, y, m, yy, ym, mm = sums
    n = _effective_clusters(sums)
    if n <= 1 + 1e-9:
        return None
    r = y / m
    return n / (n - 1) * max(0.0, yy - 2 * r * ym + r * r * mm) / (m * m)


def _effective_clusters(sums):
    return positive("sum of m", sums.m) ** 2 / positive("sum of squared m", sums.mm)


def cluster_share(sums, level=0.95):
    """Share y / m of answers with Wilson's interval, where customers answer several times.

    The sample counts as so many answers as would vary as much if they were independent, never
    more than there are; where none or all are hits, as one a customer. Student's t stands for
    the normal.

    :param sums: :class:`Clusters`; y the hits and m the answers of a customer
    :raise ValueError: on no answer, or more hits than answers
    Source: Korn & Graubard 1998, Survey Methodology 24:193 (effective sample in an exact interval).
    """
    n, y, m = sums[:3]
    p = _share(y, m)
    variance = cluster_variance(sums)
    answers = min(n, m)
    if variance:
        answers = min(m, p * (1 - p) / variance)
    if variance is not None:
        quantile = t_quantile(
            0.5 + open_unit("level", level) / 2, max(1, _effective_clusters(sums) - 1)
        )
        level = 2 * normal_cdf(quantile) - 1
    return wilson(p * answers, answers, min(level, 1 - 1e-12))._replace(estimate=p)


def cluster_mean(sums, level=0.95):
    """Mean y / m of weighted scores with Student's t over customers.

    :param sums: :class:`Clusters`; m the weight and y the weighted scores of a customer
    :raise ValueError: on fewer than two customers
    """
    variance = cluster_variance(sums)
    if variance is None:
        raise ValueError("a mean needs at least two customers to have an interval")
    mean = sums.y / sums.m
    freedom = max(1, _effective_clusters(sums) - 1)
    half = t_quantile(0.5 + open_unit("level", level) / 2, freedom) * math.sqrt(variance)
    return Interval(mean, mean - half, mean + half)


def rate_interval(n, total, squares, level=0.95):
    """Mean of a count per customer with a score interval that allows for clumps.

    The variance is taken in proportion to the mean, by as much as it is in these customers (never
    less than Poisson's), so the interval is as skew as such means are; Student's t for the normal.

    :param n: customers, above 0
    :param total: sum of their counts
    :param squares: sum of the squared counts
    :raise ValueError: on negative sums or nobody
    Source: score interval of a Poisson mean with a dispersion (McCullagh & Nelder 1989, ch. 6).
    """
    not_negative("squares", squares)
    mean = not_negative("total", total) / positive("n", n)
    dispersion, quantile = 1.0, _z(level)
    if n > 1:
        quantile = t_quantile(0.5 + open_unit("level", level) / 2, n - 1)
        if total:
            # Few clumps seen are mostly fewer than there are.
            dispersion = max(1.0, (squares - n * mean * mean) / (n - 1) / mean)
            dispersion *= 1 + UNSEEN_CLUMPS / math.sqrt(n)
    shift = quantile * quantile * dispersion / (2 * n)
    half = math.sqrt(shift * shift + 2 * shift * mean)
    return Interval(mean, max(0.0, mean + shift - half), mean + shift + half)


def recommend_index(promoters, passives, detractors, level=0.95):
    """Recommend index P - D of answers from 0 to 10, as a share (show it times 100).

    :param promoters: answers 9 and 10
    :param passives: answers 7 and 8
    :param detractors: answers 0 to 6
    :raise ValueError: on negative counts or no answer
    Sources: Reichheld 2003; per answer -1, 0 or 1 the variance is P + D - (P - D)^2. Adjusted
    Wald adds 3/4 promoter and detractor and 3/2 passives (Rocks 2016, best for small samples).
    """
    for name, count in (
        ("promoters", promoters),
        ("passives", passives),
        ("detractors", detractors),
    ):
        not_negative(name, count)
    n = positive("number of answers", promoters + passives + detractors)
    z = _z(level)
    value, variance = _net(promoters / n, detractors / n)
    se = math.sqrt(variance / n)
    wald = Interval(value, value - z * se, value + z * se)
    larger = n + 3
    centre, spread = _net((promoters + 0.75) / larger, (detractors + 0.75) / larger)
    half = z * math.sqrt(spread / larger)
    adjusted = Interval(value, max(-1.0, centre - half), min(1.0, centre + half))
    return Recommend(value, variance, se, wald, adjusted, n)


def recommend_from_answers(answers, level=0.95):
    """Recommend index of answers from 0 to 10; None (no answer) is left out.

    :raise ValueError: if an answer is off the scale or there is none
    """
    counts = [0, 0, 0]
    for answer in answers:
        if answer is None:
            continue
        if not 0 <= answer <= 10:
            raise ValueError(f"an answer must be between 0 and 10, not {answer!r}")
        counts[0 if answer >= 9 else 1 if answer >= 7 else 2] += 1
    return recommend_index(*counts, level=level)


def recommend_change(before, after):
    """Change of the index between two independent waves: (difference, z, two-sided p).

    :param before: :class:`Recommend` of the earlier wave
    :param after: of the later one
    :return: z and p are None when neither wave has any variance
    """
    difference = after.value - before.value
    se = math.hypot(before.se, after.se)
    if not se:
        return difference, None, None
    z = difference / se
    return difference, z, 2 * normal_cdf(-abs(z))


def recommend_margin(variance, n, level=0.95):
    """Half-width of the index's interval with ``n`` answers: z sqrt(variance / n).

    :raise ValueError: on a negative variance, or n not above 0
    """
    return _z(level) * math.sqrt(not_negative("variance", variance) / positive("n", n))


def recommend_detectable(variance, n1, n2, power=0.8, level=0.95):
    """Smallest change between two waves that would be noticed with chance ``power``.

    :param variance: of one answer, taken as equal in both waves
    :raise ValueError: outside the ranges
    Source: (z of the level + z of the power) sqrt(v / n1 + v / n2).
    """
    not_negative("variance", variance)
    spread = math.sqrt(variance / positive("n1", n1) + variance / positive("n2", n2))
    return (_z(level) + normal_quantile(power)) * spread


def _t_interval(mean, spread, n, level):
    if n <= 1 + 1e-9:
        raise ValueError("a mean needs at least two values to have an interval")
    half = t_quantile(0.5 + open_unit("level", level) / 2, n - 1) * math.sqrt(spread / (n - 1))
    return Interval(mean, mean - half, mean + half)


def _net(P, D):
    return P - D, max(0.0, P + D - (P - D) ** 2)


def _share(k, n):
    if not 0 <= finite("k", k) <= positive("n", n):
        raise ValueError(f"k must be between 0 and n, not {k!r}")
    return k / n


def _z(level):
    return normal_quantile(0.5 + open_unit("level", level) / 2)
