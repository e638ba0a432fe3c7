"""Totals of the loyalty classes in towns whose truth is known: does the interval hold it?

Attitude (normal, 62 and 14 of 100) and purchase rate (gamma, mean one in 60 days) go together
by a Gaussian copula. Who answers tells 1 to 3 times, with noise of 10 points. Every constant is
fitted to the town itself, as in the addon. Customers placed by the rule count where they are
placed; of everybody else the truth is where they belong. "Misplaced" tells by how much the rule
itself moves a class: the most of 4, in shares of all.
"""

import bisect
import math
import random

from ri_stats import attitude, classify, intervals, raking, rate, shares
from ri_stats.special import gamma_q, normal_cdf

CLASSES = ("true", "latent", "spurious", "low")
MU, TAU, SIGMA, THETA = 62, 14, 10, 65
THETA_B, HALF_LIFE = 1 / 60, 120
GRID = [math.exp(-18 + step / 100) for step in range(1700)]


class World:
    """Customers with an attitude and a rate; ``r`` is the shape of the rates."""

    def __init__(self, r):
        self.r, self.alpha = r, 60 * r
        self.below = [1 - gamma_q(r, rate_ * self.alpha) for rate_ in GRID]

    def customer(self, rng, rho):
        one = rng.gauss(0, 1)
        other = rho * one + math.sqrt(1 - rho * rho) * rng.gauss(0, 1)
        place = bisect.bisect(self.below, normal_cdf(other))
        feels, often = MU + TAU * one, GRID[min(place, len(GRID) - 1)]
        T, days, day = rng.uniform(60, 720), [], 0.0
        while (day := day + rng.expovariate(often)) <= T:
            days.append(day)
        told = [
            (rng.uniform(0, 300), rng.gauss(feels, SIGMA))
            for _answer in range(rng.choice((1, 1, 1, 2, 3)))
        ]
        return {"feels": feels, "often": often, "T": T, "days": days, "told": told}


def _place(customer):
    return (customer["feels"] < THETA) * 2 + (customer["often"] < THETA_B)


def _counted(customer):
    return _place(customer) if customer.get("placed") is None else customer["placed"]


def _truth(town, where=_place):
    # Places are attached and often, attached, often, neither: the order of the classes.
    return [sum(where(one) == place for one in town) / len(town) for place in range(4)]


def _prepare(town):
    """Fit the constants on the town, place who can be placed, return (arguments, chances)."""
    asked = [one for one in town if one["asked"]]
    nbd = rate.fit_nbd(rate.collapse([(len(one["days"]), round(one["T"])) for one in town]))
    latest = [one["told"][0][1] for one in asked]
    spread = attitude.variance_components(
        [[y for _age, y in one["told"]] for one in asked], latest, 0.85
    )
    mu = (math.fsum(latest) + 30 * 62) / (len(latest) + 30)
    sigma = math.sqrt(spread.sigma_w2)
    tau = sigma / math.sqrt(spread.kappa)
    rows, chances, unsure, placed = [], [], [], [0] * 4
    for number, one in enumerate(asked):
        seen = attitude.evidence(one["told"])
        answers = seen.W**2 / sum(4 ** (-age / 180) for age, _y in one["told"])
        reliability = answers / (answers + spread.kappa)
        o = (seen.y - THETA) / tau
        x_w = sum(2 ** (-(one["T"] - day) / HALF_LIFE) for day in one["days"])
        T_w = rate.discounted_time(one["T"], HALF_LIFE)
        score = shares.behaviour_score(x_w, T_w, HALF_LIFE, nbd.r, nbd.alpha, THETA_B)
        rows.append(
            (
                number % 100,
                score,
                *(
                    shares.Told(
                        w,
                        w * reliability,
                        w * reliability * o,
                        w * reliability**2,
                        w * (reliability**2 * o * o - reliability * (1 - reliability)),
                    )
                    for w in (1.0, one.get("weight", 1.0))
                ),
            )
        )
        chances.append(
            (
                attitude.posterior(seen.W, seen.y, mu, sigma, spread.kappa, THETA).pA,
                rate.probability_at_least(x_w, T_w, nbd.r, nbd.alpha, THETA_B),
            )
        )
        state = classify.classify(*chances[-1]).state
        one["placed"] = CLASSES.index(state) if state in CLASSES else None
        if one["placed"] is None:
            unsure.append(shares.Unsure(1, score, reliability, o))
        else:
            placed[one["placed"]] += 1
    return (placed, rows, unsure, len(town) - len(asked)), chances


def _found(arguments):
    size = sum(arguments[0]) + len(arguments[2]) + arguments[3]
    return [
        intervals.Interval(*(value / size for value in each))
        for each in shares.class_totals(*arguments, replicates=200)[:4]
    ]


def _fifths(values):
    cuts = sorted(values)
    cuts = [cuts[len(cuts) * part // 5] for part in range(1, 5)]
    return [bisect.bisect(cuts, value) for value in values]


def _weigh(town):
    """Weights that make answers like the others, by how lately and how often they buy."""
    lately = _fifths([one["T"] - one["days"][-1] if one["days"] else 999 for one in town])
    often = _fifths([len(one["days"]) / one["T"] for one in town])
    cells = {}
    for one, *cell in zip(town, lately, often):
        asked, done, design = cells.get(tuple(cell), (0, 0, 0))
        cells[tuple(cell)] = (asked + 1, done + one["asked"], design + 1 - one["asked"])
        one["cell"] = tuple(cell)
    weights, _likeness = raking.cell_weights(
        {cell: each for cell, each in cells.items() if each[2]}, lambda cell: cell
    )
    for one in town:
        one["weight"] = weights.get(one["cell"], 0.0)


def _independent(chances):
    """The old way: sums of products, Wilson's interval."""
    n = len(chances)
    sums = [
        math.fsum(column)
        for column in zip(
            *((a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)) for a, b in chances)
        )
    ]
    return [intervals.wilson(min(total, n), n) for total in sums]


def _covers(found, truth):
    return [each.low <= true <= each.high for each, true in zip(found, truth)]


def run(seed, quick=False):
    towns = 40 if quick else 200
    rows = []
    for name, size, r, rho, answers in (
        ("together 0", 300, 1.0, 0, "all"),
        ("together 0.35", 300, 1.0, 0.35, "all"),
        ("together 0.6", 300, 1.0, 0.6, "all"),
        ("together -0.3", 300, 1.0, -0.3, "all"),
        ("together 0.6, most buy once", 300, 0.4, 0.6, "all"),
        ("together 0.6, 60 answer", 60, 1.0, 0.6, "all"),
        ("together 0.35, half answer", 300, 1.0, 0.35, "half"),
        ("together -0.3, half answer", 300, 1.0, -0.3, "half"),
        ("together 0.6, buyers answer 4 times as much", 800, 1.0, 0.6, "buyers"),
    ):
        rng = random.Random(f"{seed} {name}")
        world = World(r)
        hit, old, plain, below = [0] * 4, [0] * 4, [0] * 4, 0
        error, moved = [0.0] * 4, [0.0] * 4
        for _town in range(towns):
            town = [world.customer(rng, rho) for _number in range(size)]
            for one in town:
                eager = len(one["days"]) * 60 > one["T"]
                chance = {"all": 1, "half": 0.5, "buyers": 0.6 if eager else 0.15}[answers]
                one["asked"] = rng.random() < chance
            if answers == "buyers":
                arguments, _chances = _prepare(town)
                target = _truth(town, _counted)
                plain = [k + c for k, c in zip(plain, _covers(_found(arguments), target))]
            if answers != "all":
                _weigh(town)
            arguments, chances = _prepare(town)
            found, target, truth = _found(arguments), _truth(town, _counted), _truth(town)
            below += any(
                each.low * size < count - 1e-6
                or each.estimate < each.low
                or each.high < each.estimate
                for each, count in zip(found, arguments[0])
            )
            hit = [k + covered for k, covered in zip(hit, _covers(found, target))]
            old = [k + covered for k, covered in zip(old, _covers(_independent(chances), truth))]
            error = [e + each.estimate - true for e, each, true in zip(error, found, target)]
            moved = [m + counted - true for m, counted, true in zip(moved, target, truth)]
        least = min(hit) / towns
        rows.append((f"{name}: coverage, least of 4", towns, least, ">= 0.93", least >= 0.93))
        bias = max(map(abs, error)) / towns
        # Sixty answers can't tell more than to some six points: a bias of two is no news there.
        goal = size >= 300
        rows.append(
            (
                f"{name}: bias, most of 4",
                towns,
                bias,
                "<= 0.015" if goal else "",
                bias <= 0.015 if goal else None,
            )
        )
        rows.append((f"{name}: below who is placed", towns, below, "0", not below))
        rows.append((f"{name}: misplaced", towns, max(map(abs, moved)) / towns, "", None))
        if answers == "all":
            rows.append((f"{name}: coverage, old way", towns, min(old) / towns, "", None))
        elif answers == "buyers":
            rows.append((f"{name}: coverage unweighted", towns, min(plain) / towns, "", None))
    return rows
