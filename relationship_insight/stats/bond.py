"""The bond between a customer and a member of staff, and what hangs on one person.

Strength of a tie is time, emotional intensity, intimacy and reciprocity (Granovetter 1973,
American Journal of Sociology 78:1360); closeness says most, frequency alone misleads (Marsden
& Campbell 1984, Social Forces 63:482). The weights are judgement.
"""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .checks import not_negative, within
from .shrinkage import kappa_from_reliability, recency_weights, shrink

# Counts up when the formula changes. 2: orders served and promises kept count; parts in points.
FORMULA_VERSION = 2
WEIGHTS = {"Q": 0.35, "I": 0.20, "R": 0.15, "L": 0.10, "M": 0.10, "Dn": 0.05, "N": 0.05}
CAP_WITHOUT_Q = 60.0
# An order served face to face counts as a greeting, on a day without a logged talk, for a year.
SERVED_DEPTH = 0.25
SERVED_DAYS = 365
TALK_HALF_LIFE = 180.0
# So much of conversations makes 63 % of what they can.
MASS_SCALE = 3.0
# So much of answers about a colleague is a voice.
MIN_MASS = 0.25
RECENCY_HALF_LIFE = 90.0
FULL_MONTHS = 36
DAYS_PER_MONTH = 30.4375
FULL_FACTS = 5
BANDS = (("none", 0.0), ("weak", 25.0), ("good", 50.0), ("strong", 70.0))
MARGIN = 5.0
BOUND = 40.0
# What the strongest and the second bond make of the one with the store.
FIRST_SHARE = 0.8
SECOND_SHARE = 0.2
CONCENTRATED = 0.8
STAY_IN_TOUCH = 4


class Components(NamedTuple):
    """Parts of the bond, each from 0 to 1; Q is None while the customer has not spoken."""

    Q: float | None
    I: float  # noqa: E741
    R: float
    L: float
    M: float
    Dn: float
    N: float


class Points(NamedTuple):
    """What each part adds to the bond, in points of four decimals that sum to it exactly.

    ``cap`` is what is taken off (0 or below) above 60 while the customer has not spoken.
    """

    Q: Decimal
    I: Decimal  # noqa: E741
    R: Decimal
    L: Decimal
    M: Decimal
    Dn: Decimal
    N: Decimal
    cap: Decimal


class Bond(NamedTuple):
    """Strength from 0 to 100, on whose word, its parts, and what they add."""

    value: float
    basis: str
    components: Components
    points: Points


class CustomerBond(NamedTuple):
    """Bonds of a customer with all staff taken together."""

    value: float
    bus_factor: int
    hhi: float
    risk: float


def shrunk_rapport(W, q, staff_mean, omega):
    """Rapport Q (0 to 1) of a dyad, drawn towards the staff member's mean.

    :param W: mass of the customer's answers, above 0, or 0 (then None: no voice, no Q)
    :param q: mean of the answers, 0 to 100
    :param staff_mean: mean over the staff member's customers, 0 to 100
    :param omega: reliability of the scale, above 0, at most 1
    :raise ValueError: outside those ranges
    """
    if not not_negative("W", W):
        return None
    within("q", q, 0, 100)
    within("staff_mean", staff_mean, 0, 100)
    return shrink(W, q, kappa_from_reliability(omega), staff_mean) / 100


def conversation_mass(conversations):
    """c_w: sum of depth * 2^(-age / 180) over conversations, 0 or above.

    :param conversations: pairs (age in days, depth), one a day and channel; depth 0.25
        greeting, 0.5 service, 1 real talk, 1.5 interview in depth
    :raise ValueError: on negative ages or depths
    """
    conversations = list(conversations)
    weights = recency_weights([age for age, _depth in conversations], TALK_HALF_LIFE)
    return math.fsum(
        weight * not_negative("depth", depth)
        for weight, (_age, depth) in zip(weights, conversations, strict=True)
    )


def bond(Q, c_w, days_since, listen, sell, cust_init, total, months, facts):
    """Bond of a customer and a staff member, 0 to 100.

    100 * sum w_k v_k, each term rounded to four decimals, over Q rapport .35, I = 1 -
    exp(-c_w / 3) .20, R = 2^(-days_since / 90) .15, L = (listen + 1) / (listen + sell + 2)
    .10, M = min(1, 2 (cust_init + 1) / (total + 2)) .10, Dn = min(1, ln(1 + months) / ln 37)
    .05, N = min(1, facts / 5) .05. Without Q the other weights are made to sum
    to 1, the result is at most 60 and ``basis`` is "staff-reported" instead of "customer".

    :param Q: rapport the customer reports, 0 to 1, or None
    :param c_w: mass of conversations, see :func:`conversation_mass`
    :param days_since: days since the last two-way conversation, None if there was none
    :param listen: conversations to listen or care
    :param sell: conversations to sell
    :param cust_init: conversations the customer began, of ``total``
    :param months: length of the acquaintance
    :param facts: things learnt about the customer's wishes, and promises kept, in 12 months
    :return: None if there was neither a conversation nor an answer: nothing is known
    :raise ValueError: on negative numbers, or more conversations begun than held
    """
    if Q is not None:
        within("Q", Q, 0, 1)
    for name, value in (
        ("c_w", c_w),
        ("listen", listen),
        ("sell", sell),
        ("months", months),
        ("facts", facts),
    ):
        not_negative(name, value)
    within("cust_init", cust_init, 0, total)
    if Q is None and days_since is None:
        return None
    recent = 0.0
    if days_since is not None:
        recent = 2 ** (-not_negative("days_since", days_since) / RECENCY_HALF_LIFE)
    parts = Components(
        Q,
        -math.expm1(-c_w / MASS_SCALE),
        recent,
        (listen + 1) / (listen + sell + 2),
        min(1.0, 2 * (cust_init + 1) / (total + 2)),
        min(1.0, math.log1p(months) / math.log(FULL_MONTHS + 1)),
        min(1.0, facts / FULL_FACTS),
    )
    points = _points(parts)
    basis = "staff-reported" if Q is None else "customer"
    return Bond(float(sum(points)), basis, parts, points)


def _points(parts):
    known = {name: part for name, part in parts._asdict().items() if part is not None}
    whole = 1.0 if parts.Q is not None else 1 - WEIGHTS["Q"]
    points = {
        name: _rounded(100 * WEIGHTS[name] * known.get(name, 0.0) / whole) for name in WEIGHTS
    }
    most = Decimal(100 if parts.Q is not None else int(CAP_WITHOUT_Q))
    return Points(cap=min(Decimal(0), most - sum(points.values())), **points)


def _rounded(value):
    # As PostgreSQL rounds a double that was cast to numeric.
    return Decimal(format(value, ".15g")).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def shown_points(points):
    """Return the points as whole numbers that still add up to the rounded bond.

    :param points: sequence of numbers that sum to the bond
    :return: list of int; the largest remainders are rounded up first (Hamilton 1792)
    """
    points = [float(point) for point in points]
    shown = [math.floor(point) for point in points]
    missing = math.floor(math.fsum(points) + 0.5) - sum(shown)
    order = sorted(range(len(points)), key=lambda place: (shown[place] - points[place], place))
    for place in order[:missing]:
        shown[place] += 1
    return shown


def band(value, prev=None):
    """Band of a bond: "none", "weak" from 25, "good" from 50, "strong" from 70.

    A band is left only by more than 5 points, so that it does not flicker.

    :param value: bond, 0 to 100
    :param prev: band before, None if there was none
    :raise ValueError: on a bond out of range or a band that is not known
    """
    within("value", value, 0, 100)
    names = [name for name, _start in BANDS]
    limits = [start for _name, start in BANDS] + [100.0]
    if prev is not None:
        if prev not in names:
            raise ValueError(f"{prev!r} is not a band")
        place = names.index(prev)
        if limits[place] - MARGIN <= value < limits[place + 1] + MARGIN:
            return prev
    return next(name for name, start in reversed(BANDS) if value >= start)


def customer_bond(bonds, contacts):
    """Bond of a customer with the store: .8 * strongest + .2 * second; None without bonds.

    ``bus_factor`` counts staff with a bond of 40 or more; ``hhi`` is the concentration of
    contacts (1 = one person has them all); ``risk`` is key-person risk (b_max / sum b) *
    value / 100, from 0 to 1.

    :param bonds: bond with each member of staff, 0 to 100
    :param contacts: conversations of each, 0 or above
    :raise ValueError: outside those ranges
    Source of the risk: Palmatier, Scheer & Steenkamp 2007, Journal of Marketing Research
    44:185; of the index: Herfindahl 1950.
    """
    ordered = sorted((within("bond", b, 0, 100) for b in bonds), reverse=True)
    if not ordered:
        return None
    contacts = list(contacts)
    second = ordered[1] if len(ordered) > 1 else 0.0
    value = FIRST_SHARE * ordered[0] + SECOND_SHARE * second
    total = math.fsum(ordered)
    held = math.fsum(not_negative("contacts", count) for count in contacts)
    return CustomerBond(
        value,
        sum(b >= BOUND for b in ordered),
        math.fsum((count / held) ** 2 for count in contacts) if held else 0.0,
        ordered[0] / total * value / 100 if total else 0.0,
    )


def key_person_alert(customer, top_margin, stay_in_touch=None):
    """Whether to warn that a good customer hangs on one member of staff.

    :param customer: :class:`CustomerBond`
    :param top_margin: the customer is among the best 20 % by margin
    :param stay_in_touch: "would stay in touch if they moved", 1 to 5, None = not asked
    :raise ValueError: if it is off the scale
    """
    follows = (
        stay_in_touch is not None and within("stay_in_touch", stay_in_touch, 1, 5) >= STAY_IN_TOUCH
    )
    return bool(
        customer.bus_factor == 1 and top_margin and (follows or customer.hhi >= CONCENTRATED)
    )
