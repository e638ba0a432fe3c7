import math

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...stats.motives import RELATIONAL, SITUATIONAL
from ...stats.special import t_quantile
from ..insight.relationship_profile import LOYALTY_CLASSES
from .relationship_insights import SHARE_DIGITS

MOTIVE_PREFIX = "M16_"
ONLY_CHOICE = "only"
GROUPS = {
    "relational": "relational_share",
    "merit": "merit_share",
    "situational": "situational_share",
}


class RelationshipInsights(models.AbstractModel):
    """Why they buy: the shares of the motives, and how they differ between the classes."""

    _inherit = "relationship.insights"

    @api.model
    @api.readonly
    def get_insight_motives(self, filters=None):
        """Return the mean share of each motive and of the three groups by class.

        The mean runs over customers who told us why they buy, with the normal interval
        m +- z s / sqrt(n), cut at 0 and 1.

        :param filters: see ``_read_insight_filters``
        :return: dict with ``n``, ``status``, ``motives`` (id, name, group, share, low, high),
            ``classes`` (key, n, status, shares by group), ``domain``
        """
        self._get_profiles()
        filters = self._read_insight_filters(filters)
        told = Domain("motive_count", ">", 0)
        domain = self._get_insight_domain(filters) & told
        floor = self.env.companies._relationship_floor()

        def people(chosen):
            return self._sql_insight_classes(chosen & told)

        classes = self._get_insight_motive_classes(domain, floor, filters, people)
        count = sum(cell.pop("count") for cell in classes)
        hidden = self._get_insight_hidden(
            filters,
            [count],
            lambda chosen: SQL("SELECT 0, person.id FROM (%s) person(cell, id)", people(chosen)),
            floor,
        )
        status = self._get_insight_status(count, floor, bool(hidden))
        return {
            "domain": list(domain),
            "floor": floor,
            "n": None if status == "suppressed" else count,
            "status": status,
            "classes": classes,
            "motives": self._get_insight_motive_shares(domain, count)
            if status in ("ok", "low_base")
            else [],
        }

    @api.model
    def _sql_insight_classes(self, domain):
        """SQL of the place of a customer's class among all, and of the customer."""
        Profile = self.env["relationship.profile"]
        query = Profile._search(domain)
        return query.select(
            SQL(
                "array_position(%s, COALESCE(%s, 'unknown')::text) - 1",
                [key for key, _label in LOYALTY_CLASSES],
                Profile._field_to_sql(Profile._table, "loyalty_class", query),
            ),
            Profile._field_to_sql(Profile._table, "commercial_partner_id", query),
        )

    @api.model
    def _get_insight_motive_classes(self, domain, floor, filters, people):
        Profile = self.env["relationship.profile"]
        rows = {
            loyalty_class or "unknown": (count, shares)
            for loyalty_class, count, *shares in Profile._read_group(
                domain, ["loyalty_class"], ["__count", *(f"{name}:avg" for name in GROUPS.values())]
            )
        }
        labels = Profile._fields["loyalty_class"]._description_selection(self.env)
        counts = [rows.get(key, (0, ()))[0] for key, _label in LOYALTY_CLASSES]
        hidden = self._get_insight_hidden(filters, counts, people, floor)
        result = []
        for place, (key, label) in enumerate(labels):
            status = self._get_insight_status(counts[place], floor, place in hidden)
            shown = status in ("ok", "low_base")
            result.append(
                {
                    "key": key,
                    "name": label,
                    "count": counts[place],
                    "n": None if status == "suppressed" else counts[place],
                    "status": status,
                    "shares": {
                        name: round(share, SHARE_DIGITS)
                        for name, share in zip(GROUPS, rows[key][1])
                    }
                    if shown
                    else {},
                }
            )
        return result

    @api.model
    def _get_insight_motive_shares(self, domain, count):
        """Mean share and interval of each motive; a motive a customer gave nothing counts 0."""
        Profile = self.env["relationship.profile"]
        query = Profile._search(domain)
        motives = Profile._field_to_sql(Profile._table, "motives", query)
        rows = self.env.execute_query(
            SQL(
                """
            SELECT motive.key::int, SUM(motive.value::float), SUM(motive.value::float ^ 2)
              FROM (%s) AS profile(motives), jsonb_each_text(profile.motives) AS motive(key, value)
          GROUP BY 1
            """,
                query.select(
                    SQL(
                        "CASE WHEN jsonb_typeof(%(motives)s) = 'object' THEN %(motives)s END",
                        motives=motives,
                    )
                ),
            )
        )
        measures = (
            self.env["relationship.measure"]
            .with_context(active_test=False)
            .search_fetch([("id", "in", [row[0] for row in rows])], ["code", "name"])
        )
        by_id = {measure.id: measure for measure in measures}
        t = t_quantile(0.975, count - 1)
        result = []
        for measure_id, total, squares in rows:
            if measure_id not in by_id:
                continue
            mean = total / count
            half = t * math.sqrt(max(0, squares - count * mean**2) / (count - 1) / count)
            result.append(
                {
                    "id": measure_id,
                    "name": by_id[measure_id].name,
                    "group": self._get_insight_motive_group(by_id[measure_id].code),
                    "share": round(mean, SHARE_DIGITS),
                    "low": round(max(0, mean - half), SHARE_DIGITS),
                    "high": round(min(1, mean + half), SHARE_DIGITS),
                }
            )
        return sorted(result, key=lambda motive: (-motive["share"], motive["id"]))

    @api.model
    def _get_insight_motive_group(self, code):
        """Return the group of a motive, as the refresh counts it; "merit" is the goods."""
        name = code.removeprefix(MOTIVE_PREFIX)
        if name in RELATIONAL:
            return "relational"
        return "situational" if name in SITUATIONAL or name == ONLY_CHOICE else "merit"
