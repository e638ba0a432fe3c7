"""Better or worse: labels told though nothing changed (relationship.campaign.result).

Each report has eight measures that don't move. A third of the people of a wave are new; answers of
one person agree within a measure (.6) and between measures (.4). A label is told by the rule of
the campaign report: the change of the mean of everybody, with the covariance of those who answered
both times, adjusted for all changes of a year, 3 points or more.
"""

import math

import numpy as np
from ri_stats import changes

MEASURES = 8
LEVEL = 0.95
RELIABILITY = 0.85
# Name, people of a wave, waves of a year, SD of the scores.
SETTINGS = (
    ("quarterly, 60 people", 60, 4, 22.0),
    ("quarterly, 400 people", 400, 4, 22.0),
    ("monthly, 60 people", 60, 12, 22.0),
    ("monthly, 400 people", 400, 12, 22.0),
)
NEW = 1 / 3
YEARS = 3000
PART = 50  # years looked at together


def _scores(rng, persons, spread):
    """Scores of a wave: what a person is like, plus the day; 0 to 100."""
    noise = rng.standard_normal(persons.shape, np.float32) * np.sqrt(0.4) * spread
    return np.clip(np.round(65 + persons + noise), 0, 100)


def _people(rng, shape, spread):
    """What persons are like on each measure; measures of one person agree."""
    common = rng.standard_normal((*shape, 1), np.float32) * np.sqrt(0.4)
    own = rng.standard_normal((*shape, MEASURES), np.float32) * np.sqrt(0.2)
    return ((common + own) * spread).astype(np.float32)


def _covariances(before, after, same):
    """Covariances of the two means of each year and measure, by those who answered both times."""
    n = before.shape[1]
    together = (before - before.mean(1, keepdims=True)) * (after - after.mean(1, keepdims=True))
    return (together * same[..., None]).sum(1) / (n * (n - 1))


def look(rng, years, n, waves, spread, move=0.0):
    """Labels of each measure by [year][wave]; the first measure moves at the last wave."""
    persons = _people(rng, (years, n), spread)
    before = _scores(rng, persons, spread)
    told, reports = [[] for _year in range(years)], [[] for _year in range(years)]
    for wave in range(waves):
        new = rng.random((years, n)) < NEW
        persons = np.where(new[..., None], _people(rng, (years, n), spread), persons)
        after = _scores(rng, persons, spread)
        if move and wave == waves - 1:
            after[..., 0] += move
        covariances = _covariances(before, after, ~new).tolist()
        figures = [
            (scores.mean(1).tolist(), scores.var(1, ddof=1).tolist()) for scores in (before, after)
        ]
        for year in range(years):
            (mean1, variance1), (mean2, variance2) = (
                (means[year], variances[year]) for means, variances in figures
            )
            found = [
                changes.mean_change(
                    mean1[at],
                    variance1[at],
                    n,
                    mean2[at],
                    variance2[at],
                    n,
                    LEVEL,
                    covariances[year][at],
                )
                for at in range(MEASURES)
            ]
            told[year] += [change.p for change in found]
            adjusted = changes.adjusted_among(told[year], MEASURES * waves)[-MEASURES:]
            reports[year].append(
                [
                    changes.direction(
                        change, q, changes.least_worth_telling(math.sqrt(variance), RELIABILITY, n)
                    )
                    for change, q, variance in zip(found, adjusted, variance2)
                ]
            )
        before = after
    return reports


def run(seed, quick=False):
    """Rows of false labels in reports and years, and of true changes told."""
    rng = np.random.default_rng(seed)
    years = 100 if quick else YEARS
    for name, n, waves, spread in SETTINGS:
        reports = [
            one for _part in range(years // PART) for one in look(rng, PART, n, waves, spread)
        ]
        false = [any(label != "same" for label in labels) for one in reports for labels in one]
        share = sum(false) / len(false)
        yield f"{name}: reports with a false label", len(false), share, "<= 0.1", share <= 0.1
        share = sum(any(false[i * waves : (i + 1) * waves]) for i in range(years)) / years
        yield f"{name}: years with a false label", years, share, "told", None
        seen = [
            one[-1][0] == "up"
            for _part in range(4)
            for one in look(rng, PART, n, waves, spread, move=8.0)
        ]
        yield f"{name}: 8 points better are told", len(seen), sum(seen) / len(seen), "told", None
