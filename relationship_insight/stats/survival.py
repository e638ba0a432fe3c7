"""How long something takes when it has not yet happened to everybody: survival curves.

Times are in days. What is known of a group is a list of ``(time, events, censored)``: to so many it
happened after that time, so many others were last looked at then without it having happened.
"""

import math
from typing import NamedTuple

from .checks import not_negative, open_unit
from .intervals import Interval, newcombe
from .special import normal_quantile


class Step(NamedTuple):
    """From this time on: the share to whom it has not happened, its interval, how many are left."""

    time: float
    survival: float
    low: float
    high: float
    at_risk: int


class LogRank(NamedTuple):
    """Whether two curves differ: chi-squared (1 degree of freedom), p, first group's events."""

    chi2: float
    p_value: float
    observed: int
    expected: float


class Matched(NamedTuple):
    """Difference of two shares among alike customers; both shares, and who could be matched."""

    difference: Interval
    one: float
    other: float
    n_one: int
    n_other: int
    strata: int


def kaplan_meier(counts, level=0.95):
    """Share to whom it has not happened yet, with a pointwise log-log interval.

    :param counts: iterable of (time, events, censored), times 0 or above, in any order, may repeat
    :param level: confidence, strictly between 0 and 1
    :return: list of :class:`Step`, one at each time with an event; empty without any
    :raise ValueError: on negative numbers or a bad level
    Sources: Kaplan & Meier 1958, JASA 53:457; Greenwood 1926; Kalbfleisch & Prentice 2002, The
    Statistical Analysis of Failure Time Data, 1.4 (log-log). While nobody, or after everybody, has
    had the event the interval is the estimate itself.
    """
    z = normal_quantile(0.5 + open_unit("level", level) / 2)
    table = _tabulate(counts)
    left = sum(events + censored for _time, events, censored in table)
    survival, spread, steps = 1.0, 0.0, []
    for time, events, censored in table:
        if events:
            survival *= 1 - events / left
            spread = spread + events / (left * (left - events)) if left > events else math.inf
            steps.append(Step(time, survival, *_log_log(survival, spread, z), left))
        left -= events + censored
    return steps


def time_until(steps, share=0.5):
    """Return the time by which it has happened to this share, with its interval; None: not yet.

    :param steps: of :func:`kaplan_meier`
    :param share: strictly between 0 and 1; 0.5 gives the median
    :return: Interval of (time, earliest, latest), each None where the curve doesn't get there
    :raise ValueError: on a bad share
    Source: Brookmeyer & Crowley 1982, Biometrics 38:29 (inverting the pointwise interval).
    """
    rest = 1 - open_unit("share", share)

    def first(name):
        return next((step.time for step in steps if getattr(step, name) <= rest + 1e-12), None)

    return Interval(first("survival"), first("low"), first("high"))


def share_by(steps, time):
    """Return the share to whom it has happened by this time, as Interval.

    :param steps: of :func:`kaplan_meier`
    """
    past = [step for step in steps if step.time <= time]
    if not past:
        return Interval(0.0, 0.0, 0.0)
    last = past[-1]
    return Interval(1 - last.survival, 1 - last.high, 1 - last.low)


def log_rank(one, other):
    """Test whether two groups' curves differ anywhere; every time counts alike.

    :param one: iterable of (time, events, censored), as for :func:`kaplan_meier`
    :param other: the other group's
    :return: LogRank, or None without an event, or where all events fell when one group was left
    :raise ValueError: on negative numbers
    Sources: Mantel 1966, Cancer Chemotherapy Reports 50:163; Peto & Peto 1972, JRSS A 135:185.
    """
    mine, theirs = _tabulate(one), _tabulate(other)
    n1 = sum(events + censored for _time, events, censored in mine)
    n2 = sum(events + censored for _time, events, censored in theirs)
    first, second = ({time: rest for time, *rest in table} for table in (mine, theirs))
    observed, expected, variance = 0, 0.0, 0.0
    for time in sorted(first.keys() | second.keys()):
        d1, c1 = first.get(time, (0, 0))
        d2, c2 = second.get(time, (0, 0))
        n, d = n1 + n2, d1 + d2
        if d:
            observed += d1
            expected += d * n1 / n
            if n > 1:
                variance += d * n1 * n2 * (n - d) / (n * n * (n - 1))
        n1 -= d1 + c1
        n2 -= d2 + c2
    if not variance:
        return None
    chi2 = (observed - expected) ** 2 / variance
    return LogRank(chi2, math.erfc(math.sqrt(chi2 / 2)), observed, expected)


def matched_difference(strata, level=0.95):
    """Difference of two shares among customers who are otherwise alike.

    Each stratum weighs n1 n2 / (n1 + n2), as Mantel and Haenszel have it: much where both groups
    have many. A stratum of one group alone has nothing to compare with and is left out. The
    interval is Newcombe's, of the weighted shares and the numbers they are worth.

    :param strata: iterable of (k1, n1, k2, n2): successes and customers of both groups
    :param level: confidence, strictly between 0 and 1
    :return: Matched, or None where nobody can be matched
    :raise ValueError: where k is not between 0 and n, or on a bad level
    Sources: Mantel & Haenszel 1959, JNCI 22:719; Yan & Su 2010, Statistics in Biopharmaceutical
    Research 2:259, with their weights as in Kim & Won 2013 (stratified Newcombe).
    """
    cells = []
    for k1, n1, k2, n2 in strata:
        for k, n in ((k1, n1), (k2, n2)):
            if not 0 <= not_negative("successes", k) <= not_negative("customers", n):
                raise ValueError(f"{k!r} of {n!r} is no share")
        if n1 and n2:
            cells.append((k1, n1, k2, n2, n1 * n2 / (n1 + n2)))
    if not cells:
        return None
    total = sum(cell[4] for cell in cells)
    one = sum(weight * k1 / n1 for k1, n1, _k2, _n2, weight in cells) / total
    other = sum(weight * k2 / n2 for _k1, _n1, k2, n2, weight in cells) / total
    # What the weighted shares are worth: as precise as shares of so many customers.
    worth1 = 1 / sum((weight / total) ** 2 / n1 for _k1, n1, _k2, _n2, weight in cells)
    worth2 = 1 / sum((weight / total) ** 2 / n2 for _k1, _n1, _k2, n2, weight in cells)
    return Matched(
        newcombe(min(one, 1.0) * worth1, worth1, min(other, 1.0) * worth2, worth2, level),
        one,
        other,
        sum(cell[1] for cell in cells),
        sum(cell[3] for cell in cells),
        len(cells),
    )


def _tabulate(counts):
    """Sum up by time, in its order."""
    table = {}
    for time, events, censored in counts:
        not_negative("time", time)
        row = table.setdefault(time, [0, 0])
        row[0] += not_negative("events", events)
        row[1] += not_negative("censored", censored)
    return [(time, *table[time]) for time in sorted(table)]


def _log_log(survival, spread, z):
    """Ends of the interval of a survival share with this relative variance (Greenwood's sum)."""
    if not 0 < survival < 1 or math.isinf(spread):
        return survival, survival
    half = z * math.sqrt(spread) / math.log(survival)
    return survival ** math.exp(-half), survival ** math.exp(half)
