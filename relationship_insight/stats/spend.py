"""What a customer spends on a purchase day: the Gamma-Gamma model.

Source: Fader & Hardie 2013, "The Gamma-Gamma model of monetary value"; Fader, Hardie & Lee
2005, Journal of Marketing Research 42:415. It holds only if spending does not depend on how
often people buy, which is why the correlation is checked.
"""

import math
from statistics import correlation
from typing import NamedTuple

from .checks import not_negative, positive
from .optimise import nelder_mead

MAX_CORRELATION = 0.3
_LOG_LIMIT = 20.0


class GammaGamma(NamedTuple):
    """Fitted parameters, v in money, and the correlation that says whether they may be used."""

    p: float
    q: float
    v: float
    loglik: float
    correlation: float
    usable: bool


def expected_spend(x, m, p, q, v):
    """Expected spend per purchase day: p (v + x m) / (p x + q - 1), in the money of ``m``.

    :param x: repeat purchase days, 0 or above
    :param m: mean spend over them (any number when x is 0)
    :raise ValueError: on negative input, or if q is too small for the mean to exist
    """
    not_negative("x", x)
    not_negative("m", m)
    for name, value in (("p", p), ("q", q), ("v", v)):
        positive(name, value)
    if p * x + q <= 1:
        raise ValueError("the mean spend does not exist for p x + q <= 1")
    return p * (v + x * m) / (p * x + q - 1)


def loglik(rows, p, q, v):
    """Log-likelihood of rows (x, m), both above 0.

    :raise ValueError: on bad rows or parameters
    """
    for name, value in (("p", p), ("q", q), ("v", v)):
        positive(name, value)
    return _loglik_function(_checked(rows))(p, q, v)


def fit(rows):
    """Fit by maximum likelihood; ``usable`` is False if \\|corr(x, m)\\| reaches 0.3.

    :param rows: (x, m) of customers who bought again: repeat days and mean spend over them
    :raise ValueError: on x or m of 0 or less, or fewer than 3 rows
    """
    rows = _checked(rows)
    if len(rows) < 3:
        raise ValueError("the model needs at least 3 customers")
    mean = math.fsum(m for _x, m in rows) / len(rows)
    rows = [(x, m / mean) for x, m in rows]
    function = _loglik_function(rows)

    def loss(point):
        if max(map(abs, point)) > _LOG_LIMIT:
            return math.inf
        return -function(*map(math.exp, point))

    found = nelder_mead(loss, [1.0, 1.0, 0.0], tolerance=1e-13)
    p, q, v = map(math.exp, found.x)
    related = _correlation(rows)
    value = -found.value - len(rows) * math.log(mean)
    return GammaGamma(p, q, v * mean, value, related, abs(related) < MAX_CORRELATION)


def _correlation(rows):
    xs, ms = zip(*rows, strict=True)
    if len(set(xs)) == 1 or len(set(ms)) == 1:
        return 0.0
    return correlation(xs, ms)


def _checked(rows):
    rows = list(rows)
    for x, m in rows:
        positive("x", x)
        positive("m", m)
    return rows


def _loglik_function(rows):
    by_x = {}
    for x, _m in rows:
        by_x[x] = by_x.get(x, 0) + 1
    counts = list(by_x.items())
    # ln f = lnG(px+q) - lnG(px) - lnG(q) + q ln v + (px-1) ln m + px ln x - (px+q) ln(xm+v)
    logs = math.fsum(x * (math.log(m) + math.log(x)) for x, m in rows)
    constant = -math.fsum(math.log(m) for _x, m in rows)
    totals = [(x, x * m) for x, m in rows]
    size = len(rows)
    log, lgamma = math.log, math.lgamma

    def function(p, q, v):
        return (
            constant
            + p * logs
            + size * (q * log(v) - lgamma(q))
            + sum(count * (lgamma(p * x + q) - lgamma(p * x)) for x, count in counts)
            - sum((p * x + q) * log(total + v) for x, total in totals)
        )

    return function
