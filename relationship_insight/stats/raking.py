"""Weights that make those who answered look like those who were meant: response cells, raking."""

import math
from typing import NamedTuple

from .checks import finite, not_negative, positive

TRIM = (0.3, 3.0)
SMALLEST_CELL = 20


class Raked(NamedTuple):
    """Weights (mean 1), effective sample size, design effect, and whether the margins were met."""

    weights: list
    n_eff: float
    design_effect: float
    converged: bool
    iterations: int


def rake(rows, margins, weights=None, iterations=50, tolerance=1e-6):
    """Iterative proportional fitting of the rows' weights to the margins of several dimensions.

    :param rows: one tuple of categories a respondent, one category a dimension
    :param margins: one dict a dimension, {category: share of the population}; each is taken
        relative to its sum, and a category without a respondent is left out
    :param weights: starting weights above 0, default equal
    :param iterations: sweeps at most
    :param tolerance: largest relative error of a margin at which to stop
    :return: :class:`Raked`; its weights add up to the number of rows
    :raise ValueError: on no row, rows of another width, a category without a margin, or a margin
        that is negative or adds up to nothing
    Sources: Deming & Stephan 1940; Kish 1965: n_eff = (sum w)^2 / sum w^2.
    """
    rows = [tuple(row) for row in rows]
    if not rows:
        raise ValueError("raking needs at least one respondent")
    if any(len(row) != len(margins) for row in rows):
        raise ValueError("every row needs one category a margin")
    current = [positive("weight", w) for w in (weights or [1.0] * len(rows))]
    if len(current) != len(rows):
        raise ValueError("weights must be as many as rows")
    scale = len(rows) / math.fsum(current)
    current = [w * scale for w in current]
    targets = [_targets(rows, d, margin) for d, margin in enumerate(margins)]
    sweep, error = 0, _error(rows, current, targets)
    while error > tolerance and sweep < iterations:
        for d, target in enumerate(targets):
            sums = _sums(rows, current, d)
            factors = {c: target[c] / sums[c] if sums[c] else 0.0 for c in target}
            current = [w * factors[row[d]] for row, w in zip(rows, current, strict=True)]
        sweep += 1
        error = _error(rows, current, targets)
    n_eff = effective_size(current)
    return Raked(current, n_eff, len(rows) / n_eff, error <= tolerance, sweep)


def effective_size(weights):
    """Kish's effective sample size of weights, 1 to their number.

    :raise ValueError: on a negative weight or none above 0
    """
    weights = [not_negative("weight", w) for w in weights]
    total = positive("sum of weights", math.fsum(weights))
    return total**2 / math.fsum(w * w for w in weights)


def response_weights(cells, trim=TRIM):
    """Weight of an answer in each cell: mean response rate over the cell's, trimmed.

    :param cells: {cell: (invited, answered)}
    :param trim: smallest and largest weight
    :return: {cell: weight}; cells in which nobody answered are left out
    :raise ValueError: on more answers than invitations or nobody invited
    Source: inverse response propensity; Brick 2013, Journal of Official Statistics 29:329.
    """
    invited, answered = _totals(cells)
    mean = answered / invited
    low, high = trim
    return {
        cell: min(high, max(low, mean / (done / asked)))
        for cell, (asked, done) in cells.items()
        if done
    }


def merge_small_cells(cells, smallest=SMALLEST_CELL):
    """Join each cell with fewer invitations than ``smallest`` to the next in order.

    :param cells: {cell: (invited, answered)}, sortable cells
    :return: {cell: the cell it stands in}; the last joins the one before it
    """
    groups, size = [[]], 0
    for cell in sorted(cells):
        groups[-1].append(cell)
        size += cells[cell][0]
        if size >= smallest:
            groups.append([])
            size = 0
    last = groups.pop()
    if last:
        if groups:
            groups[-1] += last
        else:
            groups.append(last)
    return {cell: group[0] for group in groups for cell in group}


def cell_weights(cells, segment, smallest=SMALLEST_CELL):
    """Weight of one answer in each cell, so that the answers look like all who are in the cells.

    First by response in coarser cells, trimmed, then raked to the margin of every dimension.

    :param cells: {cell: (asked, answered, sum of design weights)}; a cell is a tuple of categories
    :param segment: function that gives the coarser cell of a cell
    :param smallest: coarser cells with fewer people are joined
    :return: ({cell: weight}, R-indicator); the weights of all answers have the mean 1
    :raise ValueError: as :func:`rake` and :func:`response_weights`
    """
    coarse = _join(cells, segment)
    merged = merge_small_cells(coarse, smallest)
    groups = _join(coarse, merged.get)
    response = response_weights(groups)
    rows = sorted(cell for cell, (_asked, done, _design) in cells.items() if done)
    # A cell's design weight is spread over its answers; one nobody answered in has none.
    start = [
        cells[cell][2] / cells[cell][0] * cells[cell][1] * response.get(merged[segment(cell)], 1.0)
        for cell in rows
    ]
    margins = [{} for _dimension in rows[0]] if rows else []
    for cell, (_asked, _done, design) in cells.items():
        for margin, category in zip(margins, cell, strict=True):
            margin[category] = margin.get(category, 0) + design
    raked = rake(rows, margins, start)
    scale = math.fsum(cells[cell][1] for cell in rows) / math.fsum(raked.weights)
    weights = {
        cell: weight * scale / cells[cell][1]
        for cell, weight in zip(rows, raked.weights, strict=True)
    }
    return weights, r_indicator(groups)


def _join(cells, key):
    """Add up people and answers of the cells with one key."""
    joined = {}
    for cell, (asked, done, *_rest) in cells.items():
        before = joined.get(key(cell), (0, 0))
        joined[key(cell)] = (before[0] + asked, before[1] + done)
    return joined


def r_indicator(cells):
    """Representativity of the answers, 1 - 2 S(response rate): 1 is a perfect likeness.

    :param cells: {cell: (invited, answered)}
    :raise ValueError: as :func:`response_weights`
    Source: Schouten, Cobben & Bethlehem 2009, Survey Methodology 35:101 (S over the persons,
    with n - 1).
    """
    invited, answered = _totals(cells)
    if invited < 2:
        return None
    mean = answered / invited
    squares = math.fsum(
        asked * (done / asked - mean) ** 2 for asked, done in cells.values() if asked
    )
    return 1 - 2 * math.sqrt(squares / (invited - 1))


def _totals(cells):
    for asked, done in cells.values():
        if not 0 <= finite("answered", done) <= finite("invited", asked):
            raise ValueError("nobody answers without an invitation")
    invited = positive("invited", math.fsum(asked for asked, _done in cells.values()))
    return invited, math.fsum(done for _asked, done in cells.values())


def _targets(rows, dimension, margin):
    present = {row[dimension] for row in rows}
    if missing := present - set(margin):
        raise ValueError(f"no margin for {sorted(map(str, missing))[0]}")
    kept = {c: not_negative("margin", share) for c, share in margin.items() if c in present}
    total = positive("sum of a margin", math.fsum(kept.values()))
    return {c: len(rows) * share / total for c, share in kept.items()}


def _sums(rows, weights, dimension):
    sums = dict.fromkeys((row[dimension] for row in rows), 0.0)
    for row, weight in zip(rows, weights, strict=True):
        sums[row[dimension]] += weight
    return sums


def _error(rows, weights, targets):
    worst = 0.0
    for d, target in enumerate(targets):
        sums = _sums(rows, weights, d)
        worst = max(worst, *(abs(sums[c] - t) / (t or 1) for c, t in target.items()))
    return worst
