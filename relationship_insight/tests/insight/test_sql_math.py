import math

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.relationship_insight.stats import special
from odoo.addons.relationship_insight.tools.sql_math import (
    sql_decay,
    sql_exp,
    sql_gamma_q,
    sql_hyp2f1,
    sql_ln_gamma,
    sql_normal_cdf,
)


@tagged("post_install", "-at_install")
class TestSqlMath(TransactionCase):
    def _evaluate(self, expression, points):
        """Values of an SQL expression over columns u, v at each point."""
        rows = SQL(", ").join(
            SQL("(%s, %s::float8, %s::float8)", number, u, v)
            for number, (u, v) in enumerate(points)
        )
        return [
            value
            for (value,) in self.env.execute_query(
                SQL(
                    "SELECT %s FROM (VALUES %s) AS point (number, u, v) ORDER BY number",
                    expression,
                    rows,
                )
            )
        ]

    def _compare(self, expression, points, expected, absolute, relative=0.0):
        for point, value in zip(points, self._evaluate(expression, points)):
            self.assertTrue(math.isfinite(value), point)
            target = expected(*point)
            self.assertAlmostEqual(
                value, target, delta=absolute + relative * abs(target), msg=f"{point}"
            )

    def test_exp(self):
        points = [(x, 0) for x in (-1e9, -800, -1, 0, 1, 500, 1e9)]
        self._compare(
            sql_exp(SQL("u")), points, lambda x, _v: math.exp(max(-600, min(600, x))), 0, 1e-12
        )

    def test_decay(self):
        """Evidence of long ago weighs next to nothing, it is no error."""
        points = [(age, rate) for age in (0, 1, 180, 50000) for rate in (1e-9, 0.004, 0.7)]
        self._compare(
            sql_decay(SQL("u"), SQL("v")),
            points,
            lambda age, rate: math.exp(-min(600, age * rate)),
            0,
            1e-12,
        )

    def test_ln_gamma(self):
        points = [(z, 0) for z in (1e-6, 1e-3, 0.1, 0.5, 1, 1.5, 2, 3.7, 10, 55.5, 171.7, 1e3, 1e5)]
        self._compare(sql_ln_gamma(SQL("u")), points, lambda z, _v: math.lgamma(z), 1e-9, 1e-12)

    def test_gamma_q(self):
        shapes = (1e-3, 0.05, 0.3848, 1, 2.3872, 7.5, 30, 120, 1000)
        limits = (1e-12, 1e-4, 0.05, 0.7, 1.3635, 5, 12, 30, 45)
        points = [(a, x) for a in shapes for x in limits]
        self._compare(sql_gamma_q(SQL("u"), SQL("v"), 45), points, special.gamma_q, 1e-8)

    def test_gamma_q_of_daily_customers(self):
        """A threshold of a purchase a day over years neither overflows nor loses its way."""
        longest = 1200.0
        points = [
            (a, x)
            for a in (0.4, 20, 101, 130, 500, 1100, 1101, 1250, 3000)
            for x in (0.01, 3, 100, 100.5, 101, 130, 400, 1099, 1100, longest)
        ]
        self._compare(sql_gamma_q(SQL("u"), SQL("v"), longest), points, special.gamma_q, 2e-6)

    def test_normal_cdf(self):
        points = [(z / 8, 0) for z in range(-320, 321, 5)]
        self._compare(sql_normal_cdf(SQL("u")), points, lambda z, _v: special.normal_cdf(z), 1.5e-7)

    def test_hyp2f1(self):
        for a, b in ((0.18, 0.4), (-0.2, 2.976), (0.9, -0.3), (2.5, 1.1)):
            points = [(c, z) for c in (0.7, 2.2, 5, 40, 900) for z in (1e-9, 0.1, 0.5, 0.8, 0.9)]
            self._compare(
                sql_hyp2f1(a, b, SQL("u"), SQL("v"), 200),
                points,
                lambda c, z, a=a, b=b: special.hyp2f1(a, b, c, z),
                1e-6,
                1e-6,
            )
