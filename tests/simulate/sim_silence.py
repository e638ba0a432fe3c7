"""Silent sellers: how many are found, how many who talk are named (relationship.silence).

Colleagues' own habits differ by a factor with the SD given (log-normal or gamma), customers by a
gamma factor of shape 0.75, as customers do in the shops measured. A seller is silent who talks at
3 % of what colleagues do; everybody's orders double, so that talks alone decide. In the smallest
team with few talks the goal is to find them or to say that it can't be told.
"""

import numpy as np
from ri_stats import colleagues, silence

CUSTOMER_SIZE = 0.75
SIZES = (4, 6, 10, 20, 40)
QUICK = (4, 10)
SELLERS = 3000  # looked at for false alarms
# Name, how colleagues differ, its SD, customers of each, talks a customer in the period.
SETTINGS = (
    ("alike", "log", 0.0, 30, 4.8),
    ("differ by .25", "log", 0.25, 30, 2.0),
    ("differ by .5", "log", 0.5, 30, 4.8),
    ("differ by .5, few talks", "log", 0.5, 60, 0.6),
    ("differ by .8", "log", 0.8, 30, 4.8),
    ("differ by .5 (gamma)", "gamma", 0.5, 30, 2.0),
)
GOAL, GOAL_SPREAD = 0.8, 0.5
MOST_ALARMS = 0.01


def _team(rng, size, kind, spread, customers, talks, silent=0, factor=1.0):
    """(orders before, orders now, Cell) of each seller.

    The first ``silent`` hardly talk; the first one's habit is multiplied by ``factor``.
    """
    habits = np.ones(size)
    if spread:
        habits = (
            np.exp(rng.normal(-spread * spread / 2, spread, size))
            if kind == "log"
            else rng.gamma(spread**-2, spread**2, size)
        )
    habits[:silent] = colleagues.SILENT
    habits[0] *= factor
    before = rng.poisson(6, (size, customers)) + 1
    means = talks * before / 7 * habits[:, None]
    counts = rng.poisson(means * rng.gamma(CUSTOMER_SIZE, 1 / CUSTOMER_SIZE, means.shape))
    orders = before.sum(axis=1)
    return [
        (
            int(orders[i]),
            2 * int(orders[i]),
            colleagues.Cell(
                customers,
                float(counts[i].sum()),
                float((counts[i] ** 2).sum()),
                float(2 * orders[i]),
            ),
        )
        for i in range(size)
    ]


def judged(team):
    """For each seller True (silent), False, or None where it can't be told, as the refresh."""
    cells = [{"store": cell} for _x0, _x1, cell in team]
    verdicts = []
    for place, (x0, x1, cell) in enumerate(team):
        others = cells[:place] + cells[place + 1 :]
        comparison = colleagues.compare(cells[place], others, others)
        verdicts.append(comparison.usual and colleagues.judge(x0, x1, cell.talks, comparison))
    adjusted = iter(silence.adjusted_by_count([(each.p, 1) for each in verdicts if each]))
    found = []
    for verdict in verdicts:
        silent = bool(verdict) and colleagues.is_silent(*verdict[:3], next(adjusted))
        found.append(silent if silent or (verdict and verdict.can_tell) else None)
    return found


def _count(rng, teams, size, setting, values, which=slice(None), **planted):
    """Shares of the sellers ``which`` of whom the judgement is each value, and their number."""
    found = [
        verdict
        for _number in range(teams)
        for verdict in judged(_team(rng, size, *setting, **planted))[which]
    ]
    return [sum(verdict is value for verdict in found) / len(found) for value in values], (
        len(found)
    )


def run(seed, quick=False):
    """Rows of hits and false alarms by setting and size of the team."""
    rng = np.random.default_rng(seed)
    sellers = SELLERS // 10 if quick else SELLERS
    for name, *setting in SETTINGS:
        goal = setting[1] <= GOAL_SPREAD
        for size in QUICK if quick else SIZES:
            title = f"{name}, {size} sellers"
            teams = sellers // 10 if size <= 10 else sellers // 30
            (found, unknown), n = _count(
                rng, teams, size, setting, (True, None), slice(1), silent=1
            )
            corner = size == 4 and setting[3] < 1
            yield _row(f"{title}: silent one found", n, found, goal and not corner and GOAL)
            if unknown:
                yield _row(f"{title}: said that it can't be told", n, unknown)
            if corner:
                yield _row(f"{title}: found, or said so", n, found + unknown, GOAL)
            (alarms,), n = _count(rng, sellers // size, size, setting, (True,))
            yield _alarms(f"{title}: false alarms", n, alarms)
    setting = SETTINGS[2][1:]
    (two,), n = _count(rng, sellers // 20, 10, setting, (True,), slice(2), silent=2)
    yield _row("two silent among 10 who differ by .5: found", n, two, GOAL)
    (alone,), n = _count(rng, sellers, 6, setting, (True,), slice(1), factor=0.5)
    yield _alarms("orders of one of 6 doubled, talks didn't: false alarms", n, alone)


def _row(title, n, share, goal=None):
    return title, n, share, f">= {goal}" if goal else "told", share >= goal if goal else None


def _alarms(title, n, share):
    return title, n, share, f"<= {MOST_ALARMS}", share <= MOST_ALARMS
