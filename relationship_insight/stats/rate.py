"""Behaviour score: how often a customer buys now, with old purchases counting for less.

A purchase event is a distinct day on which the customer bought; the first day opens the
relationship, every later one is a repeat. Counts of repeats are taken as Poisson with a rate
of the customer's own, rates as gamma over customers (the NBD model of Ehrenberg 1959; Morrison
& Schmittlein 1988), so a customer with little history is drawn towards the others.
"""

import math
from collections import Counter
from statistics import median
from typing import NamedTuple

from .checks import finite, not_negative, positive
from .optimise import nelder_mead
from .special import gamma_q

MIN_CUSTOMERS = 100
FALLBACK_R = 0.4
_LOG_LIMIT = 15.0


class Exposure(NamedTuple):
    """What a customer bought up to a date: plain counts and discounted ones."""

    x: int
    t_x: float
    T: float
    x_w: float
    T_w: float


class NBD(NamedTuple):
    """Gamma distribution of purchase rates: shape ``r``, rate ``alpha`` (days)."""

    r: float
    alpha: float
    loglik: float
    source: str


def exposure(days, asof, H_B):
    """Summarise the purchase days of one customer.

    ``x`` repeat days, ``t_x`` days from the first to the last of them, ``T`` days from the
    first to ``asof``, ``x_w`` repeats each weighted 2^(-age/H_B), ``T_w`` the days observed,
    discounted alike: H_B / ln 2 * (1 - 2^(-T/H_B)).

    :param days: day numbers of purchases, in any order; doubles count once
    :param asof: day number of the report; no purchase may be later
    :param H_B: half-life in days, above 0
    :raise ValueError: on no purchase, a purchase after ``asof``, or a bad half-life
    """
    positive("H_B", H_B)
    events = sorted(set(days))
    if not events:
        raise ValueError("days must hold at least one purchase")
    if events[-1] > finite("asof", asof):
        raise ValueError("days must not be later than asof")
    first, *repeats = events
    T = asof - first
    return Exposure(
        len(repeats),
        events[-1] - first,
        T,
        math.fsum(2 ** ((day - asof) / H_B) for day in repeats),
        discounted_time(T, H_B),
    )


def discounted_time(T, H_B):
    """Days observed ``T``, discounted with half-life ``H_B``: from 0 to H_B / ln 2.

    :raise ValueError: on a negative ``T`` or a half-life of 0 or less
    """
    not_negative("T", T)
    positive("H_B", H_B)
    return -H_B / math.log(2) * math.expm1(-T / H_B * math.log(2))


def purchase_rate(x_w, T_w, r, alpha):
    """Expected purchases a day: (r + x_w) / (alpha + T_w).

    :raise ValueError: if ``r`` or ``alpha`` is not above 0, or ``x_w`` or ``T_w`` is negative
    Source: posterior mean of a gamma rate (Morrison & Schmittlein 1988), discounted evidence.
    """
    not_negative("x_w", x_w)
    not_negative("T_w", T_w)
    return (positive("r", r) + x_w) / (positive("alpha", alpha) + T_w)


def probability_at_least(x_w, T_w, r, alpha, theta_B):
    """pB, the chance (0 to 1) that the customer's rate is at least ``theta_B`` purchases a day.

    :raise ValueError: as :func:`purchase_rate`, or if ``theta_B`` is not above 0
    Source: upper tail of the gamma posterior, Q(r + x_w, theta_B (alpha + T_w)).
    """
    purchase_rate(x_w, T_w, r, alpha)
    return gamma_q(r + x_w, positive("theta_B", theta_B) * (alpha + T_w))


def default_theta(customers):
    """Threshold rate: the median rate of those who bought again, or None if nobody did.

    :param customers: pairs (x, rate) of the comparison group, x = repeat days
    """
    rates = [rate for x, rate in customers if x >= 1]
    return median(rates) if rates else None


def collapse(histories):
    """Count equal histories: sorted rows (*history, count) for the fitting functions."""
    return [(*history, count) for history, count in sorted(Counter(histories).items())]


def nbd_loglik(rows, r, alpha):
    """Log-likelihood of the NBD model.

    :param rows: (x, T, count): repeat days, days observed, customers alike
    :raise ValueError: on bad rows or parameters
    Source: lnG(r+x) - lnG(r) - ln x! + r ln(alpha/(alpha+T)) + x ln(T/(alpha+T)).
    """
    return _nbd_function(_checked(rows))(positive("r", r), positive("alpha", alpha))


def fit_nbd(rows):
    """Fit the NBD model by maximum likelihood; ``source`` is then "fit".

    :param rows: (x, T, count) as for :func:`nbd_loglik`; T in days gives alpha in days
    :raise ValueError: on bad rows, or when nobody bought again (no rate can be told)
    """
    rows = _checked(rows)
    repeats = math.fsum(x * count for x, _T, count in rows)
    if not repeats:
        raise ValueError("a purchase rate needs at least one repeat purchase")
    observed = math.fsum(T * count for _x, T, count in rows)
    loglik = _nbd_function(rows)
    # Searching for the shape and the mean rate, nearly independent, is quicker than for alpha.
    crude = repeats / observed

    def loss(point):
        if max(map(abs, point)) > _LOG_LIMIT:
            return math.inf
        r = math.exp(point[0])
        return -loglik(r, r / (crude * math.exp(point[1])))

    found = nelder_mead(loss, [math.log(0.5), 0.0], tolerance=1e-13)
    r = math.exp(found.x[0])
    return NBD(r, r / (crude * math.exp(found.x[1])), -found.value, "fit")


def fit_nbd_or_fallback(segment, company, median_gap):
    """Fit the segment if it has enough customers, else the company, else take a default.

    A group qualifies with 100 customers of whom one at least bought again. The default is
    r = 0.4, alpha = 2 * ``median_gap``. ``source`` tells "segment", "company" or "default".

    :param segment: rows (x, T, count) of the customer's segment
    :param company: rows (x, T, count) of the whole company
    :param median_gap: usual days between purchases, above 0
    :raise ValueError: on bad rows or gap
    """
    positive("median_gap", median_gap)
    for rows, source in ((segment, "segment"), (company, "company")):
        rows = _checked(rows)
        if sum(row[2] for row in rows) >= MIN_CUSTOMERS and any(row[0] for row in rows):
            return fit_nbd(rows)._replace(source=source)
    return NBD(FALLBACK_R, 2 * median_gap, math.nan, "default")


def _checked(rows):
    rows = list(rows)
    for x, T, count in rows:
        not_negative("x", x)
        not_negative("T", T)
        positive("count", count)
        if x and not T:
            raise ValueError("a customer who bought again has been observed for some time")
    return rows


def _nbd_function(rows):
    by_x, by_T = Counter(), {}
    constant = []
    for x, T, count in rows:
        by_x[x] += count
        customers, repeats = by_T.get(T, (0, 0))
        by_T[T] = customers + count, repeats + count * x
        if x:
            constant.append(count * (x * math.log(T) - math.lgamma(x + 1)))
    constant = math.fsum(constant)
    counts = list(by_x.items())
    times = [(T, customers, repeats) for T, (customers, repeats) in by_T.items()]
    total = sum(by_x.values())

    def loglik(r, alpha):
        return (
            constant
            + total * (r * math.log(alpha) - math.lgamma(r))
            + math.fsum(count * math.lgamma(r + x) for x, count in counts)
            - math.fsum(
                (r * customers + repeats) * math.log(alpha + T) for T, customers, repeats in times
            )
        )

    return loglik
