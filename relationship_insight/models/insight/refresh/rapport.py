import math

from odoo.tools import SQL

from ....stats import scales
from ....tools.sql_math import sql_decay
from ...evidence.relationship_reading import DIRECT_ORIGINS
from .voice import sql_readings


def sql_sittings(scope):
    """SQL of what customers say of a colleague: one row per person, colleague and day,
    with ``score`` 0 to 100 and weight ``w``.

    However many items were answered, a sitting is one observation of the scale; with too
    few of them (``stats.scales.answers_needed``) it is none.
    """
    items = scope.env["relationship.measure"]._get_rapport_items()
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
        day=scope.local_day(SQL("reading.date")),
        aged=sql_decay(
            SQL("%s - %s", scope.asof, scope.local_day(SQL("reading.date"))),
            SQL("%s::float8 / measure.half_life_days", math.log(2)),
        ),
        items=items.ids or [0],
        direct=DIRECT_ORIGINS,
        readings=sql_readings(scope),
        need=scales.answers_needed(len(items.filtered("active") or items)) if items else 1,
    )
