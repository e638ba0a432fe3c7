"""Sales that rise while nobody talks: growth of orders, and fewer talks than colleagues have.

Both tests are one-sided. Growth: given the orders of two windows, those of the later one are
binomial (Przyborowski & Wilenski 1940, Biometrika 31:313). Talks scatter more than Poisson
counts do, so the deficit is judged by a negative binomial whose size comes from colleagues by
moments (Anscombe 1949, Biometrics 5:165). Many pairs are tested, so the false discovery rate is
held (Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57:289).
"""

import math
from typing import NamedTuple

from .checks import not_negative, positive, within
from .special import beta_inc, gamma_q

ALPHA = 0.05
MIN_RATIO = 1.2
# What a single customer may have had and still be asked about.
MAX_TALKS = 1
MIN_LOGGING = 0.5
FDR = 0.10
# Below this many orders in both windows together no growth can be told (0.5 ** 5 < 0.05).
MIN_ORDERS = 5


class Peers(NamedTuple):
    """What colleagues do: talks per order, size of the negative binomial (inf = Poisson)."""

    rate: float
    size: float


def growth_p(x0, x1, t0=1.0, t1=1.0):
    """Chance of ``x1`` orders or more in the later window, had nothing changed; 0 to 1.

    P(X >= x1), X ~ Bin(x0 + x1, t1 / (t0 + t1)).

    :param x0: orders in the earlier window, of length ``t0`` above 0
    :param x1: orders in the later window, of length ``t1`` above 0
    :raise ValueError: outside those ranges
    """
    not_negative("x0", x0)
    positive("t0", t0)
    positive("t1", t1)
    if not not_negative("x1", x1):
        return 1.0
    return beta_inc(x1, x0 + 1, t1 / (t0 + t1))


def growth_ratio(x0, x1, t0=1.0, t1=1.0):
    """Return the later rate over the earlier one, 0 or above; None without earlier orders."""
    if not not_negative("x0", x0):
        return None
    return (not_negative("x1", x1) / positive("t1", t1)) / (x0 / positive("t0", t0))


def size_by_moments(n, total, squares):
    """Size k = m^2 / (s^2 - m) of a negative binomial; inf where counts scatter no more than
    Poisson's; None with fewer than two counts or none above 0.

    :param n: how many counts
    :param total: their sum
    :param squares: the sum of their squares
    :raise ValueError: on negative input
    """
    for name, value in (("n", n), ("total", total), ("squares", squares)):
        not_negative(name, value)
    if n < 2 or not total:
        return None
    mean = total / n
    variance = max(0.0, squares - n * mean * mean) / (n - 1)
    return mean * mean / (variance - mean) if variance > mean else math.inf


def deficit_p(y, mu, size):
    """Chance of ``y`` talks or fewer, where ``mu`` are expected; 0 to 1.

    :param y: talks held, 0 or above
    :param mu: talks expected, 0 or above
    :param size: size of the negative binomial, above 0; inf = Poisson
    :raise ValueError: outside those ranges
    """
    not_negative("y", y)
    if not not_negative("mu", mu):
        return 1.0
    if math.isinf(size):
        return gamma_q(math.floor(y) + 1, mu)
    positive("size", size)
    return beta_inc(size, math.floor(y) + 1, size / (size + mu))


def least_expected(size):
    """Talks that must be expected before none at all is less than chance allows.

    :param size: size of the negative binomial, above 0; inf = Poisson
    :raise ValueError: on a size of 0 or below
    """
    if math.isinf(size):
        return -math.log(ALPHA)
    return positive("size", size) * math.expm1(-math.log(ALPHA) / size)


def shrunk_rate(talks, orders, others):
    """Talks per order of a group, drawn towards everybody's as far as groups resemble each other.

    Gamma-Poisson with moments: m = sum t / sum o; v = (sum o (t/o - m)^2 - (n - 1) m) /
    (sum o - sum o^2 / sum o), at least 0; the group counts with its orders, everybody with m / v.

    :param talks: talks of the group
    :param orders: orders of the group
    :param others: pairs (talks, orders) of each member of staff everybody is made of
    :return: talks per order; None if nobody has an order
    """
    others = [(not_negative("talks", t), o) for t, o in others if not_negative("orders", o)]
    whole = math.fsum(o for _t, o in others)
    if not whole:
        return None
    mean = math.fsum(t for t, _o in others) / whole
    if not not_negative("orders", orders):
        return mean
    spread = whole - math.fsum(o * o for _t, o in others) / whole
    excess = math.fsum(o * (t / o - mean) ** 2 for t, o in others) - (len(others) - 1) * mean
    variance = max(0.0, excess / spread) if spread > 0 else 0.0
    if not variance:
        return mean
    weight = mean / variance
    return (not_negative("talks", talks) + weight * mean) / (orders + weight)


def adjusted_by_count(counted):
    """Return Benjamini and Hochberg's adjusted p-values of values that each stand for many tests.

    :param counted: pairs (p from 0 to 1, how many tests have it)
    :raise ValueError: outside those ranges
    """
    counted = [(within("p", p, 0, 1), not_negative("count", n)) for p, n in counted]
    order = sorted(range(len(counted)), key=lambda place: counted[place][0], reverse=True)
    tests = below = sum(n for _p, n in counted)
    adjusted, least = [0.0] * len(counted), 1.0
    for place in order:
        p, n = counted[place]
        least = min(least, p * tests / below) if below else least
        adjusted[place] = least
        below -= n
    return adjusted


def pair_p(x0, x1, y, peers, t0=1.0, t1=1.0):
    """The p-value of "sales rose and nobody talked": the larger of both (Berger 1982).

    1 where the ratio is below 1.2 or more than one talk was held.

    :param peers: :class:`Peers`
    """
    ratio = growth_ratio(x0, x1, t0, t1)
    if y > MAX_TALKS or (ratio is not None and ratio < MIN_RATIO):
        return 1.0
    return max(growth_p(x0, x1, t0, t1), deficit_p(y, peers.rate * x1, peers.size))


def z_scores(values):
    """Return how many standard deviations each value lies from the mean; 0 if all are equal.

    :return: None with fewer than three values
    """
    values = list(values)
    if len(values) < 3:
        return None
    mean = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    return [(value - mean) / spread if spread else 0.0 for value in values]
