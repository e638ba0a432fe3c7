"""When further interviews bring nothing new: new themes beside those of the first interviews."""

import random
import statistics
from typing import NamedTuple

BASE = 4
RUN = 2
THRESHOLD = 0.05
ORDERS = 200


class Saturation(NamedTuple):
    """Where a row of interviews was saturated, and the way there."""

    # Number of the interview that ended the first run with (almost) nothing new; None: not yet.
    reached: int | None
    # Themes of the first interviews; of too few interviews, of those there are.
    base: int
    # New themes of each interview.
    new: tuple
    # Share of new themes of each run that follows the base: (last interview, share).
    curve: tuple


class Orders(NamedTuple):
    """Saturation over random orders of the same interviews."""

    # Median of where it was reached, None where half of the orders or more never reach it.
    median: float | None
    # Share of orders that reach it.
    share: float
    orders: int


def saturation(interviews, base=BASE, run=RUN, threshold=THRESHOLD):
    """Return where themes stop being new, in the order of the interviews.

    A run is so many interviews in a row after the base; runs overlap. Saturated is the first run
    whose new themes are at most ``threshold`` of the themes of the base.

    :param interviews: the themes of each interview, in order
    :return: None where the base has no theme: then nothing can be compared with it
    :raise ValueError: for sizes below 1 and a threshold outside 0 to 1
    Source: Guest, Namey & Chen 2020, PLoS ONE 15(5):e0232076.
    """
    if base < 1 or run < 1 or not 0 <= threshold <= 1:
        raise ValueError("base and run: at least 1; threshold: 0 to 1")
    new = count_new(interviews)
    found = sum(new[:base])
    if not found:
        return None
    curve = tuple(
        (last, sum(new[last - run : last]) / found) for last in range(base + run, len(new) + 1)
    )
    reached = next((last for last, share in curve if share <= threshold), None)
    return Saturation(reached, found, new, curve)


def count_new(interviews):
    """Return how many themes each interview has that none before it had."""
    seen, new = set(), []
    for themes in interviews:
        fresh = set(themes) - seen
        seen |= fresh
        new.append(len(fresh))
    return tuple(new)


def over_orders(interviews, base=BASE, run=RUN, threshold=THRESHOLD, orders=ORDERS, seed=1):
    """Return where themes stop being new when the interviews come in any other order.

    :return: None for fewer interviews than base and run together
    :raise ValueError: as :func:`saturation`, and for fewer than 1 order
    """
    if orders < 1:
        raise ValueError("orders: at least 1")
    saturation([], base, run, threshold)
    if len(interviews) < base + run:
        return None
    rng = random.Random(seed)
    shuffled, reached = list(interviews), []
    for _turn in range(orders):
        rng.shuffle(shuffled)
        found = saturation(shuffled, base, run, threshold)
        reached.append(found.reached if found and found.reached else float("inf"))
    middle = statistics.median(reached)
    share = sum(place < float("inf") for place in reached) / orders
    return Orders(None if middle == float("inf") else float(middle), share, orders)
