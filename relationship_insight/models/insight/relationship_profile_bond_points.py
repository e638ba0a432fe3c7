import math

from odoo import api, models
from odoo.tools import SQL

from ...stats import bond
from ...tools.sql_ids import sql_ids
from ...tools.sql_math import sql_decay

# Names in ``stats.bond`` and the columns their points are stored in.
POINTS = {
    "Q": "points_rapport", "I": "points_intensity", "R": "points_recency",
    "L": "points_listening", "M": "points_mutuality", "Dn": "points_duration",
    "N": "points_knowledge", "cap": "points_cap",
}


class RelationshipProfile(models.Model):
    """What adds to a bond beside talks, what each part adds in points, and the customer's sum."""

    _inherit = "relationship.profile"

    @api.model
    def _ctes_served(self, company, asof, customers=None):
        """SQL of ``served`` (orders served face to face) and ``kept`` (promises kept)."""
        return SQL(
            """
            served AS (
                SELECT customer, staff, COUNT(*) AS served_count,
                       SUM(%(depth)s * %(aged)s) AS mass
                  FROM (
                    SELECT DISTINCT source.customer, source.staff, source.day
                      FROM (%(sources)s) source
                      JOIN (
                        SELECT customer, staff FROM talks
                     UNION
                        SELECT customer, staff FROM rapports
                      ) known ON known.customer = source.customer AND known.staff = source.staff
                 LEFT JOIN notes ON notes.customer = source.customer
                       AND notes.staff = source.staff AND notes.day = source.day
                     WHERE notes.day IS NULL
                  ) met
              GROUP BY customer, staff
            ),
            kept AS (
                SELECT note.commercial_partner_id AS customer, note.staff_id AS staff,
                       COUNT(*) AS kept_count
                  FROM relationship_note note
                  JOIN relationship_promise promise ON promise.note_id = note.id
                 WHERE %(kept)s
              GROUP BY 1, 2
            )
            """,
            depth=SQL("%s::float8", bond.SERVED_DEPTH),
            aged=sql_decay(
                SQL("%s::date - day", asof),
                SQL("%s::float8", math.log(2) / bond.TALK_HALF_LIFE)),
            sources=SQL(" UNION ALL ").join(self._served_sources(company, asof, customers)),
            kept=self._sql_kept(company, asof, customers),
        )

    @api.model
    def _sql_kept(self, company, asof, customers):
        """SQL: the ``promise`` of the conversation ``note`` was kept in time last year."""
        some = SQL("TRUE")
        if customers is not None:
            some = SQL("note.commercial_partner_id = ANY(%s)", sql_ids(customers))
        return SQL(
            """
            promise.state = 'kept' AND promise.date_done <= %(asof)s
            AND %(asof)s - promise.date_done < 365
            AND note.visibility = 'company' AND note.company_id = %(company)s
            AND note.date <= %(until)s AND %(some)s
            """,
            asof=SQL("%s::date", asof), company=company.id,
            until=self._end_of_day(company, asof), some=some)

    @api.model
    def _served_sources(self, company, asof, customers):
        """Return SELECTs (customer, staff, day) of orders served face to face. Others add some."""
        return [SQL(
            "SELECT NULL::int AS customer, NULL::int AS staff, NULL::date AS day WHERE FALSE")]

    @api.model
    def _ctes_bond_points(self):
        """SQL ``bonds``: the points of each part, rounded, and the strength as their sum.

        ``own_strength`` is what the strength would be, had the customer not spoken.
        """
        parts = {"Q": "q", "I": "i", "R": "r", "L": "l", "M": "m", "Dn": "dn", "N": "n"}
        columns = SQL(", ").join(
            SQL(
                "ROUND((100 * %s::float8 * COALESCE(%s, 0) / whole)::numeric, 4) AS %s",
                bond.WEIGHTS[name], SQL.identifier(column), SQL.identifier(POINTS[name]))
            for name, column in parts.items())
        total = SQL(" + ").join(SQL.identifier(POINTS[name]) for name in parts)
        return SQL(
            """
            pointed AS (
                SELECT weighed.*, %(columns)s
                  FROM (
                    SELECT parts.*,
                           CASE WHEN q IS NULL THEN 1 - %(voice)s::float8 ELSE 1 END AS whole,
                           CASE WHEN q IS NULL THEN %(cap)s ELSE 100 END AS most
                      FROM parts
                  ) weighed
            ),
            bonds AS (
                SELECT pointed.*, LEAST(0, most - (%(total)s)) AS points_cap,
                       LEAST(most, %(total)s)::float8 AS strength,
                       LEAST(%(cap)s, ROUND((
                           (%(total)s - points_rapport) * whole / (1 - %(voice)s::float8)
                       )::numeric, 4))::float8 AS own_strength
                  FROM pointed
            )
            """,
            columns=columns, total=total, voice=bond.WEIGHTS["Q"], cap=int(bond.CAP_WITHOUT_Q))

    @api.model
    def _cte_closest(self):
        """SQL ``closest``: each customer's bond with the store, from ``relationship_new_bond``.

        ``warm`` is the bus factor, without those who left, ``hhi`` the concentration of talks:
        see ``customer_bond``.
        """
        return SQL(
            """
            closest AS MATERIALIZED (
                SELECT customer,
                       0.8 * MAX(strength) FILTER (WHERE place = 1)
                       + 0.2 * COALESCE(MAX(strength) FILTER (WHERE place = 2), 0) AS bond,
                       MAX(staff) FILTER (WHERE place = 1) AS staff,
                       SUM(talk_count) AS talk_count, MAX(last_talk) AS last_talk,
                       COUNT(*) FILTER (WHERE holds) AS warm,
                       (ARRAY_AGG(staff ORDER BY place) FILTER (WHERE holds))[1] AS warmest,
                       COALESCE(SUM(talk_count ^ 2) / NULLIF(SUM(talk_count), 0) ^ 2, 0) AS hhi,
                       SUM(strength) AS strengths, MAX(strength) AS strongest
                  FROM (
                    SELECT customer, staff, strength, talk_count, last_talk, ROW_NUMBER() OVER (
                               PARTITION BY customer ORDER BY strength DESC, staff) AS place,
                           strength >= %(warm)s AND gone.partner_id IS NULL AS holds
                      FROM relationship_new_bond
                 LEFT JOIN (
                        SELECT partner_id FROM res_users GROUP BY 1 HAVING NOT BOOL_OR(active)
                      ) gone ON gone.partner_id = staff
                  ) placed
              GROUP BY customer
            )
            """, warm=SQL(repr(bond.BOUND)))

