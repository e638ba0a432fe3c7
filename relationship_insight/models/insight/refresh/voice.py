import math
from collections import Counter

from odoo.tools import SQL

from ....stats import classify, scales
from ....tools.sql_math import sql_decay, sql_normal_cdf
from ...evidence.relationship_reading import DIRECT_ORIGINS
from .step import Step

SCALE_CODES = ("M03", "M04", "M07", "M10", "M11A", "M13", "M16_stay")
# In SQL a scale is its place here: numbers are quicker to group by than words.
TAGS = ("M01+", "M01-", "M02+", "M02-", "M16", *SCALE_CODES)
# Whom an answer is about: nobody (not applicable), us as noticed by staff, us, another store.
NONE, NOTICED, OWN, RIVAL = range(4)
W = scales.ATTITUDE_WEIGHTS
VOICE = "relationship_new_voice"
FIGURES = {
    **dict.fromkeys(("attitude_count", "event_positive", "event_negative", "reading_count"), 0),
    **dict.fromkeys(
        (
            "last_reading",
            "attitude",
            "attitude_se",
            "attitude_mass",
            "attitude_told",
            "attitude_worth",
            "attitude_basis",
            "attitude_date",
            "p_attitude",
            "feeling_balance",
            "feeling_positive",
            "feeling_negative",
            "pride",
            "recommend",
            "quality",
            "stay_strength",
        )
    ),
}


def measure_tags(env):
    """Map each measure the insight uses to (tag, answers needed): its scale, or pole of M01."""
    measures = (
        env["relationship.measure"]
        .sudo()
        .with_context(active_test=False)
        .search([("answerable", "=", True)])
    )
    groups = {}
    for measure in measures:
        parent = measure.parent_id.code
        if parent in ("M01", "M02"):
            tag = parent + ("+" if measure.valence == "1" else "-")
        elif parent in SCALE_CODES or parent == "M16":
            tag = parent
        elif measure.code in SCALE_CODES:
            tag = measure.code
        else:
            continue
        groups.setdefault(tag, []).append(measure)
    return {
        measure.id: (tag, scales.answers_needed(len(items.filtered("active") or items)))
        for tag, records in groups.items()
        for items in [env["relationship.measure"].union(*records)]
        for measure in records
    }


def sql_readings(scope):
    """SQL condition on ``reading``: what counted on that day, voiding included."""
    return SQL(
        """
        reading.company_id = %(company)s AND reading.commercial_partner_id IS NOT NULL
        AND reading.date <= %(until)s
        AND (reading.voided IS NOT TRUE OR reading.void_date > %(until)s) AND %(few)s
        """,
        company=scope.company.id,
        until=scope.until,
        few=scope.few(SQL("reading.commercial_partner_id")),
    )


def cte_observations(scope, equating=scales.EQUATING):
    """SQL ``observations``: one row per person and day that answered, with its scale scores.

    ``compared`` is the relative attitude RA of ``stats.scales``: what they feel about us, and
    how much better than about the best rival. ``score`` is the same on the scale of
    who rated no rival, so that to be asked about rivals moves nobody by itself.
    """

    def scale(tag, column="score"):
        return SQL("MAX(%s) FILTER (WHERE tag = %s)", SQL.identifier(column), TAGS.index(tag))

    return SQL(
        """
        answers AS (
            SELECT reading.commercial_partner_id AS customer,
                   reading.partner_id AS person,
                   %(day)s AS day,
                   reading.date, reading.value, reading.score,
                   tags.tag, tags.need, tags.item,
                   CASE WHEN reading.na IS TRUE THEN %(none)s
                        WHEN (reading.origin IN %(direct)s) IS NOT TRUE THEN %(noticed)s
                        WHEN reading.competitor_id IS NULL THEN %(own)s
                        ELSE %(rival)s END AS about
              FROM relationship_reading reading
         LEFT JOIN (VALUES %(tags)s) AS tags (measure_id, tag, need, item)
                ON tags.measure_id = reading.measure_id
             WHERE %(readings)s
        ),
        scaled AS (
            SELECT customer, person, day, tag, about,
                   COUNT(*) AS readings,
                   MAX(date) AS last_reading,
                   CASE WHEN %(enough)s THEN SUM(score) / COUNT(score) END AS score,
                   CASE WHEN %(enough)s THEN SUM(value) / COUNT(value) END AS value,
                   MAX(value) AS top
              FROM answers
          GROUP BY customer, person, day, tag, about
        ),
        said AS (
            SELECT customer, person, day,
                   SUM(readings) AS readings,
                   MAX(last_reading) AS last_reading,
                   COALESCE(SUM(readings) FILTER (WHERE %(good)s), 0) AS events_positive,
                   COALESCE(SUM(readings) FILTER (WHERE %(bad)s), 0) AS events_negative,
                   %(positive)s AS positive, %(negative)s AS negative,
                   %(trust)s AS trust, %(affective)s AS affective,
                   %(satisfaction)s AS satisfaction, %(pride)s AS pride,
                   %(recommend)s AS recommend, %(us)s AS us, %(us_raw)s AS us_raw,
                   MAX(top) FILTER (WHERE about = %(rival)s AND tag = %(versus)s) AS rival_raw,
                   %(stay)s AS stay
              FROM scaled
          GROUP BY customer, person, day
        ),
        composed AS (
            SELECT said.*,
                   %(middle)s + %(balance_step)s * (positive - negative) AS balance,
                   CASE WHEN NUM_NONNULLS(trust, affective, satisfaction) >= 2 THEN
                       (COALESCE(trust, 0) + COALESCE(affective, 0) + COALESCE(satisfaction, 0))
                       / NUM_NONNULLS(trust, affective, satisfaction)
                   END AS quality
              FROM said
        ),
        attitudes AS (
            SELECT composed.*,
                   CASE WHEN us IS NOT NULL
                          OR NUM_NONNULLS(balance, quality, pride, recommend) >= 2 THEN
                       (%(w_e)s * COALESCE(balance, 0) + %(w_us)s * COALESCE(us, 0)
                        + %(w_rq)s * COALESCE(quality, 0) + %(w_pride)s * COALESCE(pride, 0)
                        + %(w_rec)s * COALESCE(recommend, 0))
                       / (%(w_e)s * NUM_NONNULLS(balance) + %(w_us)s * NUM_NONNULLS(us)
                          + %(w_rq)s * NUM_NONNULLS(quality) + %(w_pride)s * NUM_NONNULLS(pride)
                          + %(w_rec)s * NUM_NONNULLS(recommend))
                   END AS attitude_us
              FROM composed
        ),
        compared AS (
            SELECT attitudes.*,
                   us_raw IS NOT NULL AND rival_raw IS NOT NULL AS relative,
                   CASE WHEN us_raw IS NOT NULL AND rival_raw IS NOT NULL THEN
                       %(strength)s * attitude_us + %(difference)s * GREATEST(0, LEAST(
                           100, %(middle)s + %(rival_step)s * (us_raw - rival_raw)))
                   END::float8 AS compared
              FROM attitudes
        ),
        observations AS (
            SELECT compared.*,
                   CASE WHEN relative THEN GREATEST(0, LEAST(100,
                       %(eq_alone)s + %(eq_slope)s * (compared - %(eq_compared)s)))
                       ELSE attitude_us
                   END::float8 AS score
              FROM compared
        )
        """,
        day=scope.local_day(SQL("reading.date")),
        direct=DIRECT_ORIGINS,
        tags=_sql_tags(scope.env),
        readings=sql_readings(scope),
        # An item answered twice in a day is still one item: they are told apart by their bits.
        enough=SQL(
            "about = %s AND COUNT(*) >= MIN(need) AND (MIN(need) = 1 OR LENGTH(REPLACE("
            "BIT_OR(item)::text, '0', '')) >= MIN(need))",
            OWN,
        ),
        none=NONE,
        noticed=NOTICED,
        own=OWN,
        rival=RIVAL,
        versus=TAGS.index("M13"),
        good=_sql_events("M02+"),
        bad=_sql_events("M02-"),
        positive=scale("M01+", "value"),
        negative=scale("M01-", "value"),
        trust=scale("M10"),
        affective=scale("M11A"),
        satisfaction=scale("M04"),
        pride=scale("M07"),
        recommend=scale("M03"),
        us=scale("M13"),
        us_raw=scale("M13", "value"),
        stay=scale("M16_stay"),
        **{
            name: SQL("%s::float8", value)
            for name, value in (
                ("middle", scales.MIDDLE),
                ("balance_step", scales.BALANCE_STEP),
                ("rival_step", scales.RIVAL_STEP),
                ("strength", scales.STRENGTH_SHARE),
                ("difference", scales.DIFFERENCE_SHARE),
            )
        },
        **{
            f"eq_{name}": SQL("%s::float8", value)
            for name, value in zip(scales.Equating._fields, equating)
        },
        **{
            name: SQL("%s::float8", W[key])
            for name, key in (
                ("w_e", "E"),
                ("w_us", "M13"),
                ("w_rq", "RQ"),
                ("w_pride", "pride"),
                ("w_rec", "recommend"),
            )
        },
    )


def _sql_events(tag):
    """SQL condition on ``scaled``: moments of a kind that were told or noticed."""
    return SQL("tag = %s AND about != %s", TAGS.index(tag), NONE)


def sql_aged(scope):
    """SQL of the weight that an answer given on ``day`` still has."""
    half_life = scope.company.relationship_attitude_half_life or 180
    return sql_decay(SQL("%s - day", scope.asof), SQL("%s::float8", math.log(2) / half_life))


def _sql_tags(env):
    """SQL rows (measure_id, tag, need, item): ``item`` is a bit of its own within the scale."""
    tags = measure_tags(env)
    width = max(Counter(tag for tag, _need in tags.values()).values(), default=1)
    places = Counter()
    rows = []
    for measure_id, (tag, need) in sorted(tags.items()):
        rows.append(
            SQL(
                "(%s, %s, %s, %s::bit(%s))",
                measure_id,
                TAGS.index(tag),
                need,
                f"{1 << places[tag]:0{width}b}",
                SQL(str(width)),
            )
        )
        places[tag] += 1
    return SQL(", ").join(rows or [SQL("(0, 0, 1, B'0')")])


def voice(scope):
    """One row per customer with readings; attitude by empirical Bayes."""
    params = scope.params

    def recent(column):
        return SQL(
            "SUM(w * %(c)s) FILTER (WHERE %(c)s IS NOT NULL)"
            " / NULLIF(SUM(w) FILTER (WHERE %(c)s IS NOT NULL), 0)",
            c=SQL.identifier(column),
        )

    return Step(
        VOICE,
        SQL(
            """
        WITH %(observations)s,
        weighed AS (
            SELECT observations.*, %(asof)s - day AS age,
                   %(aged)s AS w
              FROM observations
            OFFSET 0
        ),
        heard AS (
            SELECT customer,
                   SUM(readings) AS reading_count,
                   MAX(last_reading) AS last_reading,
                   SUM(events_positive) FILTER (WHERE age < 365) AS event_positive,
                   SUM(events_negative) FILTER (WHERE age < 365) AS event_negative,
                   COALESCE(SUM(w) FILTER (WHERE score IS NOT NULL), 0) AS attitude_mass,
                   SUM(GREATEST(w, 1e-100) * GREATEST(w, 1e-100))
                       FILTER (WHERE score IS NOT NULL) AS mass_squares,
                   %(score)s AS mean_score,
                   COUNT(score) AS attitude_count,
                   MAX(day) FILTER (WHERE score IS NOT NULL) AS attitude_date,
                   BOOL_OR(relative) FILTER (WHERE score IS NOT NULL) AS relative,
                   BOOL_AND(relative) FILTER (WHERE score IS NOT NULL) AS always_relative,
                   %(balance)s AS feeling_balance,
                   %(positive)s AS feeling_positive, %(negative)s AS feeling_negative,
                   %(pride)s AS pride, %(recommend)s AS recommend, %(quality)s AS quality,
                   %(stay)s AS stay_strength
              FROM weighed
          GROUP BY customer
        )
        SELECT heard.*,
               ROUND(mean_score * 1e6) / 1e6 AS attitude_told,
               ROUND(CASE WHEN attitude_mass >= %(min_mass)s THEN
                   attitude_mass * attitude_mass / mass_squares END * 1e6) / 1e6
                   AS attitude_worth,
               CASE WHEN attitude_count > 0 THEN
                   CASE WHEN always_relative THEN 'relative' WHEN relative THEN 'mixed'
                        ELSE 'absolute' END
               END AS attitude_basis,
               posterior.m AS attitude, posterior.s AS attitude_se,
               %(p_attitude)s AS p_attitude
          FROM heard
          JOIN res_partner partner ON partner.id = heard.customer
     LEFT JOIN LATERAL (
            SELECT (attitude_mass * mean_score + %(kappa)s * prior.mu)
                       / (attitude_mass + %(kappa)s) AS m,
                   %(sigma)s / SQRT(attitude_mass + %(kappa)s) AS s
              FROM (SELECT CASE WHEN partner.is_company THEN %(mu_company)s
                                ELSE %(mu_person)s END AS mu) prior
            OFFSET 0
          ) posterior ON attitude_count > 0
        """,
            observations=cte_observations(scope, params.get("equating") or scales.EQUATING),
            asof=scope.asof,
            aged=sql_aged(scope),
            min_mass=SQL(repr(classify.MIN_W)),
            kappa=SQL("%s::float8", params["kappa"]),
            sigma=SQL("%s::float8", params["sigma_w"]),
            mu_company=SQL("%s::float8", params["mu_company"]),
            mu_person=SQL("%s::float8", params["mu_person"]),
            p_attitude=sql_normal_cdf(
                SQL(
                    "((posterior.m - %s::float8) / posterior.s)",
                    scope.company.relationship_attitude_threshold,
                )
            ),
            **{
                name: recent(name)
                for name in (
                    "score",
                    "balance",
                    "positive",
                    "negative",
                    "pride",
                    "recommend",
                    "quality",
                    "stay",
                )
            },
        ),
        FIGURES,
        makes_customers=True,
    )
