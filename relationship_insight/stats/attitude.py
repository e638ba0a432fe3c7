"""How a customer feels about us today: recency-weighted, drawn towards the group, with doubt."""

import math
from statistics import variance
from typing import NamedTuple

from .checks import finite, not_negative, positive
from .shrinkage import kappa_from_reliability, recency_weights, shrink, weighted_mean
from .special import normal_cdf

THETA_A = 65.0
HALF_LIFE_A = 180.0
KAPPA_MIN = 0.1
KAPPA_MAX = 5.0
MIN_PANEL = 30
MIN_PRIOR = 30
DEFAULT_SIGMA_W = 10.0
DEFAULT_TAU = 14.0


class Evidence(NamedTuple):
    """Mass of evidence W (one fresh answer = 1) and its mean y, None without evidence."""

    W: float
    y: float | None


class Variances(NamedTuple):
    """Spread within and between customers, and kappa, the answers the prior is worth."""

    sigma_w2: float
    tau2: float
    kappa: float
    source: str


class Attitude(NamedTuple):
    """Posterior of a customer's attitude: mean m, standard deviation s, pA = P(m >= theta)."""

    m: float
    s: float
    pA: float


def evidence(observations, H_A=HALF_LIFE_A):
    """Weigh a customer's observations by age.

    :param observations: pairs (age in days, y), in any order, which does not matter
    :param H_A: half-life in days, above 0
    :raise ValueError: on a negative age or a half-life of 0 or less
    """
    observations = list(observations)
    weights = recency_weights([age for age, _y in observations], H_A)
    return Evidence(math.fsum(weights), weighted_mean([y for _age, y in observations], weights))


def variance_components(panels, latest=(), omega=None):
    """Empirical-Bayes variances: sigma_w2 within customers, tau2 between, kappa = their ratio.

    Customers with two or more waves give them by one-way analysis of variance (source "panel").
    Below 30 such customers reliability does: kappa = (1 - omega) / omega and sigma_w2 =
    (1 - omega) Var(y) ("reliability"). Where neither can be had the defaults 10^2 and 14^2
    stand ("default"). kappa is kept between 0.1 and 5.

    :param panels: values y of each customer's waves, at most a year apart
    :param latest: latest y of each customer, for the fallback
    :param omega: reliability of y, above 0, at most 1, None = not known
    :raise ValueError: on bad values
    Source: Searle, Casella & McCulloch 1992, ch. 3: tau2 = (MSB - MSW) / n0.
    """
    groups = [[finite("y", y) for y in panel] for panel in panels]
    groups = [group for group in groups if len(group) >= 2]
    if len(groups) >= MIN_PANEL:
        within, between = _one_way(groups)
        if within > 0:
            kappa = within / between if between > 0 else math.inf
            return Variances(within, between, _bounded(kappa), "panel")
    values = [finite("y", y) for y in latest]
    if omega is not None:
        kappa = kappa_from_reliability(omega)
        spread = variance(values) if len(values) >= 2 else 0.0
        if omega < 1 and spread > 0:
            return Variances((1 - omega) * spread, omega * spread, _bounded(kappa), "reliability")
    within, between = DEFAULT_SIGMA_W**2, DEFAULT_TAU**2
    return Variances(within, between, _bounded(within / between), "default")


def posterior(W, y, mu, sigma_w, kappa, theta_A=THETA_A):
    """Posterior attitude of a customer.

    m = (W y + kappa mu) / (W + kappa), s = sigma_w / sqrt(W + kappa), pA = 1 - Phi((theta_A -
    m) / s). As evidence ages W falls to 0 and the claim fades into the prior by itself.

    :param W: mass of evidence, 0 or above; at 0 ``y`` may be None
    :param y: mean of the evidence, 0 to 100
    :param mu: mean of the segment
    :param sigma_w: standard deviation within customers, above 0
    :param kappa: sigma_w2 / tau2, above 0
    :raise ValueError: outside those ranges
    Source: normal model with known variances (Gelman et al., Bayesian Data Analysis, 2.5).
    """
    positive("sigma_w", sigma_w)
    positive("kappa", kappa)
    m = shrink(not_negative("W", W), y, kappa, finite("mu", mu))
    s = sigma_w / math.sqrt(W + kappa)
    return Attitude(m, s, normal_cdf((m - finite("theta_A", theta_A)) / s))


def _bounded(kappa):
    return min(max(kappa, KAPPA_MIN), KAPPA_MAX)


def _one_way(groups):
    """Variance within groups, and between them net of chance, of unequal sizes."""
    k = len(groups)
    N = sum(map(len, groups))
    means = [math.fsum(group) / len(group) for group in groups]
    grand = math.fsum(y for group in groups for y in group) / N
    msw = math.fsum(
        (y - mean) ** 2 for group, mean in zip(groups, means, strict=True) for y in group
    ) / (N - k)
    msb = math.fsum(
        len(group) * (mean - grand) ** 2 for group, mean in zip(groups, means, strict=True)
    ) / (k - 1)
    n0 = (N - sum(len(group) ** 2 for group in groups) / N) / (k - 1)
    return msw, max(0.0, (msb - msw) / n0)
