"""Standing among customers: percentiles with average ranks, equal groups, RFM."""

from typing import NamedTuple

from .checks import finite


class RFM(NamedTuple):
    """Quintiles from 1 (worst) to 5 (best)."""

    recency: int
    frequency: int
    monetary: int


def percentiles(values):
    """Percentile 100 (rank - 1/2) / n of each value, between 0 and 100, ties sharing a rank.

    :param values: numbers of the comparison group, in any order
    :raise ValueError: if one is not a finite number
    Source: Hazen's plotting position with average ranks.
    """
    values = [finite("value", value) for value in values]
    standing = {}
    below = 0
    for value, count in _counted(values):
        average_rank = below + (count + 1) / 2
        standing[value] = 100 * (average_rank - 0.5) / len(values)
        below += count
    return [standing[value] for value in values]


def ntile(values, buckets=5, keys=None):
    """Group number 1..``buckets`` of each value, groups of equal size as SQL's ntile().

    The first groups are one larger when the sizes do not come out even.

    :param keys: tie-breakers, one a value, such as ids; default the position
    :raise ValueError: on bad values or buckets
    """
    if buckets < 1:
        raise ValueError("buckets must be at least 1")
    values = [finite("value", value) for value in values]
    keys = range(len(values)) if keys is None else list(keys)
    if len(keys) != len(values):
        raise ValueError("keys must be as many as values")
    order = sorted(range(len(values)), key=lambda place: (values[place], keys[place]))
    small, larger = divmod(len(values), buckets)
    groups = [0] * len(values)
    start = 0
    for bucket in range(1, buckets + 1):
        end = start + small + (bucket <= larger)
        for place in order[start:end]:
            groups[place] = bucket
        start = end
    return groups


def rfm(customers, keys=None):
    """RFM quintiles of each customer, for display only.

    :param customers: triples (days since last purchase, purchase days, money spent)
    :param keys: tie-breakers, one a customer
    :raise ValueError: on values that are not finite numbers
    Source: Hughes 1994, Strategic Database Marketing.
    """
    customers = list(customers)
    if not customers:
        return []
    recency, frequency, monetary = zip(*customers, strict=True)
    return [
        RFM(*quintiles)
        for quintiles in zip(
            ntile([-days for days in recency], keys=keys),
            ntile(frequency, keys=keys),
            ntile(monetary, keys=keys),
            strict=True,
        )
    ]


def _counted(values):
    counts = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return sorted(counts.items())
