"""From answers to scores of 0 to 100. An answer of None is "did not say" and never counts."""

import math
from statistics import fmean, stdev
from typing import NamedTuple

from .checks import finite, within
from .shrinkage import weighted_mean

ANSWERED_SHARE = 0.6
ANSWERED_ITEMS = 2
# The middle of a scale of 0 to 100, and points on it per step of an answer: of how often good
# feelings come before bad ones (1 to 5), and of us before the best rival (0 to 10).
MIDDLE = 50.0
BALANCE_STEP = 12.5
RIVAL_STEP = 10.0
# Relative attitude: what they feel about us, and how much better than about the best rival.
STRENGTH_SHARE = 0.4
DIFFERENCE_SHARE = 0.6
ATTITUDE_WEIGHTS = {"E": 0.25, "M13": 0.25, "RQ": 0.25, "pride": 0.15, "recommend": 0.10}


class FeelingBalance(NamedTuple):
    """Net feeling balance E (0 to 100) and its two sides (1 to 5), which may both be high."""

    E: float
    P: float
    N: float


class RelativeAttitude(NamedTuple):
    """RA (0 to 100), its differentiation D, and what it rests on."""

    RA: float
    D: float | None
    basis: str


class Equating(NamedTuple):
    """Mean attitude about us only, mean compared with rivals, and the ratio of their spreads."""

    alone: float
    compared: float
    slope: float


# 240 customers of one population, half of them asked about rivals too: means 73.6 and 61.6, 78 %
# and 39 % above 65, hence deviations of 11.1 and 12.2. So 52 compared is as much as 65 alone.
EQUATING = Equating(73.6, 61.6, 0.9)
MIN_EQUATING = 100


def pomp(x, minimum, maximum, reverse=False):
    """Percent of maximum possible: 100 (x - min) / (max - min), from 0 to 100.

    :param reverse: a high answer is a bad one; x is first turned into max + min - x
    :raise ValueError: if x is off the scale or the scale has no length
    Source: Cohen, Cohen, Aiken & West 1999, Multivariate Behavioral Research 34:315.
    """
    if finite("maximum", maximum) <= finite("minimum", minimum):
        raise ValueError("maximum must be above minimum")
    within("x", x, minimum, maximum)
    if reverse:
        x = maximum + minimum - x
    return 100 * (x - minimum) / (maximum - minimum)


def answers_needed(items):
    """How many of so many items must be answered: 60 %, at least two; all of a single item."""
    # Sixty percent of 5 is 3, whatever binary fractions make of 0.6 * 5.
    return max(min(ANSWERED_ITEMS, items), math.ceil(ANSWERED_SHARE * items - 1e-9))


def mean_of_answers(answers):
    """Mean of the answers given, or None if too few were, see :func:`answers_needed`."""
    answers = list(answers)
    given = [finite("answer", answer) for answer in answers if answer is not None]
    if not given or len(given) < answers_needed(len(answers)):
        return None
    return math.fsum(given) / len(given)


def scale_score(answers, minimum, maximum, reversed_items=()):
    """Score of a scale, 0 to 100: mean of its rescaled items, or None if too few are answered.

    :param answers: one per item, None = no answer
    :param reversed_items: positions (from 0) of items where a high answer is a bad one
    :raise ValueError: if an answer is off the scale
    """
    return mean_of_answers(
        None if answer is None else pomp(answer, minimum, maximum, place in reversed_items)
        for place, answer in enumerate(answers)
    )


def feeling_balance(positive, negative):
    """Net feeling balance E = 50 + 12.5 (P - N), or None if too few items are answered.

    :param positive: how often each good feeling, 1 (hardly ever) to 5 (very often), None = not
        said or no contact
    :param negative: the same of bad feelings
    :raise ValueError: if an answer is off the scale
    Source: affect balance by frequency, after SPANE (Diener et al. 2010).
    """
    sides = []
    for answers in (list(positive), list(negative)):
        for answer in answers:
            if answer is not None:
                within("answer", answer, 1, 5)
        sides.append(mean_of_answers(answers))
    P, N = sides
    if P is None or N is None:
        return None
    return FeelingBalance(MIDDLE + BALANCE_STEP * (P - N), P, N)


def relationship_quality(trust, affective_commitment, satisfaction):
    """Relationship quality RQ (0 to 100): mean of the parts known, None below two of three.

    :raise ValueError: if a part is not between 0 and 100
    Source: Palmatier et al. 2006, Journal of Marketing 70:136.
    """
    parts = [trust, affective_commitment, satisfaction]
    for part in parts:
        if part is not None:
            within("part", part, 0, 100)
    return mean_of_answers(parts)


def attitude_towards_us(E=None, M13=None, RQ=None, pride=None, recommend=None):
    """A_us (0 to 100): weighted mean of the components known, each 0 to 100.

    Weights E .25, overall attitude M13 .25, RQ .25, pride .15, recommend .10, made to sum to 1
    over what is known. None unless two components or M13 itself are known.

    :raise ValueError: if a component is not between 0 and 100
    """
    components = {"E": E, "M13": M13, "RQ": RQ, "pride": pride, "recommend": recommend}
    known = {
        name: within(name, value, 0, 100) for name, value in components.items() if value is not None
    }
    if len(known) < 2 and M13 is None:
        return None
    return weighted_mean(known.values(), [ATTITUDE_WEIGHTS[name] for name in known])


def relative_attitude(A_us, us=None, rivals=()):
    """Relative attitude RA = 0.4 A_us + 0.6 D, D = 50 + 10 (us - best rival) within 0 to 100.

    Without an answer for us and for a rival there is nothing to compare: RA = A_us and
    ``basis`` is "absolute" instead of "relative".

    :param A_us: attitude towards us, 0 to 100, or None (then the result is None)
    :param us: overall attitude M13 towards us, 0 to 10, or None
    :param rivals: the same towards each rival, None = not rated
    :raise ValueError: outside those ranges
    Source: strength and differentiation after Dick & Basu 1994, JAMS 22:99.
    """
    if A_us is None:
        return None
    within("A_us", A_us, 0, 100)
    rated = [within("rival", rival, 0, 10) for rival in rivals if rival is not None]
    if us is not None:
        within("us", us, 0, 10)
    if us is None or not rated:
        return RelativeAttitude(A_us, None, "absolute")
    D = min(max(MIDDLE + RIVAL_STEP * (us - max(rated)), 0), 100)
    return RelativeAttitude(STRENGTH_SHARE * A_us + DIFFERENCE_SHARE * D, D, "relative")


def fit_equating(pairs):
    """How attitudes compared with rivals translate to those about us only, from who gave both.

    :param pairs: (A_us, RA) of each customer who also rated a rival
    :return: :class:`Equating`, the shipped one with fewer than 100 customers or no spread
    Source: linear equating, single group design; Kolen & Brennan 2014, Test Equating, ch. 2.
    """
    pairs = list(pairs)
    if len(pairs) < MIN_EQUATING:
        return EQUATING
    alone, compared = zip(*pairs, strict=True)
    spread = stdev(compared)
    if not spread or not stdev(alone):
        return EQUATING
    return Equating(fmean(alone), fmean(compared), stdev(alone) / spread)


def equated_attitude(RA, equating):
    """RA on the scale of the attitude about us only, 0 to 100: one threshold then holds for both.

    :param RA: relative attitude of who rated a rival too
    :param equating: :class:`Equating`
    """
    value = equating.alone + equating.slope * (finite("RA", RA) - equating.compared)
    return min(max(value, 0.0), 100.0)


def wallet_share(rank, N):
    """Rank-based wallet share (0 to 1): (1 - rank / (N + 1)) (2 / N); sums to 1 over ranks.

    :param rank: our place among the stores used, 1 = first; ties share their average rank
    :param N: number of stores used, 1 or more
    :raise ValueError: outside those ranges
    Source: Keiningham et al. 2011, Harvard Business Review 89(10):29.
    """
    if N < 1:
        raise ValueError("N must be at least 1")
    within("rank", rank, 1, N)
    return (1 - rank / (N + 1)) * (2 / N)
