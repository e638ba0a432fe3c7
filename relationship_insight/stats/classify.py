"""The loyalty matrix: attitude by behaviour, as chances, a state that does not flicker, reasons.

Source of the matrix: Dick & Basu 1994, JAMS 22:99. "unknown" is an answer of its own: lack of
evidence is never counted as low loyalty.
"""

import math
from typing import NamedTuple

from .checks import not_negative, within

CLASSES = ("true", "latent", "spurious", "low")
UNKNOWN = "unknown"
MIN_W = 0.25
# With less evidence of how they feel it is time to ask again.
THIN_W = 0.5
MIN_DAYS = 60
CUT = 0.60
JUMP = 0.75
KEEP = 0.40
RUNS = 2
HIGH = 0.80


class Posterior(NamedTuple):
    """Chance of each class; they sum to 1."""

    true: float
    latent: float
    spurious: float
    low: float


class State(NamedTuple):
    """The class shown, and for how many runs another one has been waiting."""

    state: str
    pend: int


class Classification(NamedTuple):
    """A customer's class with what is needed to explain it."""

    P: Posterior
    state: str
    pend: int
    confidence: str | None
    reason: str | None


def posteriors(pA, pB):
    """Chance of each class, taking attitude and behaviour as independent.

    :param pA: chance that the attitude is high, 0 to 1
    :param pB: chance that the purchase rate is high, 0 to 1
    :raise ValueError: outside those ranges
    """
    within("pA", pA, 0, 1)
    within("pB", pB, 0, 1)
    return Posterior(pA * pB, pA * (1 - pB), (1 - pA) * pB, (1 - pA) * (1 - pB))


def gate(W, T, x, median_gap=None, has_attitude=True, opted_out=False):
    """Reason why a customer cannot be judged, or None: opted_out, no_attitude, stale, no_behaviour.

    :param W: mass of attitude evidence; below 0.25 it is stale
    :param T: days since the first purchase, None if there is none
    :param x: repeat purchase days
    :param median_gap: usual days between purchases; a customer who never repeated is judged
        only after the longer of 60 days and this
    :param has_attitude: this very customer has answered at least once
    :param opted_out: the customer wants no mail, so can't be asked; what they have said counts
    :raise ValueError: on negative numbers
    """
    not_negative("W", W)
    not_negative("x", x)
    if not has_attitude:
        return "opted_out" if opted_out else "no_attitude"
    if W < MIN_W:
        return "stale"
    if T is None:
        return "no_behaviour"
    wait = max(MIN_DAYS, not_negative("median_gap", median_gap or 0))
    if x < 1 and not_negative("T", T) < wait:
        return "no_behaviour"
    return None


def next_state(P, ok, prev=None, pend=0):
    """Advance the state by one monthly run.

    A class must hold two runs, or be 75 % sure, to replace another; the old one is kept down
    to 40 %. From unknown a class is taken at once when it is 60 % sure.

    :param P: chances of the four classes
    :param ok: gates passed
    :param prev: state of the run before, None or "unknown" if there was none
    :param pend: runs for which another class has been waiting
    :raise ValueError: on an unknown state or chances that do not sum to 1
    """
    P = _posterior(P)
    chances = P._asdict()
    if prev not in (None, UNKNOWN, *CLASSES):
        raise ValueError(f"{prev!r} is not a state")
    best = max(CLASSES, key=chances.get)
    g = best if ok and chances[best] >= CUT else UNKNOWN
    if prev in (None, UNKNOWN):
        return State(g, 0)
    if not ok:
        return State(UNKNOWN, pend)
    if g not in (UNKNOWN, prev):
        if pend + 1 >= RUNS or chances[g] >= JUMP:
            return State(g, 0)
        return State(prev, pend + 1)
    return State(prev if chances[prev] >= KEEP else UNKNOWN, 0)


def confidence(P, state, basis="relative"):
    """ "high" from 80 %, "medium" from 60 %, "low" below (a class kept), None for unknown.

    :param basis: "absolute" when the customer rated no rival; then "medium" at most
    :raise ValueError: on an unknown state or chances that do not sum to 1
    """
    if state == UNKNOWN:
        return None
    chances = _posterior(P)._asdict()
    if state not in chances:
        raise ValueError(f"{state!r} is not a state")
    if chances[state] >= HIGH and basis != "absolute":
        return "high"
    return "medium" if chances[state] >= CUT else "low"


def classify(pA, pB, reason=None, prev=None, pend=0, basis="relative"):
    """Judge a customer: chances, state, confidence, and the reason when the state is unknown.

    :param reason: what :func:`gate` gave
    :raise ValueError: as :func:`posteriors` and :func:`next_state`
    """
    P = posteriors(pA, pB)
    state, pend = next_state(P, reason is None, prev, pend)
    if state == UNKNOWN:
        reason = reason or "ambiguous"
    return Classification(P, state, pend, confidence(P, state, basis), reason)


def _posterior(P):
    P = Posterior(*P)
    for chance in P:
        within("chance", chance, 0, 1)
    if abs(math.fsum(P) - 1) > 1e-6:
        raise ValueError("the chances must sum to 1")
    return P
