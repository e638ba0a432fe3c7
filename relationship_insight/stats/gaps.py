"""Rhythm of purchases: gaps between purchase days, clumpiness, half-life of the memory."""

import math
from itertools import pairwise
from statistics import mean, median, stdev
from typing import NamedTuple

from .checks import finite, positive

MIN_GAPS_FOR_CV = 3
HALF_LIFE_GAPS = 4
HALF_LIFE_MIN = 30
HALF_LIFE_MAX = 365


class Gaps(NamedTuple):
    """Gaps in days; None where there are too few of them."""

    n: int
    mean: float | None
    median: float | None
    cv: float | None
    regularity: float | None
    recency: float
    overdue: float | None


def gap_statistics(days, asof):
    """Describe the gaps between purchase days of one customer.

    ``recency`` is the days since the last purchase, ``overdue`` recency / median gap (1 = due
    today), ``cv`` sample standard deviation / mean (from 3 gaps), ``regularity``
    1 / (1 + cv), from 0 to 1.

    :param days: day numbers, in any order; doubles count once
    :param asof: day number of the report
    :raise ValueError: on no purchase or one after ``asof``
    """
    events = sorted(set(days))
    if not events:
        raise ValueError("days must hold at least one purchase")
    recency = finite("asof", asof) - events[-1]
    if recency < 0:
        raise ValueError("days must not be later than asof")
    gaps = [later - earlier for earlier, later in pairwise(events)]
    if not gaps:
        return Gaps(0, None, None, None, None, recency, None)
    cv = stdev(gaps) / mean(gaps) if len(gaps) >= MIN_GAPS_FOR_CV else None
    regularity = None if cv is None else 1 / (1 + cv)
    usual = median(gaps)
    return Gaps(len(gaps), mean(gaps), usual, cv, regularity, recency, recency / usual)


def clumpiness(events, N):
    """Clumpiness C of events in a period, from 0 (evenly spread) to 1 (all at once).

    :param events: distinct whole periods, each from 1 to ``N``
    :param N: periods observed, such as days
    :raise ValueError: on no event, a double one or one out of range
    Source: Zhang, Bradlow & Small 2015, Marketing Science 34:195 (entropy measure):
    1 + sum x ln x / ln(n + 1), x the n + 1 gaps including both ends, divided by N + 1.
    """
    positive("N", N)
    events = sorted(events)
    if not events:
        raise ValueError("events must hold at least one event")
    if events[0] < 1 or events[-1] > N or len(set(events)) < len(events):
        raise ValueError("events must be distinct and between 1 and N")
    marks = [0, *events, N + 1]
    shares = [(later - earlier) / (N + 1) for earlier, later in pairwise(marks)]
    return 1 + math.fsum(share * math.log(share) for share in shares) / math.log(len(shares))


def half_life(median_gap):
    """Half-life H_B in days of a segment's purchases: 4 median gaps, from 30 to 365.

    :param median_gap: median days between purchases, None if nobody bought again (then 365:
        with no rhythm known, forget slowly)
    :raise ValueError: on a gap of 0 or less
    """
    if median_gap is None:
        return float(HALF_LIFE_MAX)
    wanted = HALF_LIFE_GAPS * positive("median_gap", median_gap)
    return float(min(max(wanted, HALF_LIFE_MIN), HALF_LIFE_MAX))
