"""Recency weights and the pull of thin evidence towards the group."""

import math

from .checks import not_negative, positive


def recency_weights(ages, half_life):
    """Weights 2^(-age / half_life), from 0 to 1.

    :param ages: days since each observation, 0 or above
    :param half_life: days, above 0
    :raise ValueError: outside those ranges
    """
    positive("half_life", half_life)
    return [2 ** (-not_negative("age", age) / half_life) for age in ages]


def weighted_mean(values, weights):
    """Weighted mean, the same to the last bit in any order; None if the weights sum to 0.

    :raise ValueError: on negative weights or lists of unequal length
    """
    values, weights = list(values), [not_negative("weight", weight) for weight in weights]
    if len(values) != len(weights):
        raise ValueError("values and weights must be as many")
    total = math.fsum(weights)
    if not total:
        return None
    return math.fsum(weight * value for value, weight in zip(values, weights, strict=True)) / total


def shrink(W, mean, kappa, prior):
    """(W mean + kappa prior) / (W + kappa): the more evidence, the less of the prior.

    :param W: mass of evidence, 0 or above; at 0 ``mean`` may be None
    :param kappa: mass of the prior, 0 or above, not 0 together with ``W``
    :raise ValueError: outside those ranges
    Source: posterior mean of a normal mean with normal prior (Efron & Morris 1975).
    """
    not_negative("W", W)
    not_negative("kappa", kappa)
    if not W + kappa:
        raise ValueError("W and kappa must not both be 0")
    if not W:
        return prior
    return (W * mean + kappa * prior) / (W + kappa)


def kappa_from_reliability(omega):
    """Prior mass kappa = (1 - omega) / omega of a scale of reliability ``omega``.

    :param omega: above 0, at most 1
    :raise ValueError: outside that range
    Source: Kelley 1927; reliability is the share of variance between persons.
    """
    if positive("omega", omega) > 1:
        raise ValueError(f"omega must be at most 1, not {omega!r}")
    return (1 - omega) / omega
