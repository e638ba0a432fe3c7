"""Behavioural evidence of why a customer buys: promotions, sameness, fixed hours."""

import math
from itertools import pairwise

from .checks import not_negative, positive


def promo_share(discount, list_spend):
    """Promotion dependence PS: discount / spend at list price, from 0 to 1, or None.

    :param discount: money saved, 0 or above
    :param list_spend: what the goods would have cost, at least ``discount``; 0 gives None
    :raise ValueError: outside those ranges
    """
    if not_negative("discount", discount) > not_negative("list_spend", list_spend):
        raise ValueError("discount must not exceed list_spend")
    return discount / list_spend if list_spend else None


def promo_log_odds(v1, n1, v0, n0):
    """Log-odds of visiting in promotion weeks against other weeks; above 0 = drawn by them.

    :param v1: promotion weeks with a visit, of ``n1``
    :param v0: other weeks with a visit, of ``n0``
    :raise ValueError: unless 0 <= v1 <= n1 and 0 <= v0 <= n0
    Source: odds ratio with 1/2 added to each cell (Haldane 1956, Anscombe 1956).
    """
    for visits, weeks in ((v1, n1), (v0, n0)):
        if not 0 <= visits <= weeks:
            raise ValueError("visits must be between 0 and the number of weeks")
    return math.log((v1 + 0.5) * (n0 - v0 + 0.5) / ((v0 + 0.5) * (n1 - v1 + 0.5)))


def basket_similarity(baskets):
    """Mean Jaccard similarity (0 to 1) of consecutive baskets; None below two baskets.

    :param baskets: in order of time, each an iterable of product ids
    :raise ValueError: on an empty basket
    Source: Jaccard 1901, size of the intersection / size of the union.
    """
    baskets = [set(basket) for basket in baskets]
    if not all(baskets):
        raise ValueError("baskets must not be empty")
    if len(baskets) < 2:
        return None
    likeness = [
        len(one & other) / len(one | other) for one, other in pairwise(baskets)
    ]
    return math.fsum(likeness) / len(likeness)


def timing_entropy(counts):
    """Spread of visits over slots (weekdays, hours): 0 = always the same, 1 = evenly; or None.

    :param counts: visits in each slot, all slots listed (at least two); no visit gives None
    :raise ValueError: on negative counts or fewer than two slots
    Source: Shannon 1948, entropy / ln(number of slots).
    """
    counts = [not_negative("count", count) for count in counts]
    positive("number of slots - 1", len(counts) - 1)
    total = math.fsum(counts)
    if not total:
        return None
    shares = [count / total for count in counts if count]
    return -math.fsum(share * math.log(share) for share in shares) / math.log(len(counts)) + 0.0
