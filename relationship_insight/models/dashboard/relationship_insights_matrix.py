from bisect import insort
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..insight.relationship_profile import LOYALTY_CLASSES

POINT_LIMIT = 1500
CLASSES = [key for key, _label in LOYALTY_CLASSES if key != "unknown"]
# Bins: eight to a factor of ten in purchases per year, five points of attitude.
RATE_RATIO = 10 ** (1 / 8)
RATE_RANGE = (0.1, 400)
ATTITUDE_STEP = 5


class RelationshipInsights(models.AbstractModel):
    """The loyalty matrix: how attached customers feel by how often they buy."""

    _inherit = "relationship.insights"

    @api.model
    @api.readonly
    def get_insight_matrix(self, filters=None):
        """Return the loyalty matrix of the customers the user may see.

        Up to ``POINT_LIMIT`` customers with an attitude come one by one, more come counted in
        bins whose edges include the two threshold lines.

        :param filters: see ``_read_insight_filters``
        :return: dict with ``classes``, ``unknown``, ``shares``, ``total``, ``asof``, ``x_line``
            (purchases per year), ``y_line`` (attitude), ``points`` or ``bins``, ``domain``,
            ``money`` (see ``_get_insight_money``)
        """
        Profile = self._get_profiles()
        filters = self._read_insight_filters(filters)
        domain = self._get_insight_domain(filters)
        known = domain & Domain("attitude_count", ">", 0)
        x_line, x_source = self._get_insight_rate_line(known)
        result = {
            "domain": list(domain),
            "floor": self.env.companies._relationship_floor(),
            "x_line": x_line,
            "x_source": x_source,
            "y_line": self.env.company.relationship_attitude_threshold,
            "money": self._get_insight_money(filters),
            **self._get_insight_classes(domain),
        }
        profiles = Profile.search_fetch(
            known,
            ["commercial_partner_id", "rate_year", "attitude", "loyalty_class", "confidence"],
            limit=POINT_LIMIT + 1,
            order="id",
        )
        if len(profiles) <= POINT_LIMIT:
            return {**result, "points": self._get_insight_points(profiles), "bins": None}
        return {
            **result,
            "points": None,
            "bins": self._get_insight_bins(known, x_line, result["y_line"]),
        }

    @api.model
    def _get_insight_rate_line(self, domain):
        """Return from how many purchases a year a customer buys often, and where that is from.

        The rate the classes were computed with is a setting of the company, so it is read for
        every user; without one it is the company's target, then the median of ``domain``.
        """
        calibration = (
            self.env["relationship.calibration"]
            .sudo()
            .search([("company_id", "=", self.env.company.id)], limit=1)
        )
        theta = (calibration.params or {}).get("theta")
        if theta:
            return round(theta * 365, 2), "calibration"
        interval = self.env.company.relationship_target_interval
        if interval > 0:
            return round(365 / interval, 2), "target"
        Profile = self.env["relationship.profile"]
        query = Profile._search(domain & Domain("rate_year", ">", 0))
        [(median,)] = self.env.execute_query(
            query.select(
                SQL(
                    "percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)",
                    Profile._field_to_sql(Profile._table, "rate_year", query),
                )
            )
        )
        return (round(float(median), 2), "median") if median else (None, None)

    @api.model
    def _get_insight_classes(self, domain):
        """Count the classes and why others are unknown; estimate the shares of the classes.

        Beside each count stands the domain of whom it counts.
        """
        Profile = self.env["relationship.profile"]
        classes, reasons, dates = defaultdict(int), defaultdict(int), []
        for loyalty_class, reason, count, date in Profile._read_group(
            domain,
            ["loyalty_class", "unknown_reason"],
            ["__count", "date:max"],
        ):
            loyalty_class = loyalty_class or "unknown"
            classes[loyalty_class] += count
            dates += [date] if date else []
            if loyalty_class == "unknown":
                reasons[reason or "no_attitude"] += count
        nowhere = domain & Domain("loyalty_class", "in", ["unknown", False])
        labels = dict(Profile._fields["loyalty_class"]._description_selection(self.env))
        why = Profile._fields["unknown_reason"]._description_selection(self.env)
        return {
            "asof": max(dates, default=None),
            "total": sum(classes.values()),
            "classes": [
                {
                    "key": key,
                    "name": labels[key],
                    "count": classes[key],
                    "domain": list(domain & Domain("loyalty_class", "=", key)),
                }
                for key in CLASSES
            ],
            "unknown": {
                "name": labels["unknown"],
                "count": classes["unknown"],
                "domain": list(nowhere),
                "reasons": [
                    {
                        "key": key,
                        "name": name,
                        "count": reasons[key],
                        "domain": list(
                            nowhere
                            & Domain(
                                "unknown_reason",
                                "in",
                                [key, False] if key == "no_attitude" else [key],
                            )
                        ),
                    }
                    for key, name in why
                    if reasons[key]
                ],
            },
            "shares": self._get_insight_shares(domain, classes),
        }

    @api.model
    def _get_insight_points(self, profiles):
        """Return [id, partner id, purchases a year, attitude, class, confidence, name].

        Partner and name are left empty for contacts the user may not read.
        """
        partners = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search_fetch([("id", "in", profiles.commercial_partner_id.ids)], ["name"])
        )
        names = {partner.id: partner.name or "" for partner in partners}
        return [
            [
                profile.id,
                profile.commercial_partner_id.id
                if profile.commercial_partner_id.id in names
                else False,
                profile.rate_year,
                profile.attitude,
                profile.loyalty_class or "unknown",
                profile.confidence,
                names.get(profile.commercial_partner_id.id, ""),
            ]
            for profile in profiles
        ]

    @api.model
    def _get_insight_bins(self, domain, x_line, y_line):
        """Count customers by bin of the matrix and class.

        :return: dicts with ``x`` and ``y`` (from, below; None = no limit) and ``classes``
        """
        x_edges, y_edges = self._get_insight_edges(x_line, y_line)
        Profile = self.env["relationship.profile"]
        query = Profile._search(domain)

        def bucket(name, edges):
            # 0 below the first edge, so bucket i lies between edges i - 1 and i.
            return SQL(
                "width_bucket(COALESCE(%s, 0), %s::numeric[])",
                Profile._field_to_sql(Profile._table, name, query),
                edges,
            )

        query.groupby = SQL("1, 2, 3")
        rows = self.env.execute_query(
            query.select(
                bucket("rate_year", x_edges),
                bucket("attitude", y_edges),
                Profile._field_to_sql(Profile._table, "loyalty_class", query),
                SQL("COUNT(*)"),
            )
        )
        bins = defaultdict(lambda: defaultdict(int))
        for x, y, loyalty_class, count in rows:
            bins[x, y][loyalty_class or "unknown"] += count
        x_edges, y_edges = [None, *x_edges, None], [None, *y_edges, None]
        return [
            {"x": x_edges[x : x + 2], "y": y_edges[y : y + 2], "classes": dict(classes)}
            for (x, y), classes in sorted(bins.items())
        ]

    @api.model
    def _get_insight_edges(self, x_line, y_line):
        """Return the inner edges of the bins, at the precision the figures are stored with."""
        low, high = RATE_RANGE
        start = min(max(x_line or 1, low), high)
        below, above = start, start
        x_edges = {round(start, 2)}
        while below > low:
            below /= RATE_RATIO
            x_edges.add(round(below, 2))
        while above < high:
            above *= RATE_RATIO
            x_edges.add(round(above, 2))
        y_edges = list(range(ATTITUDE_STEP, 100, ATTITUDE_STEP))
        if y_line not in y_edges and 0 < y_line < 100:
            insort(y_edges, round(y_line, 4))
        return sorted(x_edges), y_edges
