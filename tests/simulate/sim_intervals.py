"""Intervals of answers that come several to a customer: do they hold the truth?

Customers have a chance (or mean) of their own, and answer one to many times; referrals come in
clumps (negative binomial). The truth is that of all customers the sample is drawn from.
"""

import math
import random

from ri_stats import intervals

LIMIT = 0.93


def _clusters(pairs):
    return intervals.Clusters(
        len(pairs),
        math.fsum(y for y, _m in pairs),
        math.fsum(m for _y, m in pairs),
        math.fsum(y * y for y, _m in pairs),
        math.fsum(y * m for y, m in pairs),
        math.fsum(m * m for _y, m in pairs),
    )


def _beta(rng, mean, rho):
    """A customer's own chance; answers of one customer correlate by rho."""
    size = 1 / rho - 1
    return rng.betavariate(mean * size, (1 - mean) * size)


def _shares(rng, people, answers, mean, rho):
    pairs = []
    for _person in range(people):
        chance, number = _beta(rng, mean, rho), answers(rng)
        pairs.append((sum(rng.random() < chance for _answer in range(number)), number))
    sums = _clusters(pairs)
    found, plain = intervals.cluster_share(sums), intervals.wilson(sums.y, sums.m)
    return found.low <= mean <= found.high, plain.low <= mean <= plain.high


def _means(rng, people, answers, _mean, rho):
    """Weighted scores around 60; weights from 0.4 to 2 that don't go with the score."""
    pairs, w, w2, wx, wxx = [], 0.0, 0.0, 0.0, 0.0
    for _person in range(people):
        own, weight = rng.gauss(60, 20 * math.sqrt(rho)), rng.choice((0.4, 0.8, 1.2, 2.0))
        number = answers(rng)
        scores = [rng.gauss(own, 20 * math.sqrt(1 - rho)) for _answer in range(number)]
        pairs.append((weight * sum(scores), weight * number))
        w, w2 = w + weight * number, w2 + weight * weight * number
        wx, wxx = wx + weight * sum(scores), wxx + weight * sum(x * x for x in scores)
    found = intervals.cluster_mean(_clusters(pairs))
    plain = intervals.mean_interval_of_sums(w, w2, wx, wxx)
    return found.low <= 60 <= found.high, plain.low <= 60 <= plain.high


def _poisson(rng, mean):
    bound, product, times = math.exp(-mean), rng.random(), 0
    while product > bound:
        product *= rng.random()
        times += 1
    return times


def _friends(rng, people, _answers, mean, size):
    counts = [_poisson(rng, rng.gammavariate(size, mean / size)) for _person in range(people)]
    found = intervals.rate_interval(people, sum(counts), sum(k * k for k in counts))
    draws = sorted(sum(rng.choices(counts, k=people)) / people for _replicate in range(50))
    return found.low <= mean <= found.high, draws[1] <= mean <= draws[48]


def run(seed, quick=False):
    repeats = 300 if quick else 1000
    five, some = (lambda rng: 5), (lambda rng: rng.choice((1, 1, 2, 5, 9)))
    rows = []
    for name, draw, people, answers, mean, rho in (
        ("share 0.4, five answers each, within 0.5", _shares, 30, five, 0.4, 0.5),
        ("share 0.4, five answers each, within 0.5", _shares, 12, five, 0.4, 0.5),
        ("share 0.15, one to nine answers, within 0.3", _shares, 40, some, 0.15, 0.3),
        ("share 0.4, one answer each", _shares, 30, lambda rng: 1, 0.4, 0.5),
        ("weighted mean, five answers each, within 0.5", _means, 30, five, 0, 0.5),
        ("weighted mean, one to nine answers, within 0.5", _means, 60, some, 0, 0.5),
        ("referral K 0.2 in clumps", _friends, 20, None, 0.2, 0.3),
        ("referral K 0.2 in clumps", _friends, 60, None, 0.2, 0.3),
        ("referral K 0.1", _friends, 30, None, 0.1, 1.0),
    ):
        rng = random.Random(f"{seed} {name} {people}")
        times = repeats
        found = [draw(rng, people, answers, mean, rho) for _repeat in range(times)]
        hit = sum(one for one, _plain in found) / times
        rows.append((f"{name}, {people} customers: coverage", times, hit, ">= 0.93", hit >= LIMIT))
        rows.append(
            (
                f"{name}, {people} customers: coverage, old way",
                times,
                sum(plain for _one, plain in found) / times,
                "",
                None,
            )
        )
    return rows
