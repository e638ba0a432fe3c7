from odoo.tools import SQL

from ....stats import classify
from .step import Step, columns_of, sql_columns, sql_joined

# Counts up when a formula changes, so that old and new figures are never compared unawares.
SCORE_VERSION = 2
WHOLE = "relationship_new"


def whole(scope, steps):
    """The whole profile row: the figures of all steps, with class, confidence and reason.

    Posterior, gates and hysteresis are those of ``stats.classify``. The state before is the
    one at the last month's end, so a class needs two months in a row, or strong evidence,
    to give way, however often the refresh runs in between.
    """
    own = _own_columns(scope)
    return Step(
        WHOLE,
        SQL(
            """
        WITH merged AS (
            %(merged)s
        ),
        posterior AS (
            SELECT merged.*,
                   COALESCE(p_behaviour, 0) AS pb, COALESCE(p_attitude, 0) AS pa,
                   CASE
                       WHEN attitude_count = 0 THEN
                           CASE WHEN listed.id IS NULL THEN 'no_attitude' ELSE 'opted_out' END
                       WHEN attitude_mass < %(min_mass)s THEN 'stale'
                       WHEN purchase_days = 0 OR (
                           purchase_days < 2
                           AND tenure_days < GREATEST(%(min_days)s, %(median_gap)s))
                       THEN 'no_behaviour'
                   END AS gate
              FROM merged
              JOIN res_partner partner ON partner.id = customer
         LEFT JOIN mail_blacklist listed ON listed.email = partner.email_normalized
               AND listed.active
        ),
        guessed AS (
            SELECT posterior.*,
                   pa * pb AS p_true, pa * (1 - pb) AS p_latent,
                   (1 - pa) * pb AS p_spurious, (1 - pa) * (1 - pb) AS p_low,
                   GREATEST(pa, 1 - pa) * GREATEST(pb, 1 - pb) AS p_best,
                   CASE WHEN pa >= 0.5 THEN CASE WHEN pb >= 0.5 THEN 'true' ELSE 'latent' END
                        ELSE CASE WHEN pb >= 0.5 THEN 'spurious' ELSE 'low' END END AS best,
                   COALESCE(before.loyalty_class, 'unknown') AS prev,
                   COALESCE(before.class_pending, 0) AS prev_pending,
                   before.class_date AS prev_date
              FROM posterior
         LEFT JOIN relationship_snapshot before
                ON before.commercial_partner_id = customer AND before.company_id = %(company)s
               AND before.date = (
                    SELECT MAX(date) FROM relationship_snapshot
                     WHERE company_id = %(company)s AND date < %(asof)s)
            OFFSET 0
        ),
        weighed_class AS (
            SELECT guessed.*,
                   CASE prev WHEN 'true' THEN p_true WHEN 'latent' THEN p_latent
                        WHEN 'spurious' THEN p_spurious WHEN 'low' THEN p_low END AS p_prev,
                   gate IS NULL AND p_best >= %(cut)s AND best != prev AS elsewhere
              FROM guessed
        ),
        stated AS (
            SELECT weighed_class.*,
                   CASE
                       WHEN gate IS NOT NULL THEN 'unknown'
                       WHEN prev = 'unknown' THEN
                           CASE WHEN p_best >= %(cut)s THEN best ELSE 'unknown' END
                       WHEN elsewhere THEN
                           CASE WHEN prev_pending + 1 >= %(runs)s OR p_best >= %(jump)s
                                THEN best ELSE prev END
                       WHEN p_prev >= %(keep)s THEN prev
                       ELSE 'unknown'
                   END AS state,
                   CASE WHEN prev != 'unknown' AND elsewhere AND prev_pending + 1 < %(runs)s
                         AND p_best < %(jump)s THEN prev_pending + 1 ELSE 0 END AS pending
              FROM weighed_class
            OFFSET 0
        )
        SELECT customer, live_id, live_class, %(figures)s, %(own)s
          FROM (
            SELECT stated.*, CASE state
                WHEN 'true' THEN p_true WHEN 'latent' THEN p_latent
                WHEN 'spurious' THEN p_spurious WHEN 'low' THEN p_low END AS p_state
              FROM stated
          ) stated
     LEFT JOIN (
            SELECT id AS live_id, commercial_partner_id AS live_customer,
                   loyalty_class AS live_class, class_date AS live_class_date,
                   profile.date AS live_date
              FROM relationship_profile profile
             WHERE profile.company_id = %(company)s
          ) live ON live_customer = customer
        """,
            merged=sql_joined(steps),
            figures=sql_columns(columns_of(steps), "stated"),
            own=SQL(", ").join(
                SQL("%s AS %s", value, SQL.identifier(name)) for name, value in own.items()
            ),
            asof=scope.asof,
            company=scope.company.id,
            median_gap=SQL("%s::float8", scope.params["median_gap"]),
            min_mass=SQL(repr(classify.MIN_W)),
            min_days=SQL(repr(float(classify.MIN_DAYS))),
            cut=SQL(repr(classify.CUT)),
            jump=SQL(repr(classify.JUMP)),
            keep=SQL(repr(classify.KEEP)),
            runs=classify.RUNS,
        ),
        dict.fromkeys(own),
    )


def _own_columns(scope):
    """{figure: SQL of it} of what the steps together tell, for a row ``stated``."""
    asof = scope.asof
    return {
        "date": asof,
        "loyalty_class": SQL("state"),
        "unknown_reason": SQL("CASE WHEN state = 'unknown' THEN COALESCE(gate, 'ambiguous') END"),
        "confidence": SQL(
            """
            CASE WHEN state = 'unknown' THEN NULL
                 WHEN p_state >= %s AND attitude_basis != 'absolute' THEN 'high'
                 WHEN p_state >= %s THEN 'medium'
                 ELSE 'low' END
            """,
            SQL(repr(classify.HIGH)),
            SQL(repr(classify.CUT)),
        ),
        "previous_class": SQL("prev"),
        "class_date": SQL(
            """
            CASE WHEN live_class = state AND live_date <= %(asof)s THEN live_class_date
                 WHEN prev = state AND prev_date IS NOT NULL THEN prev_date
                 ELSE %(asof)s END
            """,
            asof=asof,
        ),
        "class_pending": SQL("pending"),
        "class_review_date": SQL("CASE WHEN gate IS NULL THEN %s END", asof),
        **{
            name: SQL("CASE WHEN gate IS NULL THEN %s END", SQL.identifier("stated", name))
            for name in ("p_true", "p_latent", "p_spurious", "p_low")
        },
        "ask_next": _sql_ask_next(),
        "score_version": SQL("%s", SCORE_VERSION),
    }


def _sql_ask_next():
    """What would tell most about this customer: the first thing nobody knows yet."""
    return SQL(
        """
        CASE WHEN gate = 'opted_out' THEN 'talk'
             WHEN stated.attitude_count = 0 THEN 'attitude'
             WHEN gate = 'stale' OR attitude_mass < %s THEN 'refresh'
             WHEN stated.motives IS NULL THEN 'motive'
             WHEN stated.pride IS NULL THEN 'pride'
             WHEN stated.talk_count = 0 THEN 'talk'
             ELSE 'nothing' END
        """,
        SQL(repr(classify.THIN_W)),
    )
