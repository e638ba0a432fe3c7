import math

from odoo.tools import SQL

from ....stats import bond
from ....stats.shrinkage import kappa_from_reliability
from ....tools.sql_math import sql_decay
from ...talk.relationship_touch import NOT_A_TALK
from .rapport import sql_sittings
from .step import Step

LISTENING = ("listen", "care", "complaint")
# Names in ``stats.bond`` and the columns their points are stored in.
POINTS = {
    "Q": "points_rapport",
    "I": "points_intensity",
    "R": "points_recency",
    "L": "points_listening",
    "M": "points_mutuality",
    "Dn": "points_duration",
    "N": "points_knowledge",
    "cap": "points_cap",
}
BONDS = "relationship_new_bond"
CLOSEST = "relationship_new_closest"
# Of each bond, as stored.
PARTS = dict.fromkeys(
    (
        "rapport",
        "intensity",
        "recency",
        "listening",
        "mutuality",
        "duration",
        "knowledge",
        "strength",
        "own_strength",
        "basis",
        "talk_count",
        "served_count",
        "kept_count",
        "first_talk",
        "last_talk",
        "formula_version",
        *POINTS.values(),
    )
)
FIGURES = {
    **dict.fromkeys(("talk_count", "bond_count"), 0),
    **dict.fromkeys(
        ("bond", "bond_staff_id", "last_talk", "key_staff_id", "contact_hhi", "key_risk")
    ),
}


def bonds(scope):
    """Each bond: one row per customer and member of staff, with what it is made of."""
    return Step(
        BONDS,
        SQL(
            """
        WITH %(bonds)s
        SELECT customer, staff, q AS rapport, i AS intensity, r AS recency, l AS listening,
               m AS mutuality, dn AS duration, n AS knowledge, strength, own_strength,
               CASE WHEN q IS NULL THEN 'staff' ELSE 'customer' END AS basis, talk_count,
               served_count::int AS served_count, kept_count::int AS kept_count,
               first_talk, last_talk, %(version)s AS formula_version, %(points)s
          FROM bonds
        """,
            bonds=_ctes_bond(scope),
            version=bond.FORMULA_VERSION,
            points=SQL(", ").join(map(SQL.identifier, POINTS.values())),
        ),
        PARTS,
    )


def _ctes_bond(scope):
    """SQL of ``bonds``: one row per customer and member of staff.

    The index and its weights are those of ``stats.bond``; one talk counts per day, channel
    and pair of people, and only conversations that everybody may read count. Orders served
    strengthen a bond but make none: sales are not a relationship.
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
                   CASE WHEN rapports.mass >= %(min_mass)s THEN
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
             WHERE talks.total > 0 OR rapports.mass >= %(min_mass)s
        ),
        %(points)s
        """,
        note_day=scope.local_day(SQL("note.date")),
        listening=LISTENING,
        silent=NOT_A_TALK,
        company=scope.company.id,
        until=scope.until,
        note_customers=scope.few(SQL("note.commercial_partner_id")),
        asof=scope.asof,
        talk_aged=sql_decay(
            SQL("%s - day", scope.asof), SQL("%s::float8", math.log(2) / bond.TALK_HALF_LIFE)
        ),
        silence_aged=sql_decay(
            SQL("talks.silence"), SQL("%s::float8", math.log(2) / bond.RECENCY_HALF_LIFE)
        ),
        mass_aged=sql_decay(
            SQL("COALESCE(talks.mass, 0) + COALESCE(served.mass, 0)"),
            SQL("(1 / %s::float8)", bond.MASS_SCALE),
        ),
        month=SQL("%s::float8", bond.DAYS_PER_MONTH),
        min_mass=SQL(repr(bond.MIN_MASS)),
        sittings=sql_sittings(scope),
        kappa=SQL(
            "%s::float8",
            kappa_from_reliability(scope.params.get("omega_rapport", scope.params["omega"])),
        ),
        staff_means=_sql_staff_means(scope.params),
        full_months=SQL("%s::float8", bond.FULL_MONTHS),
        full_facts=bond.FULL_FACTS,
        served=_ctes_served(scope),
        points=_ctes_bond_points(),
    )


def _sql_staff_means(params):
    rows = [
        SQL("(%s, %s::float8)", int(staff_id), mean)
        for staff_id, mean in params.get("rapport", {}).items()
    ]
    return SQL(", ").join(rows or [SQL("(0, 0::float8)")])


def _ctes_served(scope):
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
            SQL("%s - day", scope.asof), SQL("%s::float8", math.log(2) / bond.TALK_HALF_LIFE)
        ),
        sources=SQL(" UNION ALL ").join(scope.env["relationship.purchase"]._served_sources(scope)),
        kept=_sql_kept(scope),
    )


def _sql_kept(scope):
    """SQL: the ``promise`` of the conversation ``note`` was kept in time last year."""
    return SQL(
        """
        promise.state = 'kept' AND promise.date_done <= %(asof)s
        AND %(asof)s - promise.date_done < 365
        AND note.visibility = 'company' AND note.company_id = %(company)s
        AND note.date <= %(until)s AND %(few)s
        """,
        asof=scope.asof,
        company=scope.company.id,
        until=scope.until,
        few=scope.few(SQL("note.commercial_partner_id")),
    )


def _ctes_bond_points():
    """SQL ``bonds``: the points of each part, rounded, and the strength as their sum.

    ``own_strength`` is what the strength would be, had the customer not spoken.
    """
    parts = {"Q": "q", "I": "i", "R": "r", "L": "l", "M": "m", "Dn": "dn", "N": "n"}
    columns = SQL(", ").join(
        SQL(
            "ROUND((100 * %s::float8 * COALESCE(%s, 0) / whole)::numeric, 4) AS %s",
            bond.WEIGHTS[name],
            SQL.identifier(column),
            SQL.identifier(POINTS[name]),
        )
        for name, column in parts.items()
    )
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
        columns=columns,
        total=total,
        voice=bond.WEIGHTS["Q"],
        cap=int(bond.CAP_WITHOUT_Q),
    )


def closest():
    """Each customer's bond with the store, from all those with its staff.

    ``bond_count`` is the bus factor, without those who left, ``contact_hhi`` the concentration of
    talks: see ``customer_bond``.
    """
    return Step(
        CLOSEST,
        SQL(
            """
        SELECT customer, bond, staff AS bond_staff_id, talk_count, last_talk,
               warm AS bond_count, CASE WHEN warm = 1 THEN warmest END AS key_staff_id,
               hhi AS contact_hhi, strongest / NULLIF(strengths, 0) * bond / 100 AS key_risk
          FROM (
            SELECT customer,
                   %(first)s * MAX(strength) FILTER (WHERE place = 1)
                   + %(second)s * COALESCE(MAX(strength) FILTER (WHERE place = 2), 0) AS bond,
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
                  FROM %(bonds)s
             LEFT JOIN (
                    SELECT partner_id FROM res_users GROUP BY 1 HAVING NOT BOOL_OR(active)
                  ) gone ON gone.partner_id = staff
              ) placed
          GROUP BY customer
          ) held
        """,
            first=SQL("%s::float8", bond.FIRST_SHARE),
            second=SQL("%s::float8", bond.SECOND_SHARE),
            warm=SQL(repr(bond.BOUND)),
            bonds=SQL.identifier(BONDS),
        ),
        FIGURES,
        makes_customers=True,
    )
