import math
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...stats import raking, shares

CLASSES = ("true", "latent", "spurious", "low")
# Customers are drawn anew in so many groups; who buys alike goes together, BINS to a factor e.
GROUPS = 100
BINS = 4


# Weights that rest on fewer answers than these would call one customer's answer the others'.
LEAST_ALIKE = 20


class Totals(NamedTuple):
    """Intervals of the four classes; customers among them who were judged and placed nowhere."""

    classes: tuple
    unsure: int


class RelationshipInsights(models.AbstractModel):
    """How many of all customers belong to each class, and how sure that is."""

    _inherit = "relationship.insights"

    @api.model
    def _get_insight_shares(self, domain, placed):
        """Return how many of all customers of ``domain`` belong to each class.

        That is who is placed there, which is counted, and of the others who is foreseen to belong
        there (``stats.shares``): it is never below the count that stands beside it, and the four
        add up to everybody. ``least`` and ``most`` hold wherever the others belong.

        :param placed: {class: customers placed there}
        :return: dict with ``n`` (who can be judged), ``status``, and ``values``: {class: dict
            with ``count``, ``count_low``, ``count_high``, the same as parts of all (``share``,
            ``low``, ``high``), ``least``, ``most``}
        """
        constants = self._get_share_constants()
        judged = domain & Domain(
            [
                ("class_review_date", "!=", False),
                ("attitude_worth", ">", 0),
                ("company_id", "in", list(constants)),
            ]
        )
        cells = self._get_share_cells(domain, judged)
        n = sum(done for _others, done in cells.values())
        status = self._get_insight_status(n, self.env.companies._relationship_floor())
        result = {"n": None if status == "suppressed" else n, "status": status, "values": {}}
        if status not in ("ok", "low_base"):
            return result
        counts = [placed[key] for key in CLASSES]
        others = sum(others for others, _done in cells.values())
        found = self._estimate_totals(
            judged, constants, counts, others, self._get_share_weights(cells)
        )
        if not found:
            return {**result, "status": "insufficient"}
        total = sum(counts) + found.unsure + others
        whole = shares.whole_numbers(counts, [interval.estimate for interval in found.classes])
        for key, count, number, (_estimate, low, high) in zip(
            CLASSES, counts, whole, found.classes, strict=True
        ):
            low, high = min(math.floor(low + 1e-6), number), max(math.ceil(high - 1e-6), number)
            result["values"][key] = {
                "count": number,
                "count_low": low,
                "count_high": high,
                "share": number / total,
                "low": low / total,
                "high": high / total,
                "least": count / total,
                "most": (count + total - sum(counts)) / total,
            }
        return result

    @api.model
    def _get_share_constants(self):
        """Return {company id: the constants its insight was computed with}, where there are any.

        They are a setting of the company, so they are read for every user.
        """
        calibrations = (
            self.env["relationship.calibration"]
            .sudo()
            .search([("company_id", "in", self.env.companies.ids)], order="date, id")
        )
        return {
            calibration.company_id.id: {
                **calibration.params,
                "line": calibration.company_id.relationship_attitude_threshold,
            }
            for calibration in calibrations
            if "kappa" in calibration.params
        }

    @api.model
    def _get_share_cells(self, domain, judged):
        """Return {(recency, frequency, spend): (who can't be judged, who can)}.

        Whoever is placed, or judged and placed nowhere, isn't one of the first.
        """
        Profile = self.env["relationship.profile"]
        groupby = ["rfm_recency", "rfm_frequency", "rfm_monetary"]
        nowhere = Domain("loyalty_class", "in", [False, "unknown"])
        everyone, unsure, done = (
            {
                tuple(fifth or 0 for fifth in cell): count
                for *cell, count in Profile._read_group(each, groupby, ["__count"])
            }
            for each in (domain & nowhere, judged & nowhere, judged)
        )
        return {
            cell: (everyone.get(cell, 0) - unsure.get(cell, 0), done.get(cell, 0))
            for cell in everyone | done
        }

    @api.model
    def _get_share_weights(self, cells):
        """Return {cell: weight} that makes who can be judged look like who can't."""
        like = {
            cell: (others + done, done, others) for cell, (others, done) in cells.items() if others
        }
        if any(done for _asked, done, _others in like.values()):
            weights, _likeness = raking.cell_weights(like, lambda cell: cell[::2])
            worth = [(like[cell][1], weight) for cell, weight in weights.items()]
            # Kish's effective number of answers, as raking.effective_size of each one's weight.
            if math.fsum(n * w for n, w in worth) ** 2 >= LEAST_ALIKE * math.fsum(
                n * w * w for n, w in worth
            ):
                return weights
        return {cell: 1.0 for cell, (_others, done) in cells.items() if done}

    @api.model
    def _estimate_totals(self, judged, constants, placed, others, weights):
        """Return the ``stats.shares.ClassTotals`` and how many were judged and placed nowhere."""
        query = self._query_share_customers(judged, constants, weights)
        rows = self._read_share_rows(query)
        alike = {}
        for company, x_bin, t_bin, _group, n, x_w, t_w, *_told in rows:
            sums = alike.setdefault((company, x_bin, t_bin), [0, 0.0, 0.0])
            for place, value in enumerate((n, x_w, t_w)):
                sums[place] += value
        scores = {}
        for key, (n, x_w, t_w) in alike.items():
            params = constants[key[0]]
            scores[key] = shares.behaviour_score(
                max(x_w / n, 0),
                t_w / n,
                params["half_life"],
                params["r"],
                params["alpha"],
                params["theta"],
            )
        unsure = [
            shares.Unsure(n, scores[company, x_bin, t_bin], r, o)
            for company, x_bin, t_bin, n, r, o in self._read_share_unsure(query)
        ]
        found = shares.class_totals(
            placed,
            [
                (
                    group,
                    scores[company, x_bin, t_bin],
                    shares.Told(*told[:5]),
                    shares.Told(*told[5:]),
                )
                for company, x_bin, t_bin, group, _n, _x_w, _t_w, *told in rows
            ],
            unsure,
            others,
        )
        return found and Totals(found[:4], sum(cell.n for cell in unsure))

    @api.model
    def _query_share_customers(self, judged, constants, weights):
        """SELECT who can be judged: bins of buying, what they told, and their weight."""
        Profile = self.env["relationship.profile"]
        query = Profile._search(judged)
        names = (
            "company_id",
            "x_weighted",
            "t_weighted",
            "commercial_partner_id",
            "attitude_told",
            "attitude_worth",
            "rfm_recency",
            "rfm_frequency",
            "rfm_monetary",
            "loyalty_class",
        )
        customers = query.select(
            *(
                SQL(
                    "%s AS %s" if name == "loyalty_class" else "COALESCE(%s, 0) AS %s",
                    Profile._field_to_sql(Profile._table, name, query),
                    SQL.identifier(name),
                )
                for name in names
            )
        )
        return SQL(
            """
            SELECT customer.*, COALESCE(weights.w, 0) AS w,
                   COALESCE(loyalty_class, 'unknown') = 'unknown' AS unsure,
                   FLOOR(LN(1 + GREATEST(x_weighted, 0)) * %(bins)s)::int AS x_bin,
                   FLOOR(LN(1 + GREATEST(t_weighted, 0)) * %(bins)s)::int AS t_bin,
                   attitude_worth / (attitude_worth + kappa) AS r,
                   (attitude_told - line) / tau AS o
              FROM (%(customers)s) customer
              JOIN (VALUES %(constants)s) AS constants (company, line, kappa, tau)
                ON constants.company = customer.company_id
         LEFT JOIN (VALUES %(weights)s) AS weights (recency, frequency, spend, w)
                ON (weights.recency, weights.frequency, weights.spend)
                 = (rfm_recency, rfm_frequency, rfm_monetary)
            """,
            customers=customers,
            constants=SQL(", ").join(
                SQL(
                    "(%s, %s::float8, %s::float8, %s::float8)",
                    company,
                    params["line"],
                    params["kappa"],
                    params["sigma_w"] / params["kappa"] ** 0.5,
                )
                for company, params in constants.items()
            ),
            weights=SQL(", ").join(
                SQL("(%s, %s, %s, %s::float8)", *cell, weight) for cell, weight in weights.items()
            ),
            bins=BINS,
        )

    @api.model
    def _read_share_rows(self, query):
        """Return rows (company, bin of x_w, bin of T_w, group, customers, sums of x_w and T_w,
        then the sums of ``stats.shares.Told`` twice: as they are, and weighted)."""
        told = [
            SQL(
                "SUM(%(w)s), SUM(%(w)s * r), SUM(%(w)s * r * o), SUM(%(w)s * r * r),"
                " SUM(%(w)s * (r * r * o * o - r * (1 - r)))",
                w=w,
            )
            for w in (SQL("1::float8"), SQL("w"))
        ]
        return self.env.execute_query(
            SQL(
                """
            SELECT company_id, x_bin, t_bin,
                   ((commercial_partner_id::bigint * 2654435761) %% 1000003 %% %(groups)s)::int,
                   COUNT(*), SUM(x_weighted), SUM(t_weighted), %(told)s
              FROM (%(query)s) heard
          GROUP BY 1, 2, 3, 4
            """,
                query=query,
                told=SQL(", ").join(told),
                groups=GROUPS,
            )
        )

    @api.model
    def _read_share_unsure(self, query):
        """Return rows (company, bins of x_w and T_w, customers, means of R and attitude)."""
        return self.env.execute_query(
            SQL(
                """
            SELECT company_id, x_bin, t_bin, COUNT(*), AVG(r), AVG(o)
              FROM (%(query)s) heard
             WHERE unsure
          GROUP BY 1, 2, 3, FLOOR(r * 8), FLOOR(o * 3)
          ORDER BY 1, 2, 3, FLOOR(r * 8), FLOOR(o * 3)
            """,
                query=query,
            )
        )
