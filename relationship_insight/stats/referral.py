"""What referrals bring: the K-factor with a bootstrap interval, and differences of means."""

import math
import random

from .checks import not_negative, open_unit, positive
from .intervals import Interval
from .special import normal_quantile


def k_factor(counts, replicates=1000, level=0.95, seed=1):
    """New customers each customer brings in a period, with a percentile bootstrap interval.

    K = invitations per customer times the share of them that buys = friends who bought per
    customer. Above 1 a shop would grow by friends alone; claim that only of two periods.

    :param counts: dict {friends who bought: customers who brought so many}, 0 included
    :param replicates: resamples of the customers, at least 100
    :param level: confidence, strictly between 0 and 1
    :param seed: of the random numbers, so that the same data give the same interval
    :return: Interval, or None without a customer
    :raise ValueError: on negative counts, a bad level or too few replicates
    Sources: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentiles);
    each customer is drawn a Poisson(1) number of times, so those of one count together a Poisson
    number (Chamandy et al. 2012, Estimating Uncertainty for Massive Data Streams).
    """
    cells = [(int(value), int(number)) for value, number in sorted(counts.items())]
    for value, number in cells:
        not_negative("friends", value)
        not_negative("customers", number)
    total = sum(number for _value, number in cells)
    if replicates < 100:
        raise ValueError("an interval needs at least 100 replicates")
    tail = (1 - open_unit("level", level)) / 2
    if not total:
        return None
    estimate = sum(value * number for value, number in cells) / total
    rng = random.Random(seed)
    draws = sorted(_draw(cells, rng) for _replicate in range(replicates))
    low, high = (draws[min(replicates - 1, int(share * replicates))] for share in (tail, 1 - tail))
    return Interval(estimate, min(low, estimate), max(high, estimate))


def _draw(cells, rng):
    """Mean of one resample."""
    drawn = [(value, _poisson(number, rng)) for value, number in cells]
    total = sum(times for _value, times in drawn)
    return sum(value * times for value, times in drawn) / total if total else 0.0


def _poisson(mean, rng):
    """A Poisson number: by its product of uniforms, from 100 on by the normal."""
    if mean >= 100:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    bound, product, times = math.exp(-mean), rng.random(), 0
    while product > bound:
        product *= rng.random()
        times += 1
    return times


def mean_difference(n1, mean1, sd1, n2, mean2, sd2, level=0.95):
    """Difference of two independent means with its large-sample interval.

    :param n1: answers in the first group, at least 2; ``sd1`` their standard deviation
    :raise ValueError: on too few answers, a negative deviation or a bad level
    Source: Welch 1947, Biometrika 34:28, with the normal in place of Student's t.
    """
    if min(n1, n2) < 2:
        raise ValueError("a difference needs at least two answers in each group")
    spread = not_negative("sd1", sd1) ** 2 / positive("n1", n1)
    spread += not_negative("sd2", sd2) ** 2 / positive("n2", n2)
    half = normal_quantile(0.5 + open_unit("level", level) / 2) * math.sqrt(spread)
    return Interval(mean1 - mean2, mean1 - mean2 - half, mean1 - mean2 + half)
