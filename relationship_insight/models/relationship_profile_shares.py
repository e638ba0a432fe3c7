from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..stats import raking, shares

CLASSES = ("true", "latent", "spurious", "low")
# Customers are drawn anew in so many groups; who buys alike goes together, BINS to a factor e.
GROUPS = 100
BINS = 4


class RelationshipProfile(models.Model):
    """What share of all customers each class makes, and how sure that is."""

    _inherit = "relationship.profile"

    @api.model
    def _get_insight_shares(self, domain):
        """Return the shares of the classes among all customers of ``domain``.

        They come from the customers who can be judged (``stats.shares``), weighted so that in how
        lately, how often and for how much they buy they look like all. ``least`` and ``most``
        hold whatever the others are like.

        :return: dict with ``n`` (who can be judged), ``status``, and ``values``: {class: dict
            with ``share``, ``low``, ``high``, ``least``, ``most``}
        """
        constants = self._get_share_constants()
        judged = domain & Domain([
            ("class_review_date", "!=", False), ("attitude_worth", ">", 0),
            ("company_id", "in", list(constants))])
        cells = self._get_share_cells(domain, judged)
        n = sum(done for _asked, done, _design in cells.values())
        status = self._get_insight_status(n, self._get_insight_floor())
        result = {"n": None if status == "suppressed" else n, "status": status, "values": {}}
        if status not in ("ok", "low_base"):
            return result
        weights, _likeness = raking.cell_weights(cells, lambda cell: cell[::2])
        found = self._estimate_shares(judged, constants, weights)
        plain = self._estimate_shares(judged, constants, dict.fromkeys(weights, 1.0))
        if not (found and plain):
            return {**result, "status": "insufficient"}
        total = sum(asked for asked, _done, _design in cells.values())
        for key in CLASSES:
            share, low, high = getattr(found, key)
            least, most = shares.bounds(getattr(plain, key), n, total)
            result["values"][key] = {
                "share": share, "low": low, "high": high,
                "least": min(least, low), "most": max(most, high)}
        return result

    @api.model
    def _get_share_constants(self):
        """Return {company id: the constants its insight was computed with}, where there are any.

        They are a setting of the company, so they are read for every user.
        """
        calibrations = self.env["relationship.calibration"].sudo().search(
            [("company_id", "in", self.env.companies.ids)], order="date, id")
        return {
            calibration.company_id.id: {
                **calibration.params,
                "line": calibration.company_id.relationship_attitude_threshold}
            for calibration in calibrations if "kappa" in calibration.params}

    @api.model
    def _get_share_cells(self, domain, judged):
        """Return {(recency, frequency, spend): (customers, who can be judged, customers)}."""
        groupby = ["rfm_recency", "rfm_frequency", "rfm_monetary"]
        counts = [
            {tuple(fifth or 0 for fifth in cell): count
             for *cell, count in self._read_group(each, groupby, ["__count"])}
            for each in (domain, judged)]
        return {
            cell: (count, counts[1].get(cell, 0), count) for cell, count in counts[0].items()}

    @api.model
    def _estimate_shares(self, judged, constants, weights):
        """Return the ``stats.shares.ClassShares`` of the customers of ``judged``."""
        rows = self._read_share_rows(judged, constants, weights)
        alike = {}
        for company, x_bin, t_bin, _group, n, x_w, t_w, *_told in rows:
            sums = alike.setdefault((company, x_bin, t_bin), [0, 0.0, 0.0])
            for place, value in enumerate((n, x_w, t_w)):
                sums[place] += value
        scores = {}
        for key, (n, x_w, t_w) in alike.items():
            params = constants[key[0]]
            scores[key] = shares.behaviour_score(
                max(x_w / n, 0), t_w / n, params["half_life"], params["r"], params["alpha"],
                params["theta"])
        return shares.class_shares([
            (group, scores[company, x_bin, t_bin], shares.Told(*told))
            for company, x_bin, t_bin, group, _n, _x_w, _t_w, *told in rows])

    @api.model
    def _read_share_rows(self, judged, constants, weights):
        """Return rows (company, bin of x_w, bin of T_w, group, customers, sums of x_w and T_w,
        then the sums of ``stats.shares.Told``)."""
        query = self._search(judged)
        names = (
            "company_id", "x_weighted", "t_weighted", "commercial_partner_id", "attitude_told",
            "attitude_worth", "rfm_recency", "rfm_frequency", "rfm_monetary")
        customers = query.select(*(
            SQL("COALESCE(%s, 0) AS %s", self._field_to_sql(self._table, name, query),
                SQL.identifier(name)) for name in names))
        return self.env.execute_query(SQL(
            """
            WITH customer AS (%(customers)s),
            heard AS (
                SELECT customer.*, weights.w,
                       attitude_worth / (attitude_worth + kappa) AS r,
                       (attitude_told - line) / tau AS o
                  FROM customer
                  JOIN (VALUES %(constants)s) AS constants (company, line, kappa, tau)
                    ON constants.company = customer.company_id
                  JOIN (VALUES %(weights)s) AS weights (recency, frequency, spend, w)
                    ON (weights.recency, weights.frequency, weights.spend)
                     = (rfm_recency, rfm_frequency, rfm_monetary)
            )
            SELECT company_id, FLOOR(LN(1 + GREATEST(x_weighted, 0)) * %(bins)s)::int,
                   FLOOR(LN(1 + GREATEST(t_weighted, 0)) * %(bins)s)::int,
                   ((commercial_partner_id::bigint * 2654435761) %% 1000003 %% %(groups)s)::int,
                   COUNT(*), SUM(x_weighted), SUM(t_weighted),
                   SUM(w), SUM(w * r), SUM(w * r * o), SUM(w * r * r),
                   SUM(w * (r * r * o * o - r * (1 - r)))
              FROM heard
          GROUP BY 1, 2, 3, 4
            """,
            customers=customers,
            constants=SQL(", ").join(
                SQL("(%s, %s::float8, %s::float8, %s::float8)", company, params["line"],
                    params["kappa"], params["sigma_w"] / params["kappa"] ** 0.5)
                for company, params in constants.items()),
            weights=SQL(", ").join(
                SQL("(%s, %s, %s, %s::float8)", *cell, weight)
                for cell, weight in weights.items()),
            bins=BINS, groups=GROUPS))
