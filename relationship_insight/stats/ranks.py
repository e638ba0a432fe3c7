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


def fifths(values):
    """Fifth from 1 to 5 of each value by its average rank; equal values are in one fifth.

    :raise ValueError: if one is not a finite number
    """
    values = [finite("value", value) for value in values]
    found, below = {}, 0
    for value, count in _counted(values):
        # Average rank less one half, in fifths of all, in whole numbers.
        found[value] = 1 + (2 * below + count) * 5 // (2 * len(values))
        below += count
    return [found[value] for value in values]


def rfm(customers):
    """RFM quintiles of each customer, for display only.

    :param customers: triples (days since last purchase, purchase days, money spent)
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
            fifths([-days for days in recency]),
            fifths(frequency),
            fifths(monetary),
            strict=True,
        )
    ]


def _counted(values):
    counts = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return sorted(counts.items())
