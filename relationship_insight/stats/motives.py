"""Why a customer buys here: shares of motives, and drivers named only on two kinds of evidence."""

import math
from typing import NamedTuple

from .checks import not_negative, positive
from .shrinkage import recency_weights, shrink

RELATIONAL = ("staff", "friend", "trust", "atmosphere")
SITUATIONAL = ("location", "convenience", "price", "promotion", "habit", "only_option")
MERIT = ("quality", "assortment")
MOTIVES = (*SITUATIONAL, *MERIT, *RELATIONAL)
KAPPA_M = 1.0
STATED = "stated"
BEHAVIOURAL = "behavioural"


class MotiveGroups(NamedTuple):
    """Shares of the three groups of motives; they sum to 1."""

    relational: float
    situational: float
    merit: float


class DriverEvidence(NamedTuple):
    """One piece of evidence on a driver: its kind, and whether it points there (None: no data)."""

    kind: str
    agrees: bool | None


def token_shares(tokens):
    """Shares a_k of one answer: tokens of each motive / all tokens given; None if none was.

    :param tokens: {motive: tokens}, motives left out count 0
    :raise ValueError: on negative tokens or a motive that is not known
    """
    for motive, given in tokens.items():
        if motive not in MOTIVES:
            raise ValueError(f"{motive!r} is not a motive")
        not_negative(motive, given)
    total = math.fsum(tokens.values())
    if not total:
        return None
    return {motive: tokens.get(motive, 0) / total for motive in MOTIVES}


def motive_shares(answers, segment, half_life, kappa_m=KAPPA_M):
    """Shares M_k = (sum w a_k + kappa_m m_k) / (W + kappa_m) of a customer; they sum to 1.

    :param answers: pairs (age in days, {motive: tokens}); an answer without tokens is left out
    :param segment: {motive: share} m_k of the segment, summing to 1
    :param half_life: days, above 0
    :param kappa_m: answers the segment is worth, above 0
    :raise ValueError: outside those ranges
    Source: posterior mean of multinomial shares with a Dirichlet prior.
    """
    positive("kappa_m", kappa_m)
    prior = _shares(segment)
    given = [(age, token_shares(tokens)) for age, tokens in answers]
    given = [(age, shares) for age, shares in given if shares is not None]
    weights = recency_weights([age for age, _shares in given], half_life)
    W = math.fsum(weights)
    result = {}
    for motive in MOTIVES:
        stated = math.fsum(
            w * shares[motive] for w, (_age, shares) in zip(weights, given, strict=True)
        )
        result[motive] = shrink(W, stated / W if W else None, kappa_m, prior[motive])
    return result


def motive_groups(shares):
    """Relational, situational and merit share of motive shares that sum to 1.

    :raise ValueError: if they do not, or a motive is not known
    """
    shares = _shares(shares)
    return MotiveGroups(
        *(
            math.fsum(shares[motive] for motive in group)
            for group in (RELATIONAL, SITUATIONAL, MERIT)
        )
    )


def driver_status(evidence):
    """ "named" if evidence of both kinds points to a driver, "suspected" if of one, else None.

    What people say they buy for and what their purchases show err in different ways; two
    pieces of the same kind therefore count once.

    :param evidence: :class:`DriverEvidence` or pairs (kind, agrees), kind "stated" or
        "behavioural"
    :raise ValueError: on another kind
    """
    kinds = set()
    for kind, agrees in evidence:
        if kind not in (STATED, BEHAVIOURAL):
            raise ValueError(f"{kind!r} is not a kind of evidence")
        if agrees:
            kinds.add(kind)
    return (None, "suspected", "named")[len(kinds)]


def _shares(shares):
    for motive, share in shares.items():
        if motive not in MOTIVES:
            raise ValueError(f"{motive!r} is not a motive")
        not_negative(motive, share)
    if abs(math.fsum(shares.values()) - 1) > 1e-6:
        raise ValueError("shares must sum to 1")
    return {motive: shares.get(motive, 0.0) for motive in MOTIVES}
