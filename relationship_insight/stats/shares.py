"""How many customers are of each class: shares of a population and how sure they are.

Adding up the chances of single customers takes feelings and buying as independent, and pulls
everybody towards the average: where the two go together the sum is wrong by several points.
Here the two dimensions of the town itself are estimated, with the noise of answers and purchases
taken out: means, spreads and the correlation of two normal scores, from sums over the customers.
"""

import functools
import math
import random
from typing import NamedTuple

from .checks import not_negative, open_unit, positive
from .intervals import Interval
from .special import gamma_p, gamma_q, normal_cdf, normal_quantile, t_quantile

REPLICATES = 400
# Spread is never taken for less than this part of what is usual, nor correlation for perfect.
LEAST_VARIANCE = 0.05
MOST_CORRELATION = 0.98
# Part of the binomial variance by which a town's own customers differ from the smooth picture.
UNEXPLAINED = 0.25
_STEP = 0.25
_SCORES = [_STEP * step for step in range(-13, 14)]
# Gauss-Legendre, eight points.
_NODES = (
    (0.1834346424956498, 0.3626837833783620), (0.5255324099163290, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745), (0.9602898564975363, 0.1012285362903763),
)


class Score(NamedTuple):
    """What purchases say of a customer: mean normal score among the customers, its reliability.

    The mean is that of the posterior, so it is the score times the reliability (0 to 1).
    ``line`` is the score of who buys just often enough.
    """

    mean: float
    reliability: float
    line: float


class Told(NamedTuple):
    """Sums over customers who buy alike, of weight w, reliability R and attitude o.

    ``o`` is what a customer told, less the threshold, in standard deviations between customers;
    R = n / (n + kappa) with the customer's effective number of answers n. ``square`` sums
    w (R^2 o^2 - R (1 - R)), the square of the attitude without the noise of the answers.
    """

    w: float
    R: float
    Ro: float
    RR: float
    square: float


class ClassShares(NamedTuple):
    """Shares of the classes with their intervals, and how attitude and buying correlate."""

    true: Interval
    latent: Interval
    spurious: Interval
    low: Interval
    correlation: float


@functools.lru_cache(maxsize=64)
def _rates(r):
    """Rates (in 1/alpha) at normal scores: the score of a customer among all of them."""
    return tuple(_gamma_quantile(score, r) for score in _SCORES)


def _gamma_quantile(score, r):
    tail = normal_cdf(-abs(score))
    above = (lambda rate: gamma_q(r, rate) > tail) if score > 0 else (
        lambda rate: gamma_p(r, rate) < tail)
    # P(r, x) is at most x^r / G(r + 1).
    low = max((math.log(normal_cdf(score)) + math.lgamma(r + 1)) / r, -690.0)
    high = max(low, math.log(r)) + 1
    while above(math.exp(high)):
        high += 1
    for _halving in range(48):
        middle = (low + high) / 2
        low, high = (middle, high) if above(math.exp(middle)) else (low, middle)
    return math.exp(low)


def effective_exposure(x_w, T_w, half_life):
    """Purchases and days of equal weight that are as exact as the discounted ones.

    Discounted counts have a variance of rate * integral of weight^2, less than their mean.

    :raise ValueError: on negative numbers or a half-life of 0 or less
    """
    kept = 1 - not_negative("T_w", T_w) * math.log(2) / (2 * positive("half_life", half_life))
    return not_negative("x_w", x_w) / max(kept, 0.5), T_w / max(kept, 0.5)


def behaviour_score(x_w, T_w, half_life, r, alpha, theta):
    """:class:`Score` of a customer by discounted purchases, in the NBD model of ``stats.rate``.

    :raise ValueError: on negative evidence, or parameters that are not above 0
    """
    x, T = effective_exposure(x_w, T_w, half_life)
    r, alpha = positive("r", r), positive("alpha", alpha)
    chance = min(max(gamma_p(r, positive("theta", theta) * alpha), 1e-6), 1 - 1e-6)
    line = normal_quantile(chance)
    logs = [
        x * math.log(max(rate, 1e-300)) - rate * T / alpha - score * score / 2
        for score, rate in zip(_SCORES, _rates(r), strict=True)]
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    total = math.fsum(weights)
    mean = math.fsum(w * z for w, z in zip(weights, _SCORES, strict=True)) / total
    square = math.fsum(w * z * z for w, z in zip(weights, _SCORES, strict=True)) / total
    reliability = min(max(1 - (square - mean * mean), 0.0), 1.0)
    return Score(mean, reliability, line)


def class_shares(rows, replicates=REPLICATES, level=0.95, seed=1):
    """Shares of the classes among customers, with a bootstrap interval over the customers.

    Attitude and buying are normal scores with free means, spreads and correlation (a Gaussian
    copula). Of one customer both are known with noise of known size, so the sums over customers
    are corrected for it. Customers are drawn anew in random groups, all alike in distribution.

    :param rows: (group, :class:`Score`, :class:`Told`), any number a group
    :param replicates: resamples, at least 100
    :param level: confidence, strictly between 0 and 1
    :param seed: of the random numbers, so that the same data give the same interval
    :return: :class:`ClassShares`, or None where nothing can be told
    :raise ValueError: on too few replicates or a bad level
    Sources: Fuller 1987, Measurement Error Models, ch. 1 (known error variances); Efron &
    Tibshirani 1993, An Introduction to the Bootstrap, ch. 13 (percentiles).
    """
    if replicates < 100:
        raise ValueError("an interval needs at least 100 replicates")
    tail = (1 - open_unit("level", level)) / 2
    groups = {}
    for group, score, told in rows:
        sums = groups.setdefault(group, [0.0] * 14)
        for place, value in enumerate(_sums(score, told)):
            sums[place] += value
    groups = [groups[key] for key in sorted(groups)]
    whole = [math.fsum(column) for column in zip(*groups, strict=True)]
    if not whole or whole[1] <= 0 or whole[5] <= 0:
        return None
    *shares, correlation = _estimate(whole)
    rng = random.Random(seed)
    draws = []
    for _replicate in range(replicates):
        drawn = [sum(column) for column in zip(*rng.choices(groups, k=len(groups)), strict=True)]
        if drawn[1] > 0 and drawn[5] > 0:
            draws.append([_scatter(share, drawn[0], rng) for share in _estimate(drawn)[:4]])
    # Percentiles of few groups are too near to each other: as Student's t to the normal.
    wider = 1.0
    if len(groups) > 2:
        wider = t_quantile(1 - tail, len(groups) - 1) / normal_quantile(1 - tail)
    intervals = []
    for place, share in enumerate(shares):
        column = sorted(draw[place] for draw in draws)
        low, high = (column[min(len(column) - 1, int(at * len(column)))] for at in (tail, 1 - tail))
        intervals.append(Interval(
            share, max(0.0, share - max(0.0, share - low) * wider),
            min(1.0, share + max(0.0, high - share) * wider)))
    return ClassShares(*intervals, correlation)


def bounds(interval, judged, whole):
    """Least and greatest share of all customers, whatever those who can't be judged are like.

    :param interval: of the share among those who can be judged, taken as they are
    :param judged: how many these are, at most ``whole``
    :raise ValueError: on more judged than there are, or nobody
    """
    if not 0 <= judged <= positive("whole", whole):
        raise ValueError("no more customers can be judged than there are")
    known = judged / whole
    return interval.low * known, interval.high * known + 1 - known


def binormal(h, k, rho):
    """P(X < h, Y < k) of two standard normals with correlation ``rho``.

    Source: Drezner & Wesolowsky 1990, JSCS 35:101; exact to 1e-6 up to a correlation of 0.98.
    """
    angle = math.asin(rho) / 2
    total = 0.0
    for node, weight in _NODES:
        for sign in (-1, 1):
            sine = math.sin(angle * (1 + sign * node))
            total += weight * math.exp(
                -(h * h - 2 * h * k * sine + k * k) / (2 * (1 - sine * sine)))
    return normal_cdf(h) * normal_cdf(k) + angle * total / (2 * math.pi)


def _sums(score, told):
    g, B, line = score
    w, R, Ro, RR, square = told
    return (w, R, Ro, RR, square, w * B, w * g, w * B * B, w * (g * g - B * (1 - B)),
            R * B, Ro * g, Ro * B, R * g, w * line)


def _scatter(share, n, rng):
    """The share among these very customers, which a smooth picture of the town tells but in part.

    A quarter of the binomial variance makes up for it (tests/simulate/sim_shares.py).
    """
    noise = rng.gauss(0, math.sqrt(UNEXPLAINED * max(share * (1 - share), 0.0) / n))
    return min(max(share + noise, 0.0), 1.0)


def _estimate(sums):
    w, R, Ro, RR, square, B, Bb, BB, b_square, RB, RoBb, RoB, RBb, line = sums
    feel, buy = Ro / R, Bb / B
    feel_spread = math.sqrt(max(square / RR - feel * feel, LEAST_VARIANCE))
    buy_spread = math.sqrt(max(b_square / BB - buy * buy, LEAST_VARIANCE))
    together = (RoBb - feel * RBb - buy * RoB) / RB + feel * buy
    rho = together / (feel_spread * buy_spread)
    rho = min(max(rho, -MOST_CORRELATION), MOST_CORRELATION)
    h, k = feel / feel_spread, (buy - line / w) / buy_spread
    attached, often = normal_cdf(h), normal_cdf(k)
    true = min(max(binormal(h, k, rho), 0.0), attached, often)
    return (true, attached - true, often - true, max(0.0, 1 - attached - often + true), rho)
