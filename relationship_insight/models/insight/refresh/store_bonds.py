from datetime import timedelta

from odoo.tools import SQL

from ....stats import bond
from .bonds import BONDS, PARTS
from .step import kept_columns, sql_columns

# What is stored of each bond beside its parts.
BESIDE = ("profile_id", "movement", "own_movement")


def upsert(scope):
    """Write the bonds just computed, as far as they changed; drop those that ended."""
    columns = [*PARTS, *BESIDE]
    month_end = scope.day.replace(day=1) - timedelta(days=1)
    looked = scope.env.execute_query(
        SQL(
            """
        SELECT 1 FROM relationship_bond_snapshot WHERE company_id = %s AND date = %s LIMIT 1
        """,
            scope.company.id,
            month_end,
        )
    )
    scope.env.cr.execute(
        SQL(
            """
        WITH fresh AS (
            SELECT customer, staff, %(parts)s, profile.id AS profile_id,
                   %(movement)s AS movement, %(own_movement)s AS own_movement
              FROM %(made)s made
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
            company=scope.company.id,
            asof=scope.asof,
            month_end=SQL("%s::date", month_end),
            made=SQL.identifier(BONDS),
            parts=sql_columns(PARTS, "made"),
            movement=_sql_movement(SQL("strength"), looked),
            own_movement=_sql_movement(SQL("own_strength"), looked),
            names=sql_columns(columns),
            excluded=sql_columns(columns, "excluded"),
            old=sql_columns(columns, "old"),
            band=_sql_band(SQL("strength")),
            held_band=_sql_held_band(SQL("old.band"), SQL("EXCLUDED.strength")),
        )
    )
    scope.env.cr.execute(
        SQL(
            """
        DELETE FROM relationship_bond bond
         WHERE bond.company_id = %(company)s AND %(few)s AND NOT EXISTS (
            SELECT 1 FROM %(made)s fresh
             WHERE fresh.customer = bond.commercial_partner_id AND fresh.staff = bond.staff_id)
        """,
            company=scope.company.id,
            few=scope.few(SQL("bond.commercial_partner_id")),
            made=SQL.identifier(BONDS),
        )
    )


def snapshot(scope):
    """Keep the bonds just computed as those of a month's end, once."""
    names = sql_columns(kept_columns(scope.env["relationship.bond.snapshot"], PARTS))
    scope.env.cr.execute(
        SQL(
            """
        INSERT INTO relationship_bond_snapshot (
            commercial_partner_id, company_id, staff_id, date, band, create_uid, create_date,
            write_uid, write_date, %(names)s)
        SELECT customer, %(company)s, staff, %(asof)s, %(band)s, 1, NOW() AT TIME ZONE 'UTC', 1,
               NOW() AT TIME ZONE 'UTC', %(names)s
          FROM %(made)s made
     LEFT JOIN LATERAL (
            SELECT past.band AS past_band FROM relationship_bond_snapshot past
             WHERE past.commercial_partner_id = customer AND past.company_id = %(company)s
               AND past.staff_id = staff AND past.date < %(asof)s
          ORDER BY past.date DESC LIMIT 1
          ) before ON TRUE
        ON CONFLICT (commercial_partner_id, company_id, staff_id, date) DO NOTHING
        """,
            company=scope.company.id,
            asof=scope.asof,
            names=names,
            made=SQL.identifier(BONDS),
            band=_sql_held_band(SQL("past_band"), SQL("strength")),
        )
    )


def _sql_movement(strength, looked):
    """SQL of how much a bond grew since the last month's end; NULL if nobody looked then."""
    if not looked:
        return SQL("NULL::float8")
    return SQL("made.%(strength)s - COALESCE(past.%(strength)s, 0)", strength=strength)


def _sql_band(strength):
    """The band a strength falls into."""
    cases = SQL(" ").join(
        SQL("WHEN %s >= %s THEN %s", strength, SQL(repr(low)), name)
        for name, low in reversed(bond.BANDS)
    )
    return SQL("CASE %s ELSE 'none' END", cases)


def _sql_held_band(band, strength):
    """The band to keep: it changes only when the strength is 5 points beyond its border."""
    margin = SQL(repr(bond.MARGIN))
    return SQL(
        "CASE WHEN %s IN (%s, %s) THEN %s ELSE %s END",
        band,
        _sql_band(SQL("%s - %s", strength, margin)),
        _sql_band(SQL("%s + %s", strength, margin)),
        band,
        _sql_band(strength),
    )
