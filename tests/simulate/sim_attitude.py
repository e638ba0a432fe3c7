"""Does asking about rivals move anybody? Attached by each basis in one population asked both.

Customers have an attitude of their own; what they say of us and of their best rival (0 to 10)
follows it with noise. Half are asked about rivals too. Who rated a rival counts on the scale of
the others, by the shipped constants or, from 100 of them, by the company's own.
"""

import random
from statistics import fmean

from ri_stats import scales

THRESHOLD = 65
NOBODY = scales.Equating(0.0, 0.0, 1.0)


def _customer(rng, level, rival_level, rival_loyalty):
    feels = rng.gauss(level, 14)
    us = min(max(round(rng.gauss(feels, 8) / 10), 0), 10)
    there = rng.gauss(rival_level + rival_loyalty * (feels - level), 14)
    rival = min(max(round(there / 10), 0), 10)
    # The other parts: feelings, quality of the relationship, pride, recommendation.
    parts = [min(max(rng.gauss(feels, spread), 0), 100) for spread in (10, 8, 12, 14)]
    alone = scales.attitude_towards_us(parts[0], us * 10, *parts[1:])
    return alone, scales.relative_attitude(alone, us, [rival]).RA


def _gap(customers, equating):
    """Share attached when compared less the share attached when not, in the same customers."""
    compared = fmean(scales.equated_attitude(RA, equating) >= THRESHOLD for _alone, RA in customers)
    return compared - fmean(alone >= THRESHOLD for alone, _RA in customers)


def run(seed, quick=False):
    repeats = 40 if quick else 200
    rows = []
    for name, world, asked in (
        ("like the shipped population, own constants", (74, 70, 0.4), 300),
        ("loved, rivals far behind, own constants", (80, 60, 0.2), 300),
        ("liked less than rivals, own constants", (60, 68, 0.3), 300),
        ("like the shipped population, shipped constants", (74, 70, 0.4), 80),
    ):
        rng = random.Random(f"{seed} {name}")
        gaps, old = [], []
        for _town in range(repeats):
            sample = [_customer(rng, *world) for _number in range(asked)]
            whole = [_customer(rng, *world) for _number in range(1000)]
            gaps.append(_gap(whole, scales.fit_equating(sample)))
            old.append(_gap(whole, NOBODY))
        gap = fmean(map(abs, gaps))
        rows.append((f"{name}: attached, gap of the bases", repeats, gap, "<= 0.05", gap <= 0.05))
        rows.append((f"{name}: the same, one threshold", repeats, fmean(map(abs, old)), "", None))
    return rows
