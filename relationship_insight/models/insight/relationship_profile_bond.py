import math

from odoo import api, models
from odoo.tools import SQL

from ...stats import bond
from ...stats.shrinkage import kappa_from_reliability
from ...tools.sql_ids import sql_ids
from ...tools.sql_math import sql_decay
from ..talk.relationship_touch import NOT_A_TALK

DAYS_PER_MONTH = 30.4375
LISTENING = ("listen", "care", "complaint")


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _ctes_bond(self, company, asof, params, customers=None):
        """SQL of ``bonds``: one row per customer and member of staff.

        The index and its weights are those of ``stats.bond``; one talk counts per day, channel
        and pair of people, and only
        conversations that everybody may read count. Orders served strengthen a
        bond but make none: sales are not a relationship.
        """
        return SQL(
            """
            notes AS (
                SELECT note.commercial_partner_id AS customer, note.staff_id AS staff,
                       %(note_day)s AS day, note.channel, MIN(note.date) AS first_date,
                       MAX(note.date) AS last_date, MAX(note.depth::float8) AS depth,
                       BOOL_OR(note.purpose IN %(listening)s) AS listened,
                       BOOL_OR(note.purpose = 'sell') AS sold,
                       BOOL_OR(note.initiator = 'customer') AS by_customer,
                       BOOL_OR(note.purpose IN ('listen', 'care')
                               AND LENGTH(TRIM(COALESCE(note.summary, ''))) > 0) AS learned
                  FROM relationship_note note
                 WHERE note.visibility = 'company' AND note.channel NOT IN %(silent)s
                   AND note.company_id = %(company)s AND note.date <= %(until)s
                   AND %(note_customers)s
              GROUP BY 1, 2, 3, 4
            ),
            talks AS (
                SELECT customer, staff,
                       SUM(depth * %(talk_aged)s) AS mass,
                       %(asof)s - MAX(day) AS silence,
                       COUNT(*) FILTER (WHERE listened) AS listen,
                       COUNT(*) FILTER (WHERE sold) AS sell,
                       COUNT(*) FILTER (WHERE by_customer) AS invited,
                       COUNT(*) AS total,
                       (%(asof)s - MIN(day)) / %(month)s AS months,
                       COUNT(DISTINCT day) FILTER (WHERE learned AND %(asof)s - day < 365) AS facts,
                       COUNT(*) FILTER (WHERE %(asof)s - day < 365) AS talk_count,
                       MIN(first_date) AS first_talk, MAX(last_date) AS last_talk
                  FROM notes GROUP BY customer, staff
            ),
            rapports AS (
                SELECT customer, staff, SUM(w) AS mass, SUM(w * score) / SUM(w) / 100 AS q
                  FROM (%(sittings)s) sitting
              GROUP BY customer, staff
            ),
            %(served)s,
            parts AS (
                SELECT customer, staff, rapports.mass AS q_mass,
                       COALESCE(served_count, 0) AS served_count,
                       COALESCE(kept_count, 0) AS kept_count,
                       CASE WHEN rapports.mass >= 0.25 THEN
                           (rapports.mass * rapports.q + %(kappa)s * COALESCE(known.q, rapports.q))
                           / (rapports.mass + %(kappa)s)
                       END AS q,
                       1 - %(mass_aged)s AS i,
                       CASE WHEN talks.total > 0 THEN %(silence_aged)s ELSE 0 END AS r,
                       (COALESCE(listen, 0) + 1.0)
                           / (COALESCE(listen, 0) + COALESCE(sell, 0) + 2) AS l,
                       LEAST(1, 2 * (COALESCE(invited, 0) + 1.0) / (COALESCE(total, 0) + 2)) AS m,
                       LEAST(1, LN(1 + COALESCE(months, 0)) / LN(%(full_months)s + 1.0)) AS dn,
                       LEAST(1, (COALESCE(facts, 0) + COALESCE(kept_count, 0))
                           / %(full_facts)s::float8) AS n,
                       COALESCE(talk_count, 0) AS talk_count, first_talk, last_talk
                  FROM talks
             FULL JOIN rapports USING (customer, staff)
             LEFT JOIN served USING (customer, staff)
             LEFT JOIN kept USING (customer, staff)
             LEFT JOIN (VALUES %(staff_means)s) AS known (staff_id, q) ON known.staff_id = staff
                 WHERE talks.total > 0 OR rapports.mass >= 0.25
            ),
            %(points)s
            """,
            note_day=self._sql_local_day(SQL("note.date"), company),
            listening=LISTENING,
            silent=NOT_A_TALK,
            company=company.id,
            until=self._end_of_day(company, asof),
            note_customers=(
                SQL("TRUE") if customers is None
                else SQL("note.commercial_partner_id = ANY(%s)", sql_ids(customers))),
            asof=SQL("%s::date", asof),
            talk_aged=sql_decay(
                SQL("%s::date - day", asof),
                SQL("%s::float8", math.log(2) / bond.TALK_HALF_LIFE)),
            silence_aged=sql_decay(
                SQL("talks.silence"), SQL("%s::float8", math.log(2) / bond.RECENCY_HALF_LIFE)),
            mass_aged=sql_decay(
                SQL("COALESCE(talks.mass, 0) + COALESCE(served.mass, 0)"),
                SQL("(1 / 3.0::float8)")),
            month=SQL("%s::float8", DAYS_PER_MONTH),
            sittings=self._sql_sittings(company, asof, customers),
            kappa=SQL("%s::float8", kappa_from_reliability(
                params.get("omega_rapport", params["omega"]))),
            staff_means=self._sql_staff_means(params),
            full_months=SQL("%s::float8", bond.FULL_MONTHS),
            full_facts=bond.FULL_FACTS,
            served=self._ctes_served(company, asof, customers),
            points=self._ctes_bond_points(),
        )

    @api.model
    def _sql_staff_means(self, params):
        rows = [
            SQL("(%s, %s::float8)", int(staff_id), mean)
            for staff_id, mean in params.get("rapport", {}).items()]
        return SQL(", ").join(rows or [SQL("(0, 0::float8)")])
