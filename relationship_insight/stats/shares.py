"""How many customers are of each class, those not placed included, and how sure that is.

A total is the customers placed in a class, as counted, and what is foreseen of all the others: it
is never below the count beside it, and the four add up to all customers. So a placed customer
counts where the rule placed them (from 60 % sure on), even where that will prove wrong for some;
taking them out again would call fewer customers loyal than are listed by name.

Of the others, adding up the chances of single customers would take feelings and buying as
independent, and pull everybody towards the average: where the two go together the sum is wrong by
several points. Here the two dimensions of the town itself are estimated, with the noise of answers
and purchases taken out: means, spreads and the correlation of two normal scores.
Source: Royall 1970, Biometrika 57:377 (a total is the observed part and the predicted rest).
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
# Constants were fitted to the town as well, and no town is as smooth as its model: totals scatter
# by more than chance alone (tests/simulate/sim_shares.py).
FITTED = 1.25
# The others' shares can be wrong by as much because they aren't like those who answered, which no
# number of customers averages out.
MISFIT = 0.012
# Steps for the slopes of a sum over customers along means, spreads and correlation.
_SLOPE = 0.02
_STEP = 0.25
_SCORES = [_STEP * step for step in range(-13, 14)]
# Gauss-Legendre, eight points.
_NODES = (
    (0.1834346424956498, 0.3626837833783620),
    (0.5255324099163290, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745),
    (0.9602898564975363, 0.1012285362903763),
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


class Unsure(NamedTuple):
    """``n`` customers alike who were judged and placed nowhere: :class:`Score`, R and attitude."""

    n: int
    score: Score
    R: float
    o: float


class Town(NamedTuple):
    """Means, spreads and correlation of attitude (0 is the threshold) and buying."""

    feel: float
    buy: float
    feel_spread: float
    buy_spread: float
    rho: float


class ClassTotals(NamedTuple):
    """Customers of each class with their intervals; how attitude and buying correlate."""

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
    above = (
        (lambda rate: gamma_q(r, rate) > tail)
        if score > 0
        else (lambda rate: gamma_p(r, rate) < tail)
    )
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
        for score, rate in zip(_SCORES, _rates(r), strict=True)
    ]
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    total = math.fsum(weights)
    mean = math.fsum(w * z for w, z in zip(weights, _SCORES, strict=True)) / total
    square = math.fsum(w * z * z for w, z in zip(weights, _SCORES, strict=True)) / total
    reliability = min(max(1 - (square - mean * mean), 0.0), 1.0)
    return Score(mean, reliability, line)


def class_totals(placed, rows, unsure, others, replicates=REPLICATES, level=0.95, seed=1):
    """Customers of each class: those placed there, and how many of the others belong there.

    Attitude and buying are normal scores with free means, spreads and correlation (a Gaussian
    copula). Of one customer both are known with noise of known size, so the sums over customers
    are corrected for it. Customers are drawn anew in random groups, all alike in distribution.
    Who was judged and not placed is foreseen by what they told and bought, who can't be judged
    by those who can, weighted to be like them.

    :param placed: how many customers are placed in each class, in the order of ``ClassTotals``
    :param rows: (group, :class:`Score`, :class:`Told`, :class:`Told` weighted to be like the
        ``others``) of all who can be judged, any number a group
    :param unsure: list of :class:`Unsure`
    :param others: how many customers can't be judged
    :param replicates: resamples, at least 100
    :param level: confidence, strictly between 0 and 1
    :param seed: of the random numbers, so that the same data give the same interval
    :return: :class:`ClassTotals`, or None where nothing can be told
    :raise ValueError: on too few replicates, a bad level or a negative number of others
    Sources: Fuller 1987, Measurement Error Models, ch. 1 (known error variances); Efron &
    Tibshirani 1993, An Introduction to the Bootstrap, ch. 13 (percentiles).
    """
    if replicates < 100:
        raise ValueError("an interval needs at least 100 replicates")
    not_negative("others", others)
    tail = (1 - open_unit("level", level)) / 2
    groups = {}
    for group, score, told, alike in rows:
        sums = groups.setdefault(group, [0.0] * 28)
        for place, value in enumerate(_sums(score, told) + _sums(score, alike)):
            sums[place] += value
    groups = [groups[key] for key in sorted(groups)]
    whole = [math.fsum(column) for column in zip(*groups, strict=True)]
    if not whole or not _tells(whole, others):
        return None
    town = _town(whole[:14])
    sure, slopes, scatter = _foresee(unsure, town)
    totals = [
        count + among + others * share
        for count, among, share in zip(placed, sure, _shares_of(whole[14:], others), strict=True)
    ]
    rng = random.Random(seed)
    draws = []
    for _replicate in range(replicates):
        drawn = [sum(column) for column in zip(*rng.choices(groups, k=len(groups)), strict=True)]
        if not _tells(drawn, others):
            continue
        moved = [new - old for new, old in zip(_town(drawn[:14]), town, strict=True)]
        draws.append(
            [
                count
                + _scatter(among + sum(map(float.__mul__, slope, moved)), noise, others, share, rng)
                for count, among, slope, noise, share in zip(
                    placed, sure, slopes, scatter, _shares_of(drawn[14:], others), strict=True
                )
            ]
        )
    # Percentiles of few groups are too near to each other: as Student's t to the normal.
    wider = 1.0
    if len(groups) > 2:
        wider = t_quantile(1 - tail, len(groups) - 1) / normal_quantile(1 - tail)
    rest = sum(cell.n for cell in unsure) + others
    intervals = []
    for place, (total, count) in enumerate(zip(totals, placed, strict=True)):
        column = sorted(draw[place] for draw in draws) or [total]
        low, high = (column[min(len(column) - 1, int(at * len(column)))] for at in (tail, 1 - tail))
        intervals.append(
            Interval(
                total,
                max(count, total - max(0.0, total - low) * wider),
                min(count + rest, total + max(0.0, high - total) * wider),
            )
        )
    return ClassTotals(*intervals, town.rho)


def whole_numbers(placed, totals):
    """Round estimated totals so that they still add up, and none falls below who is placed.

    :param placed: whole numbers; ``totals`` add up to one and none is below its ``placed``
    """
    rounded = [
        max(count, math.floor(total + 1e-9)) for count, total in zip(placed, totals, strict=True)
    ]
    short = round(math.fsum(totals)) - sum(rounded)
    by_rest = sorted(range(len(totals)), key=lambda place: rounded[place] - totals[place])
    for place in by_rest[:short]:
        rounded[place] += 1
    return rounded


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
                -(h * h - 2 * h * k * sine + k * k) / (2 * (1 - sine * sine))
            )
    return normal_cdf(h) * normal_cdf(k) + angle * total / (2 * math.pi)


def _sums(score, told):
    g, B, line = score
    w, R, Ro, RR, square = told
    return (
        w,
        R,
        Ro,
        RR,
        square,
        w * B,
        w * g,
        w * B * B,
        w * (g * g - B * (1 - B)),
        R * B,
        Ro * g,
        Ro * B,
        R * g,
        w * line,
    )


def _tells(sums, others):
    """Is something known of feelings and buying, of the judged and of those like the others?"""
    return all(sums[at + 1] > 0 and sums[at + 5] > 0 for at in ((0, 14) if others else (0,)))


def _scatter(among, noise, others, share, rng):
    """How many of those not placed are of a class, as it falls out for these very customers."""
    among = max(0.0, among + rng.gauss(0, noise))
    wrong = math.hypot(FITTED * math.sqrt(others * max(share * (1 - share), 0.0)), MISFIT * others)
    return among + min(max(others * share + rng.gauss(0, wrong), 0.0), others)


def _town(sums):
    _w, R, Ro, RR, square, B, Bb, BB, b_square, RB, RoBb, RoB, RBb, _line = sums
    feel, buy = Ro / R, Bb / B
    feel_spread = math.sqrt(max(square / RR - feel * feel, LEAST_VARIANCE))
    buy_spread = math.sqrt(max(b_square / BB - buy * buy, LEAST_VARIANCE))
    together = (RoBb - feel * RBb - buy * RoB) / RB + feel * buy
    rho = together / (feel_spread * buy_spread)
    return Town(
        feel, buy, feel_spread, buy_spread, min(max(rho, -MOST_CORRELATION), MOST_CORRELATION)
    )


def _shares_of(sums, others):
    if not others:
        return (0.0,) * 4
    town, line = _town(sums), sums[13] / sums[0]
    return _quadrants(town.feel / town.feel_spread, (town.buy - line) / town.buy_spread, town.rho)


def _foresee(unsure, town):
    """Return sums of chances over the unsure, their slopes along ``town``, and their scatter."""
    sums, variances = [0.0] * 4, [0.0] * 4
    slopes = [[0.0] * len(town) for _class in sums]
    for cell in unsure:
        chances = _chances(cell, town)
        for place, chance in enumerate(chances):
            sums[place] += cell.n * chance
            variances[place] += cell.n * chance * (1 - chance)
        for along, value in enumerate(town):
            step = _SLOPE if value + _SLOPE <= MOST_CORRELATION else -_SLOPE
            moved = _chances(cell, Town(*town[:along], value + step, *town[along + 1 :]))
            for place, chance in enumerate(chances):
                slopes[place][along] += cell.n * (moved[place] - chance) / step
    return sums, slopes, [FITTED * math.sqrt(variance) for variance in variances]


def _chances(cell, town):
    """Chances of the classes by what a customer told and bought, in a town like this."""
    _n, (mean, B, line), R, o = cell
    feel, buy, feel_spread, buy_spread, rho = town
    told, bought = R / max(1 - R, 1e-3), B / max(1 - B, 1e-3)
    b = mean / B if B else 0.0
    left = 1 - rho * rho
    one = 1 / (feel_spread * feel_spread * left) + told
    two = 1 / (buy_spread * buy_spread * left) + bought
    both = -rho / (feel_spread * buy_spread * left)
    size = one * two - both * both
    x_var, y_var, xy = two / size, one / size, -both / size
    x_pull, y_pull = told * (o - feel), bought * (b - buy)
    x, y = feel + x_var * x_pull + xy * y_pull, buy + xy * x_pull + y_var * y_pull
    return _quadrants(
        x / math.sqrt(x_var), (y - line) / math.sqrt(y_var), xy / math.sqrt(x_var * y_var)
    )


def _quadrants(h, k, rho):
    attached, often = normal_cdf(h), normal_cdf(k)
    true = min(max(binormal(h, k, rho), 0.0), attached, often)
    true = max(true, attached + often - 1)
    return true, attached - true, often - true, 1 - attached - often + true
