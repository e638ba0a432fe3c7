"""Tokens of a constant sum, from weights."""

import math

from .checks import not_negative


def share_tokens(weights, total):
    """Share ``total`` whole tokens out in proportion to weights, by largest remainder.

    Weights that add up to ``total`` and are whole already come back unchanged. Of equal
    remainders the earlier one is served first.

    :param weights: {name: weight}, weights 0 or more
    :param total: whole number of tokens, 0 or more
    :return: {name: tokens} adding up to ``total``; empty if all weights are 0
    :raise ValueError: on a negative weight or total
    Source: method of largest remainders (Hare quota).
    """
    not_negative("total", total)
    for name, weight in weights.items():
        not_negative(str(name), weight)
    whole = math.fsum(weights.values())
    if not whole:
        return {}
    quotas = {name: total * weight / whole for name, weight in weights.items()}
    tokens = {name: math.floor(quota + 1e-9) for name, quota in quotas.items()}
    order = sorted(quotas, key=lambda name: tokens[name] - quotas[name])
    for name in order[: total - sum(tokens.values())]:
        tokens[name] += 1
    return tokens
