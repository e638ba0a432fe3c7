"""Better or worse: labels told though nothing changed (relationship.campaign.result).

Each report has eight measures that don't move. A third of the people of a wave are new; answers of
one person agree within a measure (.6) and between measures (.4). A label is told by the rule of
the campaign report: the change of the mean of everybody, with the covariance of those who answered
both times, adjusted for all changes of a year, 3 points or more.
"""

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


def _scores(rng, persons, spread):
    """Scores of a wave: what a person is like, plus the day; 0 to 100."""
    noise = rng.normal(0, np.sqrt(0.4) * spread, persons.shape)
    return np.clip(np.round(65 + persons + noise), 0, 100)


def _people(rng, n, spread):
    """What n persons are like on each measure; measures of one person agree."""
    common = rng.normal(0, np.sqrt(0.4) * spread, (n, 1))
    return common + rng.normal(0, np.sqrt(0.2) * spread, (n, MEASURES))


def year(rng, n, waves, spread, move=0.0):
    """[labels of each report] of a year; the first measure moves at the last wave."""
    persons = _people(rng, n, spread)
    before = _scores(rng, persons, spread)
    told, reports = [], []
    for wave in range(waves):
        new = rng.random(n) < NEW
        persons = np.where(new[:, None], _people(rng, n, spread), persons)
        after = _scores(rng, persons, spread)
        if move and wave == waves - 1:
            after[:, 0] += move
        found = []
        for one, other in zip(before.T, after.T):
            covariance = (
                ((one - one.mean()) * (other - other.mean()))[~new].sum() / (n * (n - 1)))
            found.append(changes.mean_change(
                one.mean(), one.var(ddof=1), n, other.mean(), other.var(ddof=1), n, LEVEL,
                covariance))
        told += [change.p for change in found]
        adjusted = changes.adjusted_among(told, MEASURES * waves)[-MEASURES:]
        reports.append([
            changes.direction(change, q, changes.least_worth_telling(
                other.std(ddof=1), RELIABILITY, n))
            for change, q, other in zip(found, adjusted, after.T)])
        before = after
    return reports


def run(seed, quick=False):
    """Rows of false labels in reports and years, and of true changes told."""
    rng = np.random.default_rng(seed)
    years = 40 if quick else 200
    for name, n, waves, spread in SETTINGS:
        reports = [year(rng, n, waves, spread) for _year in range(years)]
        false = [any(label != "same" for label in labels) for one in reports for labels in one]
        share = sum(false) / len(false)
        yield f"{name}: reports with a false label", len(false), share, "<= 0.1", share <= 0.1
        share = sum(any(false[i * waves:(i + 1) * waves]) for i in range(years)) / years
        yield f"{name}: years with a false label", years, share, "<= 0.1", share <= 0.1
        seen = sum(
            year(rng, n, waves, spread, move=8.0)[-1][0] == "up" for _year in range(years // 5))
        yield f"{name}: 8 points better are told", years // 5, seen / (years // 5), "told", None
