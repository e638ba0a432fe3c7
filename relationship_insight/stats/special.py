"""Special functions: incomplete gamma and beta, normal and Student t, Gauss's 2F1."""

import functools
import math
from statistics import NormalDist

from .checks import finite, not_negative, open_unit, positive, within

_EPSILON = 1e-16
_TINY = 1e-300
_MAX_TERMS = 1_000_000
_STANDARD_NORMAL = NormalDist()


def gamma_p(a, x):
    """Lower regularised incomplete gamma P(a, x), from 0 to 1.

    P(a, x) is the chance that a gamma variable of shape ``a`` and rate 1 is at most ``x``.

    :param a: shape, above 0
    :param x: upper limit, 0 or above
    :raise ValueError: outside those ranges
    Source: Abramowitz & Stegun 6.5.29 (series) and 6.5.31 (continued fraction).
    """
    return _incomplete_gamma(a, x)[0]


def gamma_q(a, x):
    """Upper regularised incomplete gamma Q(a, x) = 1 - P(a, x), exact in the far tail too.

    Same arguments, errors and source as :func:`gamma_p`.
    """
    return _incomplete_gamma(a, x)[1]


def _incomplete_gamma(a, x):
    positive("a", a)
    not_negative("x", x)
    if x == 0:
        return 0.0, 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1.0 / a
        for n in range(1, _MAX_TERMS):
            term *= x / (a + n)
            total += term
            if term < total * _EPSILON:
                break
        lower = min(1.0, front * total)
        return lower, 1.0 - lower
    b = x + 1 - a
    c = 1 / _TINY
    d = h = 1 / b
    for n in range(1, _MAX_TERMS):
        numerator = -n * (n - a)
        b += 2
        d = 1 / _not_zero(numerator * d + b)
        c = _not_zero(b + numerator / c)
        h *= d * c
        if abs(d * c - 1) < 2 * _EPSILON:
            break
    upper = min(1.0, front * h)
    return 1.0 - upper, upper


def beta_inc(a, b, x):
    """Regularised incomplete beta I_x(a, b), from 0 to 1.

    :param a: first shape, above 0
    :param b: second shape, above 0
    :param x: upper limit, from 0 to 1
    :raise ValueError: outside those ranges
    Source: Abramowitz & Stegun 26.5.8, evaluated by Lentz's method.
    """
    positive("a", a)
    positive("b", b)
    within("x", x, 0, 1)
    if x in (0, 1):
        return float(x)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta_fraction(b, a, 1 - x)
    return _beta_fraction(a, b, x)


def _beta_fraction(a, b, x):
    front = (
        math.exp(
            math.lgamma(a + b)
            - math.lgamma(a)
            - math.lgamma(b)
            + a * math.log(x)
            + b * math.log1p(-x)
        )
        / a
    )
    c = 1.0
    d = h = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    for n in range(1, _MAX_TERMS):
        even = n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n))
        d = 1 / _not_zero(1 + even * d)
        c = _not_zero(1 + even / c)
        h *= d * c
        odd = -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1))
        d = 1 / _not_zero(1 + odd * d)
        c = _not_zero(1 + odd / c)
        h *= d * c
        if abs(d * c - 1) < 2 * _EPSILON:
            break
    return front * h


def _not_zero(value):
    return value if abs(value) > _TINY else _TINY


def normal_cdf(z):
    """Chance that a standard normal variable is at most ``z``; accurate in both tails.

    :raise ValueError: if ``z`` is not finite
    Source: complementary error function, Abramowitz & Stegun 7.1.
    """
    return 0.5 * math.erfc(-finite("z", z) / math.sqrt(2))


def normal_quantile(p):
    """Value that a standard normal variable does not exceed with chance ``p``.

    :param p: strictly between 0 and 1
    :raise ValueError: outside that range
    Source: Wichura 1988 (AS 241), as in :class:`statistics.NormalDist`.
    """
    return _STANDARD_NORMAL.inv_cdf(open_unit("p", p))


@functools.lru_cache(maxsize=1024)
def t_quantile(p, df):
    """Value that Student's t with ``df`` degrees of freedom does not exceed with chance ``p``.

    :param p: strictly between 0 and 1
    :param df: degrees of freedom, above 0, need not be whole
    :raise ValueError: outside those ranges
    Source: Abramowitz & Stegun 26.7.1, inverted by bisection.
    """
    open_unit("p", p)
    positive("df", df)
    if p == 0.5:
        return 0.0
    tail = min(p, 1 - p)
    low, high = 0.0, 1.0
    while _t_tail(high, df) > tail:
        low, high = high, high * 2
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _t_tail(middle, df) > tail:
            low = middle
        else:
            high = middle
    return middle if p > 0.5 else -middle


def _t_tail(t, df):
    return beta_inc(df / 2, 0.5, df / (df + t * t)) / 2


def hyp2f1(a, b, c, z):
    """Gauss's hypergeometric function 2F1(a, b; c; z) by its power series.

    :param c: neither zero nor a negative whole number
    :param z: argument, -1 < z < 1 (terms needed grow with 1 / (1 - \\|z\\|))
    :raise ValueError: outside those ranges
    Source: Abramowitz & Stegun 15.1.1; stops when a term adds less than 1e-13 of the sum.
    """
    for name, value in (("a", a), ("b", b), ("c", c), ("z", z)):
        finite(name, value)
    if c <= 0 and c == int(c):
        raise ValueError(f"c must not be zero or a negative whole number, not {c!r}")
    if not -1 < z < 1:
        raise ValueError(f"z must be strictly between -1 and 1, not {z!r}")
    term = total = 1.0
    for n in range(_MAX_TERMS):
        ratio = (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        term *= ratio
        total += term
        # The tail is bounded by a geometric series only once the ratios have settled below 1.
        if abs(ratio) < 1 and abs(term) <= 1e-13 * abs(total) * (1 - abs(z)):
            break
    return total
