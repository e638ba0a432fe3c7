"""Which figures of a table may be shown without giving a single customer away."""

from .checks import not_negative


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
        key=lambda cell: cell[:2])
    hidden, total = set(), 0
    for n, _name, key in filled:
        if n >= minimum and (not hidden or total >= minimum):
            break
        hidden.add(key)
        total += n
    return hidden
