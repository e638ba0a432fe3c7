"""Sellers held against colleagues: scipy's distributions, and the case that went unseen."""

import math

import pytest
from ri_stats import colleagues, silence
from scipy import integrate, stats


def seller(n, talks, orders, size=0.75):
    """A seller of n customers whose talks scatter as counts of that size do."""
    mean = talks / n
    return colleagues.Cell(n, talks, n * (mean * mean + mean + mean * mean / size), orders)


def compare(own, others):
    others = [{"store": cell} for cell in others]
    return colleagues.compare({"store": own}, others, others)


USUAL = [seller(30, talks, 400) for talks in (150, 120, 170, 140)]


def test_seven_talks_where_145_are_expected():
    """173 orders became 413: the old test called this nothing unusual (p .052)."""
    comparison = compare(seller(30, 7, 413), USUAL)
    assert comparison.typical == pytest.approx(145, rel=0.08)
    verdict = colleagues.judge(173, 413, 7, comparison)
    assert verdict.deficit_p < 0.002
    assert colleagues.is_silent(*verdict[:3])
    assert verdict.can_tell


def test_who_talks_or_did_not_grow_is_not_silent():
    comparison = compare(seller(30, 7, 413), USUAL)
    for x0, x1, talks in ((173, 413, 60), (173, 413, 20), (400, 413, 0), (1, 3, 0)):
        verdict = colleagues.judge(x0, x1, talks, comparison)
        assert verdict.p == 1
        assert not colleagues.is_silent(*verdict[:3])
        assert verdict.can_tell


def test_almost_no_talk_is_a_twelfth_of_the_usual():
    """A tenth still named one in a hundred whose orders alone had doubled (make simulate)."""
    for talks, silent in ((9, True), (13, False)):
        comparison = compare(seller(30, talks, 413), USUAL)
        assert 140 < comparison.typical < 150
        verdict = colleagues.judge(173, 413, talks, comparison)
        assert verdict.deficit_p < colleagues.ALPHA
        assert colleagues.is_silent(*verdict[:3]) is silent


def test_too_few_talks_to_judge():
    """With two talks expected nobody can be told from chance, and that is said."""
    few = [seller(30, talks, 400) for talks in (2, 3, 1, 2)]
    verdict = colleagues.judge(173, 413, 0, compare(seller(30, 0, 413), few))
    assert not colleagues.is_silent(*verdict[:3])
    assert not verdict.can_tell
    verdict = colleagues.judge(413, 173, 0, compare(seller(30, 0, 173), few))
    assert verdict.can_tell  # nothing grew: there is nothing to judge


def test_colleagues_all_over_the_place():
    wild = [seller(30, talks, 400) for talks in (2, 150, 30)]
    verdict = colleagues.judge(173, 413, 1, compare(seller(30, 1, 413), wild))
    assert not colleagues.is_silent(*verdict[:3])
    assert not verdict.can_tell


def test_another_silent_colleague_hides_nobody():
    alone = compare(seller(30, 3, 413), [*USUAL, seller(30, 130, 400), seller(30, 160, 400)])
    beside = compare(seller(30, 3, 413), [*USUAL, seller(30, 130, 400), seller(30, 2, 400)])
    for comparison in (alone, beside):
        assert colleagues.is_silent(*colleagues.judge(173, 413, 3, comparison)[:3])


def test_chance_equals_scipy():
    """The negative binomial averaged over Student's t of the logarithm."""
    comparison = colleagues.Comparison({}, 40.0, 22.0, colleagues.Usual(-0.2, 0.6, 8.0))
    for talks in (0, 1, 4, 25, 90):

        def chance(z, talks=talks):
            mean = 40 * math.exp(z)
            return stats.nbinom.cdf(talks, 22, 22 / (22 + mean)) * stats.t.pdf(
                z, 8, loc=-0.2, scale=0.6
            )

        expected = integrate.quad(chance, -12, 12, limit=400)[0]
        assert colleagues.few_p(talks, comparison) == pytest.approx(expected, rel=2e-3)


def test_usual_draws_few_colleagues_towards_the_usual_difference():
    same = colleagues.usual([(100, 100, math.inf)] * 3)
    assert same.centre == pytest.approx(0, abs=1e-12)
    assert same.freedom == 8
    assert same.spread == pytest.approx(
        math.sqrt(6 * 0.55**2 / 8 + (6 * 0.55**2 / 8 + 1 / 100.5) / 3)
    )
    many = colleagues.usual([(100, 100, math.inf)] * 39)
    assert many.spread < 0.25
    apart = colleagues.usual([(40, 100, math.inf), (100, 100, math.inf), (250, 100, math.inf)])
    assert apart.spread > same.spread
    assert colleagues.usual([(5, 5, 1.0)]) is None
    assert colleagues.usual([(5, 5, 1.0), (3, 0, 1.0)]) is None


def test_channels_are_compared_each_with_its_own():
    own = {"store": seller(20, 5, 100), "sale": seller(10, 5, 50)}
    others = [
        {"store": seller(20, 40, 100), "sale": seller(10, 5, 50)},
        {"store": seller(20, 60, 100)},
        {"sale": seller(10, 15, 50)},
    ]
    comparison = colleagues.compare(own, [], others)
    assert comparison.expected == pytest.approx(0.5 * 100 + 0.2 * 50, rel=0.05)
    alone = colleagues.compare({"sale": seller(10, 5, 50)}, [], others[1:2])
    assert (alone.peers, alone.usual, alone.typical) == ({}, None, None)


def test_least_expected():
    assert silence.least_expected(math.inf) == pytest.approx(3.00, abs=5e-3)
    assert silence.least_expected(1.5) == pytest.approx(9.55, abs=5e-3)
    assert silence.deficit_p(0, silence.least_expected(0.8), 0.8) == pytest.approx(0.05)
    with pytest.raises(ValueError):
        silence.least_expected(0)
