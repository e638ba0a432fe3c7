import logging
import time

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...stats import attitude, bgnbd, gaps, rate, scales
from ...tools.scope import Scope
from .refresh.motives import cte_motives
from .refresh.purchases import cte_orders
from .refresh.rapport import sql_sittings
from .refresh.voice import cte_observations

_logger = logging.getLogger(__name__)

# Models are fitted on at most this many customers, drawn by a hash of their id.
SAMPLE_SIZE = 25_000
DEFAULT_GAP = 30.0
# A company with few answers leans on this, its own mean taking over as answers come in.
DEFAULT_ATTITUDE = 62.0
PRIOR_CUSTOMERS = 30
# Where hardly anyone drops out, a and b run away together and powers of them underflow.
MAX_DROPOUT_SHAPE = 100


class RelationshipCalibration(models.Model):
    """The constants fitted to one company's data up to a date, kept to recompute the past alike."""

    _name = "relationship.calibration"
    _description = "Fitted Constants"
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    params = fields.Json(required=True, readonly=True)
    rate_grid = fields.Json(
        readonly=True, help="Thousandths of today's purchase rates, for ranking single customers."
    )
    customer_count = fields.Integer(string="Customers", readonly=True)
    duration = fields.Float(string="Seconds", readonly=True)

    _company_date_uniq = models.Constraint(
        "UNIQUE(company_id, date)", "One calibration per company and day."
    )

    @api.model
    def _get(self, company, asof, anew=False):
        """Return the constants in force on ``asof``, fitting them first when a month has passed.

        Constants from fewer than 100 customers are defaults, refitted every day, ``anew`` even
        twice a day: a store that begins today brings in its orders bit by bit.
        """
        latest = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("date", "<=", asof),
                ("date", ">", asof - relativedelta(months=1)),
            ],
            limit=1,
        )
        if latest and latest.customer_count >= rate.MIN_CUSTOMERS:
            return latest
        if latest.date == asof and not anew:
            return latest
        return self._calibrate(company, asof)

    @api.model
    def _calibrate(self, company, asof):
        """Fit and store every constant from the evidence up to ``asof``."""
        start = time.monotonic()
        rows = self._behaviour_rows(company, asof)
        equating, compared = self._fit_equating(company, asof)
        Reliability = self.env["relationship.reliability"]
        known = Reliability._get_params(Reliability._refresh(company, asof))
        params = {
            **known,
            **self._fit_behaviour(company, rows),
            **self._fit_attitude(company, asof, known["omega"], equating),
            "equating": list(equating),
            "equating_count": compared,
            **self._fit_motives(company, asof),
            **self._fit_rapport(company, asof),
        }
        values = {
            "params": params,
            "customer_count": params["customers"],
            "duration": time.monotonic() - start,
        }
        calibration = self.sudo().search([("company_id", "=", company.id), ("date", "=", asof)])
        if calibration:
            calibration.write(values)
        else:
            calibration = self.sudo().create({"company_id": company.id, "date": asof, **values})
        _logger.info(
            "Relationship Insight: %s calibrated on %s customers in %.1f s",
            company.name,
            params["customers"],
            values["duration"],
        )
        return calibration

    def _behaviour_rows(self, company, asof):
        """Return rows (x, t_x, T, median gap, ages of repeat days) of a sample of customers."""
        share = self._get_sample_share(company, asof)
        return self.env.execute_query(
            SQL(
                """
            WITH %(orders)s,
            sampled AS (
                SELECT customer, day, %(asof)s - day AS age,
                       day - LAG(day) OVER (PARTITION BY customer ORDER BY day) AS gap
                  FROM (
                    SELECT DISTINCT customer, visit_day AS day
                      FROM orders
                     WHERE visit_day IS NOT NULL
                       AND (customer::bigint * 2654435761) %% 1000000 < %(share)s
                  ) visit
            )
            SELECT COUNT(*) - 1 AS x, MAX(day) - MIN(day) AS t_x, %(asof)s - MIN(day) AS t,
                   PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap) AS gap,
                   ARRAY_AGG(age ORDER BY age DESC) AS ages
              FROM sampled
          GROUP BY customer
            """,
                orders=cte_orders(Scope.at(company, asof)),
                asof=SQL("%s::date", asof),
                share=round(share * 1_000_000),
            )
        )

    def _get_sample_share(self, company, asof):
        """Return which share of the company's customers models are fitted on.

        All contacts of the database aren't the company's customers, of whom a sample by them would
        leave hardly any. Before the first refresh nobody is counted yet: then buyers are.
        """
        Profile = self.env["relationship.profile"]
        customers = Profile.sudo().search_count([("company_id", "=", company.id)])
        if not customers:
            [(customers,)] = self.env.execute_query(
                SQL(
                    "WITH %s SELECT COUNT(DISTINCT customer) FROM orders",
                    cte_orders(Scope.at(company, asof)),
                )
            )
        return min(1.0, SAMPLE_SIZE / max(customers, 1))

    def _fit_behaviour(self, company, rows):
        """Half-life, NBD, threshold rate, BG/NBD and MBG/NBD, as far as the data carry them."""
        all_gaps = sorted(row[3] for row in rows if row[3] is not None)
        gap = all_gaps[len(all_gaps) // 2] if all_gaps else DEFAULT_GAP
        half_life = company.relationship_behaviour_half_life or gaps.half_life(gap)
        histories = [(x, t_x, t) for x, t_x, t, _gap, _ages in rows if t >= 1]
        nbd = rate.fit_nbd_or_fallback([], rate.collapse([(x, t) for x, _t_x, t in histories]), gap)
        params = {
            "customers": len(rows),
            "median_gap": gap,
            "half_life": half_life,
            "r": nbd.r,
            "alpha": nbd.alpha,
            "nbd_source": nbd.source,
            "theta": self._threshold_rate(company, rows, half_life, nbd, gap),
        }
        enough = len(histories) >= rate.MIN_CUSTOMERS and any(x for x, _t_x, _t in histories)
        for name, modified in (("bgnbd", False), ("mbgnbd", True)):
            if enough:
                fit = bgnbd.fit(rate.collapse(histories), modified)
                usable = fit.converged and fit.a < MAX_DROPOUT_SHAPE
                params[name] = [fit.r, fit.alpha, fit.a, fit.b] if usable else None
        return params

    def _threshold_rate(self, company, rows, half_life, nbd, gap):
        """Purchases per day from which a customer buys often."""
        if company.relationship_target_interval:
            return 1 / company.relationship_target_interval
        rates = []
        for x, _t_x, t, _gap, ages in rows:
            x_w = sum(2 ** (-age / half_life) for age in ages[1:])
            t_w = rate.discounted_time(t, half_life)
            rates.append((x, rate.purchase_rate(x_w, t_w, nbd.r, nbd.alpha)))
        return rate.default_theta(rates) or 1 / (2 * gap)

    def _fit_equating(self, company, asof):
        """Return how attitudes with and without rivals compare, and on how many who gave both.

        Who rates a rival rates us as well, so both are known of each.
        """
        pairs = self.env.execute_query(
            SQL(
                """
            WITH %(observations)s
            SELECT (ARRAY_AGG(attitude_us::float8 ORDER BY day DESC, person))[1],
                   (ARRAY_AGG(compared ORDER BY day DESC, person))[1]
              FROM observations
             WHERE compared IS NOT NULL
          GROUP BY customer
          ORDER BY (customer::bigint * 2654435761) %% 1000000
             LIMIT %(limit)s
            """,
                observations=cte_observations(Scope.at(company, asof)),
                limit=SAMPLE_SIZE,
            )
        )
        return scales.fit_equating(pairs), len(pairs)

    def _fit_attitude(self, company, asof, omega, equating=scales.EQUATING):
        """Spread of attitudes within and between customers, and the mean of each segment.

        :param omega: reliability of an answer, used where too few were asked twice to tell
        """
        rows = self.env.execute_query(
            SQL(
                """
            WITH %(observations)s
            SELECT customer, partner.is_company,
                   ARRAY_AGG(score ORDER BY day DESC)
                       FILTER (WHERE day > %(asof)s - 365) AS panel,
                   (ARRAY_AGG(score ORDER BY day DESC))[1] AS latest
              FROM observations
              JOIN res_partner partner ON partner.id = customer
             WHERE score IS NOT NULL
          GROUP BY customer, partner.is_company
          ORDER BY (customer::bigint * 2654435761) %% 1000000
             LIMIT %(limit)s
            """,
                observations=cte_observations(Scope.at(company, asof), equating),
                asof=SQL("%s::date", asof),
                limit=SAMPLE_SIZE,
            )
        )
        spread = attitude.variance_components(
            [row[2] for row in rows if row[2]], [row[3] for row in rows], omega
        )
        means = {}
        everyone = [row[3] for row in rows]
        company_mean = (sum(everyone) + PRIOR_CUSTOMERS * DEFAULT_ATTITUDE) / (
            len(everyone) + PRIOR_CUSTOMERS
        )
        for is_company in (True, False):
            segment = [row[3] for row in rows if bool(row[1]) == is_company]
            enough = len(segment) >= attitude.MIN_PRIOR
            means[is_company] = sum(segment) / len(segment) if enough else company_mean
        return {
            "sigma_w": spread.sigma_w2**0.5,
            "kappa": spread.kappa,
            "attitude_source": spread.source,
            "mu_company": means[True],
            "mu_person": means[False],
        }

    def _fit_motives(self, company, asof):
        """Mean share of each motive over the customers who named theirs, by measure id."""
        rows = self.env.execute_query(
            SQL(
                """
            WITH %(motives)s
            SELECT measure_id, SUM(share) / NULLIF(SUM(SUM(share)) OVER (), 0)
              FROM motives GROUP BY measure_id
            """,
                motives=cte_motives(Scope.at(company, asof)),
            )
        )
        return {"motives": {str(measure_id): share for measure_id, share in rows}}

    def _fit_rapport(self, company, asof):
        """Mean rapport (0 to 1) customers report about each member of staff, by partner id."""
        rows = self.env.execute_query(
            SQL(
                "SELECT staff, AVG(score) / 100 FROM (%s) AS sitting GROUP BY staff",
                sql_sittings(Scope.at(company, asof)),
            )
        )
        return {"rapport": {str(staff_id): float(mean) for staff_id, mean in rows}}
