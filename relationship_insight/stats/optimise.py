"""Minimisation without derivatives."""

import math
from typing import NamedTuple

from .checks import positive


class Minimum(NamedTuple):
    """Where a function is smallest, and how the search ended."""

    x: tuple
    value: float
    evaluations: int
    converged: bool


def nelder_mead(function, start, step=0.5, tolerance=1e-9, max_evaluations=4000, settled=None):
    """Minimise ``function`` by the downhill simplex.

    :param function: takes a list of floats, gives a float; inf or nan means "not allowed here"
    :param start: first guess, a sequence of finite floats
    :param step: size of the first simplex along each axis, above 0
    :param tolerance: the search ends once the simplex is smaller than this along each axis
        (relative to 1 and the coordinate) and its values differ by less than this, squared
        coordinates being second order
    :param max_evaluations: calls of ``function`` after which it gives up (``converged`` False)
    :param settled: takes the simplex, pairs (value, point) from the best to the worst; True ends
        the search too, for functions known to be flat somewhere
    :raise ValueError: on an empty start, a bad step, or a start that is not allowed
    Source: Nelder & Mead 1965, Computer Journal 7:308; coefficients 1, 2, 1/2, 1/2.
    """
    positive("step", step)
    positive("tolerance", tolerance)
    size = len(start)
    if not size:
        raise ValueError("start must hold at least one number")

    def value_of(point):
        value = function(point)
        return math.inf if math.isnan(value) else value

    points = [list(start)]
    for axis in range(size):
        point = list(start)
        point[axis] += step
        points.append(point)
    simplex = [(value_of(point), point) for point in points]
    if not math.isfinite(simplex[0][0]):
        raise ValueError("the function is not finite at the start")
    evaluations = size + 1
    converged = False
    while evaluations < max_evaluations:
        simplex.sort(key=_by_value)
        best, worst = simplex[0], simplex[-1]
        converged = (
            worst[0] - best[0] <= tolerance * (1 + abs(best[0]))
            and all(
                abs(point[axis] - best[1][axis]) <= math.sqrt(tolerance) * (1 + abs(best[1][axis]))
                for _value, point in simplex[1:]
                for axis in range(size)
            )
            or bool(settled and settled(simplex))
        )
        if converged:
            break
        centre = [
            math.fsum(point[axis] for _value, point in simplex[:-1]) / size for axis in range(size)
        ]
        reflected = _along(value_of, centre, worst[1], -1.0)
        evaluations += 1
        if reflected[0] < best[0]:
            expanded = _along(value_of, centre, worst[1], -2.0)
            evaluations += 1
            simplex[-1] = min(expanded, reflected, key=_by_value)
        elif reflected[0] < simplex[-2][0]:
            simplex[-1] = reflected
        else:
            towards = -0.5 if reflected[0] < worst[0] else 0.5
            contracted = _along(value_of, centre, worst[1], towards)
            evaluations += 1
            if contracted[0] < min(reflected[0], worst[0]):
                simplex[-1] = contracted
            else:
                shrunk = [
                    [(mine + other) / 2 for mine, other in zip(best[1], point, strict=True)]
                    for _value, point in simplex[1:]
                ]
                simplex[1:] = [(value_of(point), point) for point in shrunk]
                evaluations += size
    value, point = min(simplex, key=_by_value)
    return Minimum(tuple(point), value, evaluations, converged)


def _by_value(vertex):
    return vertex[0]


def _along(value_of, centre, worst, factor):
    point = [middle + factor * (bad - middle) for middle, bad in zip(centre, worst, strict=True)]
    return value_of(point), point
