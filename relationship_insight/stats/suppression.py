"""Which figures of a table may be shown without giving a single customer away."""

from .checks import not_negative


def in_steps(people, minimum):
    """Return how many of the answers, from the first on, may be counted in a figure.

    The figure moves on only when answers of at least ``minimum`` further people have come in: two
    looks at it never differ by fewer.

    :param people: who gave each answer, in the order they came in; None is somebody new each time
    :param minimum: people from which on a figure is shown, 1 or above
    :raise ValueError: on a minimum below 1
    """
    if minimum < 1:
        raise ValueError("the minimum must be 1 or above")
    counted, step = 0, set()
    for place, person in enumerate(people, 1):
        step.add((place,) if person is None else person)
        if len(step) >= minimum:
            counted, step = place, set()
    return counted


def hidden_cells(counts, minimum):
    """Return the keys of one table row or column whose figures must not be shown.

    A cell below ``minimum`` respondents is hidden. When the hidden ones together are still fewer
    than ``minimum``, they could be had from the total: the next smallest cells are hidden too.
    An empty cell hides nothing and gives nothing away.

    :param counts: {key: respondents}
    :param minimum: respondents from which on a figure is shown, 1 or above
    :raise ValueError: on a negative count or a minimum below 1
    Source: cell suppression with complementary cells; Hundepool et al. 2012, Statistical
    Disclosure Control, chapter 4.
    """
    if minimum < 1:
        raise ValueError("the minimum must be 1 or above")
    filled = sorted(
        ((not_negative("count", n), str(key), key) for key, n in counts.items() if n),
        key=lambda cell: cell[:2],
    )
    hidden, total = set(), 0
    for n, _name, key in filled:
        if n >= minimum and (not hidden or total >= minimum):
            break
        hidden.add(key)
        total += n
    return hidden
