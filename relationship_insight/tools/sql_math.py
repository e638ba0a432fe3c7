"""Special functions as SQL expressions, for figures of every customer in one statement.

They need no extension and no PostgreSQL newer than Odoo asks for, and raise neither overflow
nor underflow, which PostgreSQL treats as errors. Series are written out as nested products
(Horner), with as many terms as the largest argument needs. The arguments must be plain columns:
each stands in the expression many times.
"""

import math

from odoo.tools import SQL

_LIMIT = SQL("600.0")
# Beyond this the series of the incomplete gamma function grows too long; it has another there.
SERIES_UP_TO = 100.0


def sql_exp(exponent):
    """exp() that gives a very small or very large number where PostgreSQL would raise."""
    return SQL("EXP(GREATEST(-%s, LEAST(%s, %s)))", _LIMIT, _LIMIT, exponent)


def sql_decimal(value, digits):
    """A float as a decimal of so many digits, sooner than by ROUND(value::numeric).

    Halves that only look like halves in print may go the other way: not for quotients.
    """
    return SQL(
        "(ROUND((%s) * %s)::bigint * %s)", value, SQL(repr(10.0**digits)), SQL(repr(1 / 10**digits))
    )


def sql_decay(age, rate):
    """exp(-age * rate), the weight left of evidence ``age`` days old; NULL for a NULL age."""
    return SQL(
        "(CASE WHEN (%(age)s) * %(rate)s < %(limit)s THEN EXP(-(%(age)s) * %(rate)s)"
        " WHEN (%(age)s) * %(rate)s >= %(limit)s THEN %(least)s END)",
        age=age,
        rate=rate,
        limit=_LIMIT,
        least=SQL(repr(math.exp(-600))),
    )


def sql_ln_gamma(z):
    """ln Gamma(z) for z > 0, to 1e-9: Stirling's series at z + 6."""
    return SQL(
        """((%(z)s + 5.5) * LN(%(z)s + 6.0) - (%(z)s + 6.0) + 0.9189385332046727
            + 1.0 / (12.0 * (%(z)s + 6.0)) - 1.0 / (360.0 * POWER(%(z)s + 6.0, 3))
            + 1.0 / (1260.0 * POWER(%(z)s + 6.0, 5)) - 1.0 / (1680.0 * POWER(%(z)s + 6.0, 7))
            - LN(%(z)s * (%(z)s + 1.0) * (%(z)s + 2.0) * (%(z)s + 3.0)
                 * (%(z)s + 4.0) * (%(z)s + 5.0)))""",
        z=z,
    )


def gamma_terms(x_max):
    """How many terms of the series ``sql_gamma_q`` needs for arguments up to ``x_max``."""
    return math.ceil(x_max + 8 * math.sqrt(x_max) + 16)


def sql_gamma_q(a, x, x_max):
    """Upper regularised incomplete gamma Q(a, x) for a > 0 and 0 < x <= ``x_max``.

    To 1e-9 up to x = 100, beyond to 1e-6. Source: Abramowitz & Stegun 6.5.29, P(a, x) =
    x^a e^-x / G(a+1) * sum x^n / (a+1)...(a+n).
    """
    series = SQL("1.0")
    for n in range(gamma_terms(min(x_max, SERIES_UP_TO)), 0, -1):
        series = SQL("1.0 + %s / (%s + %s) * (%s)", x, a, SQL(f"{n}.0"), series)
    log_gamma = sql_ln_gamma(SQL("(%s + 1.0)", a))
    value = SQL(
        "GREATEST(0.0, LEAST(1.0, 1.0 - %s * (%s)))",
        sql_exp(SQL("%s * LN(%s) - %s - %s", a, x, x, log_gamma)),
        series,
    )
    if x_max <= SERIES_UP_TO:
        return value
    return SQL(
        "(CASE WHEN %s <= %s THEN %s ELSE %s END)",
        x,
        SQL(repr(SERIES_UP_TO)),
        value,
        _sql_gamma_q_far(a, x),
    )


def _sql_gamma_q_far(a, x):
    """Q(a, x) for x > 100 by the uniform expansion of Temme (1979), SIAM J. Math. Anal. 10:757.

    Q = Phi(-eta sqrt(a)) + exp(-a eta^2 / 2) / sqrt(2 pi a) * (1/mu - 1/eta), with mu = x/a - 1
    and eta^2 / 2 = mu - ln(1 + mu), eta having the sign of mu.
    """
    mu = SQL("(%s / %s - 1.0)", x, a)
    half_square = SQL("GREATEST(0.0, %s - LN(%s / %s))", mu, x, a)
    eta = SQL("(SIGN(%s) * SQRT(2.0 * %s))", mu, half_square)
    correction = SQL(
        "CASE WHEN ABS(%(mu)s) < 0.001 THEN %(mu)s / 12.0 - 1.0 / 3.0"
        " ELSE 1.0 / %(mu)s - 1.0 / %(eta)s END",
        mu=mu,
        eta=eta,
    )
    return SQL(
        "GREATEST(0.0, LEAST(1.0, %s + %s / SQRT(6.283185307179586 * %s) * (%s)))",
        sql_normal_cdf(SQL("(-%s * SQRT(%s))", eta, a)),
        sql_exp(SQL("-%s * %s", a, half_square)),
        a,
        correction,
    )


def sql_normal_cdf(z):
    """Standard normal distribution function, to 1e-7 (Abramowitz & Stegun 26.2.17)."""
    coefficients = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530)
    t = SQL("(1.0 / (1.0 + 0.2316419 * ABS(%s)))", z)
    series = SQL("0.0")
    for coefficient in coefficients:
        series = SQL("(%s * %s + %s)", series, t, SQL(repr(coefficient)))
    tail = SQL(
        "(0.3989422804014327 * %s * %s * %s)", sql_exp(SQL("-%s * %s / 2.0", z, z)), t, series
    )
    return SQL("(CASE WHEN %s >= 0 THEN 1.0 - %s ELSE %s END)", z, tail, tail)


def sql_hyp2f1(a, b, c, z, terms):
    """Gauss's hypergeometric 2F1(a, b; c; z) for 0 <= z < 1, ``a`` and ``b`` being constants."""
    series = SQL("1.0")
    for n in range(terms - 1, -1, -1):
        factor = (a + n) * (b + n) / (n + 1)
        series = SQL(
            "1.0 + %s * (%s) / (%s + %s) * (%s)", z, SQL(repr(factor)), c, SQL(f"{n}.0"), series
        )
    return series
