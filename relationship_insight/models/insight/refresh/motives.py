from odoo.tools import SQL

from ....stats import motives
from ....tools.sql_math import sql_decimal
from ...evidence.relationship_reading import DIRECT_ORIGINS
from .step import Step
from .voice import measure_tags, sql_aged, sql_readings

MIX = "relationship_new_mix"
FIGURES = {
    "motive_count": 0,
    **dict.fromkeys(
        ("motive_id", "motives", "relational_share", "situational_share", "merit_share")
    ),
}


def cte_motives(scope):
    """SQL ``motives``: the recency-weighted token share of each motive of each customer."""
    ids = [
        measure_id for measure_id, (tag, _need) in measure_tags(scope.env).items() if tag == "M16"
    ]
    return SQL(
        """
        tokens AS (
            SELECT reading.commercial_partner_id AS customer, reading.partner_id AS person,
                   %(day)s AS day, reading.measure_id, AVG(reading.value) AS tokens
              FROM relationship_reading reading
             WHERE reading.measure_id = ANY(%(ids)s) AND NOT COALESCE(reading.na, FALSE)
               AND reading.origin IN %(direct)s AND %(readings)s
          GROUP BY 1, 2, 3, 4
        ),
        motives AS (
            SELECT customer, measure_id, SUM(share) AS answers,
                   SUM(share * %(aged)s) AS share
              FROM (
                SELECT customer, day, measure_id,
                       (tokens / NULLIF(
                           SUM(tokens) OVER (PARTITION BY customer, person, day), 0)
                       )::float8 AS share
                  FROM tokens
              ) shared
             WHERE share IS NOT NULL
          GROUP BY customer, measure_id
        )
        """,
        day=scope.local_day(SQL("reading.date")),
        ids=ids or [0],
        direct=DIRECT_ORIGINS,
        readings=sql_readings(scope),
        aged=sql_aged(scope),
    )


def mix(scope):
    """Why each customer buys, thin answers pulled to the company's mean shares.

    Each motive is a column, since a row for each motive of each customer takes far longer.
    """
    known = _known_motives(scope) or [(0, "merit", 0.0)]
    columns = [SQL.identifier(f"p{measure_id}") for measure_id, _kind, _mean in known]

    def kind_share(kind):
        shares = [c for c, each in zip(columns, known, strict=True) if each[1] == kind]
        return SQL(" + ").join(shares or [SQL("NULL::float8")])

    return Step(
        MIX,
        SQL(
            """
        WITH %(motives)s,
        answered AS (
            SELECT customer, ROUND(SUM(answers))::int AS answers,
                   SUM(share) + %(kappa)s AS mass, %(sums)s
              FROM motives GROUP BY customer
        ),
        pulled AS (
            SELECT customer, answers, %(pulled)s FROM answered OFFSET 0
        )
        SELECT customer, answers AS motive_count, JSONB_BUILD_OBJECT(%(pairs)s) AS motives,
               CASE GREATEST(%(columns)s) %(largest)s END AS motive_id,
               %(relational)s AS relational_share,
               %(situational)s AS situational_share,
               %(merit)s AS merit_share
          FROM pulled
        """,
            motives=cte_motives(scope),
            kappa=SQL("%s::float8", motives.KAPPA_M),
            sums=SQL(", ").join(
                SQL("COALESCE(SUM(share) FILTER (WHERE measure_id = %s), 0) AS %s", each[0], column)
                for column, each in zip(columns, known, strict=True)
            ),
            pulled=SQL(", ").join(
                SQL(
                    "(%(c)s + %(prior)s::float8) / mass AS %(c)s",
                    c=column,
                    prior=motives.KAPPA_M * each[2],
                )
                for column, each in zip(columns, known, strict=True)
            ),
            pairs=SQL(", ").join(
                SQL("%s, %s", str(each[0]), sql_decimal(column, 4))
                for column, each in zip(columns, known, strict=True)
            ),
            columns=SQL(", ").join(columns),
            largest=SQL(" ").join(
                SQL("WHEN %s THEN %s", column, each[0])
                for column, each in zip(columns, known, strict=True)
            ),
            **{kind: kind_share(kind) for kind in ("relational", "situational", "merit")},
        ),
        FIGURES,
    )


def _known_motives(scope):
    """Return (measure id, kind, mean share in the company) of every motive, by id."""
    measures = (
        scope.env["relationship.measure"]
        .sudo()
        .with_context(active_test=False)
        .search([("parent_id.code", "=", "M16")], order="id")
    )
    rows = []
    for measure in measures:
        suffix = measure.code.partition("_")[2]
        kind = "merit"
        if suffix in motives.RELATIONAL:
            kind = "relational"
        elif suffix in motives.SITUATIONAL or suffix == "only":
            kind = "situational"
        rows.append((measure.id, kind, scope.params["motives"].get(str(measure.id), 0.0)))
    return rows
