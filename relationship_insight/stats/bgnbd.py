"""Will the customer buy again, and how often: BG/NBD and its modified form, MBG/NBD.

A customer buys at a rate of their own until they drop out. BG/NBD lets them drop out after
each repeat purchase, so one who never repeated counts as alive for ever; MBG/NBD also lets
them drop out right after the first, which is why the chance shown to people is MBG's. All
functions take ``modified=True`` for MBG/NBD. x is the number of repeat purchases, t_x the time
from the first to the last, T the time from the first to now; any one unit of time will do.

Sources: Fader, Hardie & Lee 2005, Marketing Science 24:275 (BG/NBD); Batislam, Denizel &
Filiztekin 2007, IJRM 24:201, and Wagner & Hoppe 2008 (MBG/NBD).
"""

import math
from collections import defaultdict
from typing import NamedTuple

from .checks import finite, not_negative, positive
from .optimise import nelder_mead
from .special import hyp2f1

_LOG_LIMIT = 12.0
_SINGULAR = 1e-6
# Histories of the first, coarse search, which finds where the full one starts.
_COARSE = 1500
# Where hardly anyone drops out, a and b grow together on a ridge of equal likelihood. From b of
# about 400 on, points that differ by less than this are told apart by no data.
_RIDGE = 6.0
_FLAT = 0.02


class BGNBD(NamedTuple):
    """Fitted parameters; alpha is in the unit of time of the data."""

    r: float
    alpha: float
    a: float
    b: float
    loglik: float
    converged: bool


def alive(x, t_x, T, r, alpha, a, b, modified=False):
    """Chance (0 to 1) that the customer has not dropped out.

    :raise ValueError: unless 0 <= t_x <= T, x >= 0 and all parameters are above 0
    """
    _check_history(x, t_x, T)
    _check_parameters(r, alpha, a, b)
    if not modified and not x:
        return 1.0
    odds = math.log(a / (b + x - (not modified)))
    odds += (r + x) * math.log((alpha + T) / (alpha + t_x))
    return math.exp(-_softplus(odds))


def expected_purchases(t, x, t_x, T, r, alpha, a, b, modified=False):
    """Purchases expected in the next ``t`` units of time, given the history.

    :param t: length of the period ahead, 0 or above
    :raise ValueError: as :func:`alive`, or on a negative ``t``

    The sources multiply 2F1(r+x, b+x; a+b+x-1; z) by (1-z)^(r+x), z = t/(alpha+T+t), which
    overflows for frequent buyers. Euler's transformation (Abramowitz & Stegun 15.3.3) gives
    the same product as (1-z)^(a-1) 2F1(a-1, a+b-1-r; a+b+x-1; z), which does not.
    """
    not_negative("t", t)
    still = alive(x, t_x, T, r, alpha, a, b, modified)
    if not t:
        return 0.0
    if abs(a - 1) < _SINGULAR:
        a = 1 + _SINGULAR
    extra = 0 if modified else 1
    c = a + b + x - extra
    if abs(c) < _SINGULAR:
        b += _SINGULAR
        c = a + b + x - extra
    z = t / (alpha + T + t)
    log_rest = math.log((alpha + T) / (alpha + T + t))
    series = hyp2f1(a - 1, a + b - extra - r, c, z)
    return still * c / (a - 1) * (1 - math.exp((a - 1) * log_rest) * series)


def loglik(rows, r, alpha, a, b, modified=False):
    """Log-likelihood of histories.

    :param rows: (x, t_x, T, count), count = customers alike
    :raise ValueError: on bad rows or parameters
    """
    _check_parameters(r, alpha, a, b)
    return _loglik_function(_checked(rows), modified)(r, alpha, a, b)


def fit(rows, modified=False):
    """Fit by maximum likelihood.

    :param rows: (x, t_x, T, count); collapse equal histories first, time is spent per row
    :raise ValueError: on bad rows, or when nobody bought again or nobody was observed

    Where the data show no drop-out the likelihood has a ridge instead of a peak; the search then
    ends on it, less than 0.02 in log-likelihood from the points around.
    """
    rows = _checked(rows)
    if not any(x for x, _t_x, _T, _count in rows):
        raise ValueError("the model needs at least one repeat purchase")
    # Time scaled to a longest history of 10, so that one start suits days, weeks and years.
    scale = 10 / max(T for _x, _t_x, T, _count in rows)
    rows = [(x, t_x * scale, T * scale, count) for x, t_x, T, count in rows]
    start, step = [-1.0, 0.0, -0.3, 0.5], 0.5
    few = rows[:: len(rows) // _COARSE] if len(rows) >= 2 * _COARSE else rows
    if few is not rows and any(x for x, _t_x, _T, _count in few):
        start, step = _search(few, modified, start, step, 1e-8).x, 0.1
    found = _search(rows, modified, start, step, 1e-13)
    r, alpha, a, b = map(math.exp, found.x)
    # Shrinking time by the scale multiplies the density of each repeat by 1 / scale.
    repeats = math.fsum(x * count for x, _t_x, _T, count in rows)
    value = -found.value + repeats * math.log(scale)
    return BGNBD(r, alpha / scale, a, b, value, found.converged)


def _search(rows, modified, start, step, tolerance):
    """Find the logarithms of the parameters that suit ``rows`` best."""
    function = _loglik_function(rows, modified)

    def loss(point):
        if max(map(abs, point)) > _LOG_LIMIT:
            return math.inf
        return -function(*map(math.exp, point))

    def on_ridge(simplex):
        return simplex[-1][0] - simplex[0][0] < _FLAT and all(
            point[3] > _RIDGE for _value, point in simplex
        )

    return nelder_mead(loss, start, step=step, tolerance=tolerance, settled=on_ridge)


def _softplus(z):
    """ln(1 + e^z) without overflow."""
    return z if z > 36 else math.log1p(math.exp(z))


def _check_parameters(r, alpha, a, b):
    for name, value in (("r", r), ("alpha", alpha), ("a", a), ("b", b)):
        positive(name, value)


def _check_history(x, t_x, T):
    not_negative("x", x)
    if not 0 <= finite("t_x", t_x) <= finite("T", T):
        raise ValueError(f"t_x must be between 0 and T, not {t_x!r}")


def _checked(rows):
    rows = list(rows)
    for x, t_x, T, count in rows:
        _check_history(x, t_x, T)
        positive("count", count)
    return rows


def _loglik_function(rows, modified):
    """Prepare a function of (r, alpha, a, b) that only does the work left to do per row.

    Gamma functions depend on x alone and logarithms on one time alone, so both are taken once
    per distinct value. With A3 taken out of the bracket, a row leaves ln(1 + e^z).
    """
    by_x, by_T = defaultdict(float), defaultdict(lambda: [0.0, 0.0])
    for x, _t_x, T, count in rows:
        by_x[x] += count
        by_T[T][0] += count
        by_T[T][1] += count * x
    # In BG/NBD the bracket's second part exists only for those who bought again.
    mixed = [row for row in rows if modified or row[0]]
    xs, x_index = _index(x for x, _t_x, _T, _count in mixed)
    early, early_index = _index(t_x for _x, t_x, _T, _count in mixed)
    late, late_index = _index(T for _x, _t_x, T, _count in mixed)
    mixed = [(x_index[x], early_index[t_x], late_index[T], count) for x, t_x, T, count in mixed]
    counts = list(by_x.items())
    times = [(T, customers, repeats) for T, (customers, repeats) in by_T.items()]
    total = sum(by_x.values())
    shift = 1 if modified else 0
    exp, log, log1p, lgamma = math.exp, math.log, math.log1p, math.lgamma

    def function(r, alpha, a, b):
        value = total * (r * log(alpha) - lgamma(r) + lgamma(a + b) - lgamma(b))
        value += sum(
            count * (lgamma(r + x) + lgamma(b + x + shift) - lgamma(a + b + x + shift))
            for x, count in counts
        )
        value -= sum((r * customers + repeats) * log(alpha + T) for T, customers, repeats in times)
        power = [r + x for x in xs]
        odds = [log(a) - log(b + x - 1 + shift) for x in xs]
        log_early = [log(alpha + t_x) for t_x in early]
        log_late = [log(alpha + T) for T in late]
        rest = 0.0
        for i, j, k, count in mixed:
            z = odds[i] + power[i] * (log_late[k] - log_early[j])
            rest += count * (z if z > 36 else log1p(exp(z)))
        return value + rest

    return function


def _index(values):
    distinct = sorted(set(values))
    return distinct, {value: place for place, value in enumerate(distinct)}
