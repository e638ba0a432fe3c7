import math

from odoo import api, models
from odoo.tools import SQL

from ...stats import scales
from ...tools.sql_math import sql_decay
from ..evidence.relationship_reading import DIRECT_ORIGINS


class RelationshipProfile(models.Model):
    """What customers say of a member of staff, sitting by sitting."""

    _inherit = "relationship.profile"

    @api.model
    def _get_rapport_items(self):
        """Return the items of rapport; archived ones keep their answers."""
        Measure = self.env["relationship.measure"].sudo().with_context(active_test=False)
        return Measure.search([
            ("id", "child_of", Measure.search([("code", "=", "M08")]).ids),
            ("answerable", "=", True)])

    @api.model
    def _sql_sittings(self, company, asof, customers=None):
        """SQL of one row per person, member of staff and day: ``score`` 0 to 100, weight ``w``.

        However many items were answered, a sitting is one observation of the scale; with too
        few of them (``stats.scales.answers_needed``) it is none.
        """
        items = self._get_rapport_items()
        return SQL(
            """
            SELECT commercial_partner_id AS customer, staff_id AS staff,
                   AVG(score) AS score, AVG(aged) AS w
              FROM (
                SELECT reading.*, %(day)s AS day, %(aged)s AS aged
                  FROM relationship_reading reading
                  JOIN relationship_measure measure ON measure.id = reading.measure_id
                 WHERE reading.measure_id = ANY(%(items)s) AND reading.staff_id IS NOT NULL
                   AND NOT COALESCE(reading.na, FALSE) AND reading.origin IN %(direct)s
                   AND %(readings)s
              ) rated
          GROUP BY commercial_partner_id, staff_id, partner_id, day
            HAVING COUNT(DISTINCT measure_id) >= %(need)s
            """,
            day=self._sql_local_day(SQL("reading.date"), company),
            aged=sql_decay(
                SQL("%s::date - %s", asof, self._sql_local_day(SQL("reading.date"), company)),
                SQL("%s::float8 / measure.half_life_days", math.log(2))),
            items=items.ids or [0],
            direct=DIRECT_ORIGINS,
            readings=self._sql_readings(company, asof, customers),
            need=scales.answers_needed(len(items.filtered("active") or items)) if items else 1)
