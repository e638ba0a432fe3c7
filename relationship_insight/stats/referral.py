"""What referrals bring: the K-factor with its interval, and differences of means."""

import math

from .checks import not_negative, open_unit, positive
from .intervals import Interval, rate_interval
from .special import normal_quantile


def k_factor(counts, level=0.95):
    """New customers each customer brings in a period, with its interval.

    K = invitations per customer times the share of them that buys = friends who bought per
    customer. Above 1 a shop would grow by friends alone; claim that only of two periods.

    :param counts: dict {friends who bought: customers who brought so many}, 0 included
    :param level: confidence, strictly between 0 and 1
    :return: Interval of :func:`.intervals.rate_interval`, or None without a customer. A bootstrap
        holds too seldom with few customers, of whom hardly any brought anybody.
    :raise ValueError: on negative counts or a bad level
    """
    for value, number in counts.items():
        not_negative("friends", value)
        not_negative("customers", number)
    total = sum(counts.values())
    if not total:
        return None
    return rate_interval(
        total,
        sum(value * number for value, number in counts.items()),
        sum(value * value * number for value, number in counts.items()),
        level,
    )


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
