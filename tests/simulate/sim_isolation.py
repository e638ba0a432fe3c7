"""Can one person's answer be had from figures that are shown? (relationship.campaign.result).

Waves of 30 to 80 people whose answers come in one after the other; on six days everybody looks at
the figures of all and of the groups of four cuts. Who is counted in each figure is known here.
The new way: a figure counts whole fives of those who answered first, and ``hidden_cells`` hides
among all groups of a cut, those without a value being one. The old way: groups from five on are
shown, those without a value are left out before, and each answer counts at once.
"""

import random
from itertools import combinations

from ri_stats import suppression

FLOOR, COUNTS_ONLY = 5, 10
PRIME = 2**61 - 1
WAVES = 100
CUTS = {
    "stratum": ("a", "b", "c", None),
    "shop": ("here", "there", None),
    "channel": ("email", "sms"),
    "lang": ("en", "en", "en", "th"),
}


def _groups(people):
    yield ("all", None), [person for person, _of in people]
    for cut, values in CUTS.items():
        for value in sorted(set(values), key=str):
            yield (cut, value), [person for person, of in people if of[cut] == value]


def _steps(people):
    groups = dict(_groups(people))
    counted = {
        key: group[: len(group) - len(group) % FLOOR] if len(group) >= FLOOR else group
        for key, group in groups.items()
    }
    hidden = set()
    for cut in ("all", *CUTS):
        hidden |= suppression.hidden_cells(
            {key: len(group) for key, group in counted.items() if key[0] == cut}, FLOOR
        )
    return {key: group for key, group in counted.items() if key not in hidden}


def _at_once(people):
    groups = {key: group for key, group in _groups(people) if key[0] == "all" or key[1]}
    hidden = set()
    for cut in ("all", *CUTS):
        hidden |= suppression.hidden_cells(
            {key: len(group) for key, group in groups.items() if key[0] == cut}, FLOOR
        )
    return {key: group for key, group in groups.items() if key not in hidden}


def _looks(people, days, shown):
    """{(day, cut, value): who is counted} of all figures that anybody sees; none is empty."""
    return {
        (day, *key): frozenset(group)
        for day in days
        for key, group in shown(people[:day]).items()
        if group and (key[0] == "all" or key[1])
    }


def _tells(one, other):
    """Do sums over both give one person, or those one to four that one has more than the other?"""
    apart = len(one ^ other)
    return apart == 1 or 0 < apart < FLOOR and (one < other or other < one)


def _pairs(looks):
    """How many pairs of figures there are, and how many tell of somebody."""
    pairs = list(combinations(looks.values(), 2))
    return len(pairs), sum(_tells(*pair) for pair in pairs)


def _rests(looks):
    """Everybody of a day, beside any of the groups of a cut of a day: how many, and so on."""
    number = told = 0
    for everybody in (group for (_day, cut, _value), group in looks.items() if cut == "all"):
        for then, by in {key[:2] for key in looks if key[1] != "all"}:
            groups = [group for key, group in looks.items() if key[:2] == (then, by)]
            for size in range(1, len(groups) + 1):
                for some in combinations(groups, size):
                    number += 1
                    told += _tells(everybody, frozenset().union(*some))
    return number, told


def _answers(looks):
    """How many answers are a sum of multiples of the means (Gauss's elimination, exact)."""
    rows = []
    for group in looks.values():
        row = dict.fromkeys(group, 1) if len(group) >= COUNTS_ONLY else {}
        for pivot, known in rows:
            _take(row, known, row.get(pivot, 0))
        if row:
            pivot = min(row)
            scale = pow(row[pivot], -1, PRIME)
            row = {person: value * scale % PRIME for person, value in row.items()}
            for _pivot, known in rows:
                _take(known, row, known.get(pivot, 0))
            rows.append((pivot, row))
    return sum(len(row) == 1 for _pivot, row in rows)


def _take(row, other, times):
    for person, value in other.items() if times else ():
        row[person] = (row.get(person, 0) - times * value) % PRIME
        if not row[person]:
            del row[person]


def run(seed, quick=False):
    """Rows of pairs, rests and sums that give somebody away, in both ways."""
    waves = WAVES // 5 if quick else WAVES
    for way, shown in (("", _steps), (", old way", _at_once)):
        rng = random.Random(seed)
        pairs = rests = (0, 0)
        told = people = 0
        for _wave in range(waves):
            size = rng.randint(30, 80)
            wave = [
                (person, {cut: rng.choice(values) for cut, values in CUTS.items()})
                for person in range(size)
            ]
            days = sorted({size, size - 1, *(rng.randint(10, size) for _look in range(4))})
            looks = _looks(wave, days, shown)
            pairs = [a + b for a, b in zip(pairs, _pairs(looks))]
            rests = [a + b for a, b in zip(rests, _rests(looks))]
            told, people = told + _answers(looks), people + size
        for title, n, result in (
            ("two figures tell of one to four people by subtraction", *pairs),
            ("all less groups of a cut tell of one to four people", *rests),
            ("answers that are a sum of means", people, told),
        ):
            yield title + way, n, result, "" if way else "0", None if way else not result
