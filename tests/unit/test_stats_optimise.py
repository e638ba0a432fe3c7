"""The downhill simplex on known functions and against scipy."""

import math
from itertools import pairwise

import pytest
from ri_stats.optimise import nelder_mead
from scipy import optimize as peer


def rosenbrock(point):
    return sum(
        100 * (later - earlier**2) ** 2 + (1 - earlier) ** 2 for earlier, later in pairwise(point)
    )


@pytest.mark.parametrize("start", [[-1.2, 1.0], [3.0, -2.0], [0.0, 0.0, 0.0]])
def test_valley(start):
    found = nelder_mead(rosenbrock, start, tolerance=1e-12)
    theirs = peer.minimize(rosenbrock, start, method="BFGS")
    assert found.converged
    assert found.x == pytest.approx([1] * len(start), abs=1e-4)
    assert found.value <= theirs.fun + 1e-8


def test_forbidden_ground_is_left_alone():
    def log_loss(point):
        return math.inf if point[0] <= 0 else point[0] - 2 * math.log(point[0])

    def nan_loss(point):
        return math.nan if point[0] <= 0 else point[0] - 2 * math.log(point[0])

    for loss in (log_loss, nan_loss):
        found = nelder_mead(loss, [0.1], step=0.5)
        assert found.x[0] == pytest.approx(2, abs=1e-3)


def test_gives_up_and_says_so():
    found = nelder_mead(rosenbrock, [-1.2, 1.0], max_evaluations=20)
    assert not found.converged
    assert found.evaluations <= 23


@pytest.mark.parametrize(
    "arguments",
    [
        ([],),
        ([0.0], 0),
        ([0.0], 0.5, 0),
        ([-1.0],),
    ],
)
def test_bad_input_is_refused(arguments):
    with pytest.raises(ValueError):
        nelder_mead(lambda point: math.inf if point[0] < 0 else point[0], *arguments)
