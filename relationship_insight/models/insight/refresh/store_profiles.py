from odoo.tools import SQL

from .classes import WHOLE
from .step import kept_columns, sql_columns
from .voice import measure_tags, sql_readings

# So many new rows change what the planner must know of the table to join it to others.
MANY_NEW = 10_000
MOST_EVIDENCE = 10  # what a change of class keeps
FRESH = SQL.identifier(WHOLE)


def write(scope, columns):
    """Store the rows just computed that are new or differ; drop those that ended."""
    cr = scope.env.cr
    names, fresh = sql_columns(columns), sql_columns(columns, "fresh")
    cr.execute(
        SQL(
            """
        UPDATE relationship_profile live
           SET (write_date, %(names)s) = ROW (NOW() AT TIME ZONE 'UTC', %(fresh)s)
          FROM %(made)s fresh
         WHERE live.id = fresh.live_id AND (%(live)s) IS DISTINCT FROM (%(fresh)s)
        """,
            names=names,
            fresh=fresh,
            live=sql_columns(columns, "live"),
            made=FRESH,
        )
    )
    cr.execute(
        SQL(
            """
        INSERT INTO relationship_profile (
            commercial_partner_id, company_id, create_uid, create_date, write_uid, write_date,
            %(names)s)
        SELECT customer, %(company)s, 1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC',
               %(names)s
          FROM %(made)s
         WHERE live_id IS NULL
        """,
            company=scope.company.id,
            names=names,
            made=FRESH,
        )
    )
    if cr.rowcount > MANY_NEW:
        cr.execute("ANALYZE relationship_profile")
    cr.execute(
        SQL(
            """
        DELETE FROM relationship_profile profile
         WHERE profile.company_id = %(company)s AND %(few)s AND NOT EXISTS (
            SELECT 1 FROM %(made)s WHERE customer = profile.commercial_partner_id)
        """,
            company=scope.company.id,
            few=scope.few(SQL("profile.commercial_partner_id")),
            made=FRESH,
        )
    )


def snapshot(scope, columns):
    """Keep the figures just computed as those of a month's end, once."""
    scope.env.cr.execute(
        SQL(
            """
        INSERT INTO relationship_snapshot (
            commercial_partner_id, company_id, date, create_uid, create_date, write_uid,
            write_date, %(names)s)
        SELECT customer, %(company)s, %(asof)s, 1, NOW() AT TIME ZONE 'UTC', 1,
               NOW() AT TIME ZONE 'UTC', %(names)s
          FROM %(made)s
        ON CONFLICT (commercial_partner_id, company_id, date) DO NOTHING
        """,
            company=scope.company.id,
            asof=scope.asof,
            made=FRESH,
            names=sql_columns(kept_columns(scope.env["relationship.snapshot"], columns)),
        )
    )


def log_transitions(scope):
    """Keep every change of class with its probabilities and the answers that moved it.

    Attitude moves a class, so its answers come before reasons to buy and all else; the newest
    first, and no reason that got no points.
    """
    tags = measure_tags(scope.env)
    motives = [each for each, (tag, _need) in tags.items() if tag == "M16"]
    attitude = [each for each, (tag, _need) in tags.items() if not tag.startswith("M16")]
    scope.env.cr.execute(
        SQL(
            """
        INSERT INTO relationship_transition (
            commercial_partner_id, company_id, date, class_from, class_to, confidence, p_true,
            p_latent, p_spurious, p_low, attitude_before, attitude_after, rate_before,
            rate_after, reading_ids, create_uid, create_date, write_uid, write_date)
        SELECT fresh.customer, %(company)s, %(asof)s, fresh.live_class, fresh.loyalty_class,
               fresh.confidence, fresh.p_true, fresh.p_latent, fresh.p_spurious, fresh.p_low,
               old.attitude, fresh.attitude, old.rate, fresh.rate,
               (SELECT JSONB_AGG(id) FROM (
                   SELECT reading.id FROM relationship_reading reading
                    WHERE reading.commercial_partner_id = fresh.customer AND %(readings)s
                      AND ((reading.value > 0) IS TRUE
                           OR reading.measure_id != ALL(%(motives)s))
                 ORDER BY (reading.measure_id = ANY(%(attitude)s)) DESC,
                          reading.date DESC, reading.id DESC LIMIT %(most)s) moving),
               1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
          FROM %(made)s fresh
     LEFT JOIN relationship_profile old ON old.id = fresh.live_id
         WHERE COALESCE(fresh.live_class, 'unknown') != fresh.loyalty_class
        """,
            company=scope.company.id,
            asof=scope.asof,
            motives=motives,
            attitude=attitude,
            # Of the few there are, each is looked up: a list of all customers would not help.
            readings=sql_readings(scope.without("customers")),
            most=MOST_EVIDENCE,
            made=FRESH,
        )
    )


def first_evidence(company):
    """Return the day of the company's first answer or shared talk, None without any."""
    row = company.env.execute_query(
        SQL(
            """
        SELECT LEAST((SELECT MIN(date) FROM relationship_reading WHERE company_id = %(id)s),
                     (SELECT MIN(date) FROM relationship_note
                       WHERE company_id = %(id)s AND visibility = 'company'))
        """,
            id=company.id,
        )
    )[0]
    return row[0] and row[0].date()
