from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...stats import bond
from ...tools.sql_ids import sql_ids
from .relationship_profile_bond_points import POINTS

COLUMNS = (
    "rapport", "intensity", "recency", "listening", "mutuality", "duration", "knowledge",
    "strength", "basis", "talk_count", "served_count", "kept_count", "first_talk", "last_talk",
    "profile_id", "movement", "own_strength", "own_movement", "formula_version",
    *POINTS.values(),
)
SNAPSHOT_COLUMNS = (
    "strength", "own_strength", "basis", "talk_count", "served_count", "kept_count",
    "formula_version",
    *POINTS.values(),
)


class RelationshipProfile(models.Model):
    """Store the bonds just computed: those of today, or those of a month's end."""

    _inherit = "relationship.profile"

    @api.model
    def _upsert_bonds(self, company, asof, customers):
        """Write the bonds of ``relationship_new_bond`` that changed; drop those that ended."""
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        self.env.cr.execute(SQL(
            """
            WITH fresh AS (
                SELECT customer, staff, %(facts)s, profile.id AS profile_id,
                       %(movement)s AS movement, %(own_movement)s AS own_movement
                  FROM relationship_new_bond made
                  JOIN relationship_profile profile ON profile.commercial_partner_id = customer
                   AND profile.company_id = %(company)s
             LEFT JOIN relationship_bond_snapshot past ON past.commercial_partner_id = customer
                   AND past.company_id = %(company)s AND past.staff_id = staff
                   AND past.date = %(month_end)s
            )
            INSERT INTO relationship_bond AS old (
                commercial_partner_id, company_id, staff_id, date, band, create_uid, create_date,
                write_uid, write_date, %(names)s)
            SELECT customer, %(company)s, staff, %(asof)s, %(band)s, 1, NOW() AT TIME ZONE 'UTC', 1,
                   NOW() AT TIME ZONE 'UTC', %(names)s
              FROM fresh
            ON CONFLICT (commercial_partner_id, company_id, staff_id) DO UPDATE
               SET (date, band, write_date, %(names)s) = ROW (
                   EXCLUDED.date, %(held_band)s, EXCLUDED.write_date, %(excluded)s)
             WHERE (%(old)s) IS DISTINCT FROM (%(excluded)s)
            """,
            company=company.id,
            asof=SQL("%s::date", asof),
            month_end=SQL("%s::date", asof.replace(day=1) - timedelta(days=1)),
            facts=self._sql_bond_facts(),
            movement=self._sql_movement(company, asof, SQL("strength")),
            own_movement=self._sql_movement(company, asof, SQL("own_strength")),
            names=names,
            excluded=SQL(", ").join(SQL("EXCLUDED.%s", SQL.identifier(c)) for c in COLUMNS),
            old=SQL(", ").join(SQL("old.%s", SQL.identifier(c)) for c in COLUMNS),
            band=self._sql_band(SQL("strength")),
            held_band=self._sql_held_band(SQL("old.band"), SQL("EXCLUDED.strength")),
        ))
        self.env.cr.execute(SQL(
            """
            DELETE FROM relationship_bond bond
             WHERE bond.company_id = %s AND %s AND NOT EXISTS (
                SELECT 1 FROM relationship_new_bond fresh
                 WHERE fresh.customer = bond.commercial_partner_id AND fresh.staff = bond.staff_id)
            """,
            company.id,
            SQL("TRUE") if customers is None
            else SQL("bond.commercial_partner_id = ANY(%s)", sql_ids(customers))))

    @api.model
    def _snapshot_bonds(self, company, asof):
        """Keep the bonds of ``relationship_new_bond`` as those of a month's end, once."""
        names = SQL(", ").join(map(SQL.identifier, SNAPSHOT_COLUMNS))
        self.env.cr.execute(SQL(
            """
            INSERT INTO relationship_bond_snapshot (
                commercial_partner_id, company_id, staff_id, date, band, create_uid, create_date,
                write_uid, write_date, %(names)s)
            SELECT customer, %(company)s, staff, %(asof)s, %(band)s, 1, NOW() AT TIME ZONE 'UTC', 1,
                   NOW() AT TIME ZONE 'UTC', %(names)s
              FROM (
                SELECT customer, staff, %(facts)s FROM relationship_new_bond made
              ) fresh
 LEFT JOIN LATERAL (
                SELECT past.band AS past_band FROM relationship_bond_snapshot past
                 WHERE past.commercial_partner_id = customer AND past.company_id = %(company)s
                   AND past.staff_id = staff AND past.date < %(asof)s
              ORDER BY past.date DESC LIMIT 1
              ) before ON TRUE
            ON CONFLICT (commercial_partner_id, company_id, staff_id, date) DO NOTHING
            """,
            company=company.id,
            asof=SQL("%s::date", asof),
            names=names,
            facts=self._sql_bond_facts(),
            band=self._sql_held_band(SQL("past_band"), SQL("strength")),
        ))

    @api.model
    def _sql_bond_facts(self):
        """SQL of the columns stored for a row ``made`` of ``relationship_new_bond``."""
        return SQL(
            """
            q AS rapport, i AS intensity, r AS recency, l AS listening, m AS mutuality,
            dn AS duration, n AS knowledge, made.strength, made.own_strength,
            CASE WHEN q IS NULL THEN 'staff' ELSE 'customer' END AS basis, made.talk_count,
            made.served_count::int AS served_count, made.kept_count::int AS kept_count,
            made.first_talk, made.last_talk, %(version)s AS formula_version, %(points)s
            """,
            version=bond.FORMULA_VERSION,
            points=SQL(", ").join(
                SQL("made.%s", SQL.identifier(column)) for column in POINTS.values()))

    @api.model
    def _sql_movement(self, company, asof, strength):
        """SQL of how much a bond grew since the last month's end; NULL if nobody looked then."""
        looked = self.env.execute_query(SQL(
            """
            SELECT 1 FROM relationship_bond_snapshot WHERE company_id = %s AND date = %s LIMIT 1
            """, company.id, asof.replace(day=1) - timedelta(days=1)))
        if not looked:
            return SQL("NULL::float8")
        return SQL(
            "made.%(strength)s - COALESCE(past.%(strength)s, 0)", strength=strength)

    @api.model
    def _sql_band(self, strength):
        """The band a strength falls into."""
        cases = SQL(" ").join(
            SQL("WHEN %s >= %s THEN %s", strength, SQL(repr(low)), name)
            for name, low in reversed(bond.BANDS))
        return SQL("CASE %s ELSE 'none' END", cases)

    @api.model
    def _sql_held_band(self, band, strength):
        """The band to keep: it changes only when the strength is 5 points beyond its border."""
        margin = SQL(repr(bond.MARGIN))
        return SQL(
            "CASE WHEN %s IN (%s, %s) THEN %s ELSE %s END",
            band,
            self._sql_band(SQL("%s - %s", strength, margin)),
            self._sql_band(SQL("%s + %s", strength, margin)),
            band,
            self._sql_band(strength))
