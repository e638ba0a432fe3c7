"""How far colleagues differ in talking, and whether one of them hardly talks at all.

Each colleague has talks y and expected talks e (orders times the talks per order that is usual).
The logarithm of y / e scatters for two reasons: chance (counts of customers are negative
binomial of size k, their sum over n customers of size n k), and because colleagues differ. A
seller is held against the second too. With three colleagues it can hardly be estimated, so it is
drawn towards a usual difference (scaled inverse chi-square prior). The seller's own talks have
no part in it, and a colleague beyond a fifth or five times of the middle one counts as being
there, so that two who are silent can't hide each other. The chance of so few talks is the
negative binomial's, averaged over what the seller's own habit may be (Student's t: Gelman et al.
2013, Bayesian Data Analysis, 3.2; scatter between colleagues by moments: DerSimonian & Laird
1986, Controlled Clinical Trials 7:177).
"""

import math
import statistics
from typing import NamedTuple

from . import silence
from .checks import not_negative, positive

# Chosen by tests/simulate/sim_silence.py: at most one false alarm in a hundred sellers who talk
# as colleagues do and whose sales double.
ALPHA = 0.0075
# "Almost no talk": at most this share of what the middle colleague would have had.
FEW = 0.08
# A silent seller's share of it: where such a seller could not be seen, nobody can be judged.
SILENT = 0.03
MIN_TEAM = 3  # below, the team is held against everybody
MIN_COLLEAGUES = 2
USUAL_SPREAD = 0.55
USUAL_WEIGHT = 6
FARTHEST = math.log(5)
_NODES = [step / 10 for step in range(-40, 41)]


class Cell(NamedTuple):
    """Sums over the buyers of one channel: how many, talks, their squares, orders."""

    n: float
    talks: float
    squares: float
    orders: float


class Usual(NamedTuple):
    """What the middle colleague has of what was expected (log), the SD of the log of the next
    one, and its degrees of freedom."""

    centre: float
    spread: float
    freedom: float


class Comparison(NamedTuple):
    """What colleagues have by channel, and what is expected of one seller by their rates.

    ``size`` is that of the seller's sum; ``usual`` is None with too few colleagues.
    """

    peers: dict
    expected: float
    size: float
    usual: Usual | None

    @property
    def typical(self):
        """Talks the middle colleague would have had with these orders; None without any."""
        return self.expected * math.exp(self.usual.centre) if self.usual else None


class Verdict(NamedTuple):
    """Chance of growth, of so few talks, of both (1 where sales or talks say otherwise).

    ``can_tell`` is False where sales grew, but even a seller with hardly a talk would not stand
    out.
    """

    growth_p: float
    deficit_p: float
    p: float
    can_tell: bool


def compare(own, team, others):
    """Return the :class:`Comparison` of a seller, team or shop.

    :param own: {channel: :class:`Cell`}
    :param team: the same of those to compare with first
    :param others: the same of everybody else, the team among them
    """
    peers = {}
    for channel in own:
        everybody = [other[channel] for other in others if channel in other]
        near = [mate[channel] for mate in team if channel in mate]
        near = near if len(near) >= MIN_TEAM else everybody
        rate = silence.shrunk_rate(
            math.fsum(cell.talks for cell in near),
            math.fsum(cell.orders for cell in near),
            [(cell.talks, cell.orders) for cell in everybody],
        )
        size = silence.size_by_moments(
            *(
                math.fsum(getattr(cell, name) for cell in everybody)
                for name in ("n", "talks", "squares")
            )
        )
        if rate and size:
            peers[channel] = silence.Peers(rate, size)
    _talks, expected, size = _sums(own, peers)
    known = [sums for mate in team if (sums := _sums(mate, peers))[1]]
    if len(known) < MIN_TEAM:
        known = [sums for other in others if (sums := _sums(other, peers))[1]]
    return Comparison(peers, expected, size, usual(known) if expected else None)


def _sums(cells, peers):
    """Talks, expected talks and the size of their negative binomial, in the peers' channels."""
    talks = expected = noise = 0.0
    for channel, (rate, size) in peers.items():
        cell = cells.get(channel)
        if cell and cell.n:
            mean = rate * cell.orders
            talks += cell.talks
            expected += mean
            noise += mean * mean / (cell.n * size)
    return talks, expected, expected * expected / noise if noise else math.inf


def usual(colleagues):
    """Return :class:`Usual` of the colleagues of one seller; None with fewer than two.

    :param colleagues: (talks, talks expected, size of the negative binomial of that sum) of
        each colleague, the seller not among them; who has nothing expected says nothing
    :raise ValueError: on negative numbers
    """
    logs, noises = [], []
    for talks, expected, size in colleagues:
        if not_negative("expected", expected):
            counted = not_negative("talks", talks) + 0.5
            logs.append(math.log(counted / (expected + 0.5)))
            noises.append(1 / counted + (0 if math.isinf(size) else 1 / positive("size", size)))
    n = len(logs)
    if n < MIN_COLLEAGUES:
        return None
    middle = statistics.median(logs)
    logs = [min(max(value, middle - FARTHEST), middle + FARTHEST) for value in logs]
    mean = math.fsum(logs) / n
    between = math.fsum((value - mean) ** 2 for value in logs) - (n - 1) / n * math.fsum(noises)
    freedom = USUAL_WEIGHT + n - 1
    variance = (USUAL_WEIGHT * USUAL_SPREAD**2 + max(0.0, between)) / freedom
    weights = [1 / (variance + noise) for noise in noises]
    centre = math.fsum(w * value for w, value in zip(weights, logs)) / math.fsum(weights)
    return Usual(centre, math.sqrt(variance + 1 / math.fsum(weights)), freedom)


def few_p(talks, comparison):
    """Chance that a seller like the colleagues has ``talks`` or fewer; 0 to 1.

    :param comparison: :class:`Comparison` with enough colleagues
    """
    centre, spread, freedom = comparison.usual
    scale = spread * math.sqrt(freedom)
    total = whole = 0.0
    for x in _NODES:
        # Student's t at sqrt(freedom) * sinh(x), times what a step of x means there.
        weight = math.cosh(x) ** -freedom
        mean = comparison.expected * math.exp(min(centre + scale * math.sinh(x), 50.0))
        total += weight * silence.deficit_p(talks, min(mean, 1e9), comparison.size)
        whole += weight
    return total / whole


def judge(x0, x1, talks, comparison):
    """Return the :class:`Verdict` on orders that went from x0 to x1 with so many talks.

    :param comparison: :class:`Comparison` with enough colleagues
    :raise ValueError: on negative numbers
    """
    growth = silence.growth_p(x0, x1)
    ratio = silence.growth_ratio(x0, x1)
    grew = growth <= silence.ALPHA and (ratio is None or ratio >= silence.MIN_RATIO)
    deficit = few_p(talks, comparison)
    typical = comparison.typical
    p = max(growth, deficit) if grew and talks <= FEW * typical else 1.0
    can_tell = (
        not grew
        or talks >= typical
        or is_silent(growth, deficit, p)
        or few_p(round(SILENT * typical), comparison) <= ALPHA
    )
    return Verdict(growth, deficit, p, can_tell)


def is_silent(growth_p, deficit_p, p, q=0.0):
    """True where sales rose with almost no talk, also among all that were looked at (q)."""
    return p < 1 and growth_p <= silence.ALPHA and deficit_p <= ALPHA and q <= silence.FDR
