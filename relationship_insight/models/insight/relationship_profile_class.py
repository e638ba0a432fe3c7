from functools import partial

from odoo import api, models
from odoo.tools import SQL

from ...stats import classify
from ...tools.sql_math import sql_decimal

# Counts up when a formula changes, so that old and new figures are never compared unawares.
SCORE_VERSION = 2


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _query_class(self, company, asof, params):
        """SELECT the whole profile row, with class, confidence and reason.

        Posterior, gates and hysteresis are those of ``stats.classify``. The state before is the
        one at the last month's end, so a class needs two months in a row, or strong evidence,
        to give way, however often the refresh runs in between.
        """
        money = partial(sql_decimal, digits=company.currency_id.decimal_places)
        return SQL(
            """
            WITH %(closest)s,
            merged AS (
                SELECT customer, behaviour.purchase_days, first_purchase, last_purchase,
                       spend_total, spend_12m, x, x_w, t, t_w, rate, p_behaviour, p_alive,
                       expected_90d, gap_mean, gap_median, gap_cv, overdue_ratio, clumpiness,
                       promo_share, voice.mass AS voice_mass, answers_worth, mean_score,
                       attitude_count, attitude,
                       attitude_se, attitude_date, p_attitude, relative, always_relative,
                       balance, positive,
                       negative, event_positive, event_negative, pride, recommend, quality, stay,
                       reading_count, last_reading, mix.motive_id, mix.motives, mix.answers,
                       mix.relational, mix.situational, mix.merit, closest.bond, closest.staff,
                       closest.talk_count, closest.last_talk, closest.warm, closest.warmest,
                       closest.hhi, closest.strengths, closest.strongest, ranked.behaviour_pct,
                       ranked.rfm_recency, ranked.rfm_frequency, ranked.rfm_monetary
                  FROM relationship_new_behaviour behaviour
             FULL JOIN relationship_new_voice voice USING (customer)
             FULL JOIN closest USING (customer)
             LEFT JOIN relationship_new_mix mix USING (customer)
             LEFT JOIN relationship_new_rank ranked USING (customer)
            ),
            posterior AS (
                SELECT merged.*,
                       COALESCE(p_behaviour, 0) AS pb, COALESCE(p_attitude, 0) AS pa,
                       CASE
                           WHEN COALESCE(attitude_count, 0) = 0 THEN
                               CASE WHEN listed.id IS NULL THEN 'no_attitude' ELSE 'opted_out' END
                           WHEN voice_mass < %(min_mass)s THEN 'stale'
                           WHEN COALESCE(purchase_days, 0) = 0
                             OR (x < 1 AND t < GREATEST(%(min_days)s, %(median_gap)s))
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
            SELECT customer, live_id, live_class,
                   %(asof)s AS date,
                   state AS loyalty_class,
                   CASE WHEN state = 'unknown' THEN COALESCE(gate, 'ambiguous') END
                       AS unknown_reason,
                   CASE WHEN state = 'unknown' THEN NULL
                        WHEN p_state >= %(high)s AND relative THEN 'high'
                        WHEN p_state >= %(cut)s THEN 'medium'
                        ELSE 'low' END AS confidence,
                   prev AS previous_class,
                   CASE WHEN live_class = state AND live_date <= %(asof)s THEN live_class_date
                        WHEN prev = state AND prev_date IS NOT NULL THEN prev_date
                        ELSE %(asof)s END AS class_date,
                   pending AS class_pending,
                   CASE WHEN gate IS NULL THEN %(asof)s END AS class_review_date,
                   CASE WHEN gate IS NULL THEN p_true END AS p_true,
                   CASE WHEN gate IS NULL THEN p_latent END AS p_latent,
                   CASE WHEN gate IS NULL THEN p_spurious END AS p_spurious,
                   CASE WHEN gate IS NULL THEN p_low END AS p_low,
                   COALESCE(stated.purchase_days, 0) AS purchase_days,
                   stated.first_purchase, stated.last_purchase,
                   t::int AS tenure_days,
                   %(asof)s - stated.last_purchase AS recency_days,
                   COALESCE(%(spend_total)s, 0) AS spend_total,
                   COALESCE(%(spend_12m)s, 0) AS spend_12m,
                   ROUND((stated.spend_total / NULLIF(stated.purchase_days, 0))::numeric,
                         %(digits)s) AS spend_per_day,
                   x_w AS x_weighted, t_w AS t_weighted,
                   stated.rate AS rate,
                   stated.rate * 365 AS rate_year,
                   stated.behaviour_pct AS behaviour_pct,
                   stated.p_behaviour AS p_behaviour,
                   stated.p_alive AS p_alive,
                   ROUND(stated.expected_90d * 10000) / 10000 AS expected_90d,
                   stated.gap_mean, stated.gap_median::float8 AS gap_median,
                   stated.gap_cv AS gap_cv,
                   stated.overdue_ratio AS overdue_ratio,
                   stated.clumpiness AS clumpiness,
                   stated.rfm_recency, stated.rfm_frequency, stated.rfm_monetary,
                   stated.promo_share AS promo_share,
                   stated.attitude AS attitude,
                   stated.attitude_se AS attitude_se,
                   voice_mass AS attitude_mass,
                   ROUND(mean_score * 1e6) / 1e6 AS attitude_told,
                   ROUND(answers_worth * 1e6) / 1e6 AS attitude_worth,
                   COALESCE(stated.attitude_count, 0) AS attitude_count,
                   CASE WHEN stated.attitude_count > 0 THEN
                       CASE WHEN always_relative THEN 'relative' WHEN relative THEN 'mixed'
                            ELSE 'absolute' END
                   END AS attitude_basis,
                   stated.attitude_date,
                   stated.p_attitude AS p_attitude,
                   balance AS feeling_balance,
                   positive AS feeling_positive,
                   negative AS feeling_negative,
                   COALESCE(stated.event_positive, 0) AS event_positive,
                   COALESCE(stated.event_negative, 0) AS event_negative,
                   stated.pride AS pride,
                   stated.recommend AS recommend,
                   stated.quality AS quality,
                   stay AS stay_strength,
                   stated.motive_id, stated.motives,
                   COALESCE(stated.answers, 0) AS motive_count,
                   relational AS relational_share,
                   situational AS situational_share,
                   merit AS merit_share,
                   stated.bond AS bond,
                   stated.staff AS bond_staff_id,
                   COALESCE(stated.talk_count, 0) AS talk_count,
                   stated.last_talk,
                   COALESCE(warm, 0) AS bond_count,
                   CASE WHEN warm = 1 THEN warmest END AS key_staff_id,
                   hhi AS contact_hhi,
                   strongest / NULLIF(strengths, 0) * stated.bond / 100 AS key_risk,
                   COALESCE(stated.reading_count, 0) AS reading_count,
                   stated.last_reading,
                   %(ask_next)s AS ask_next,
                   %(version)s AS score_version
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
            closest=self._cte_closest(),
            asof=SQL("%s::date", asof),
            company=company.id,
            spend_total=money(SQL("stated.spend_total")),
            spend_12m=money(SQL("stated.spend_12m")),
            digits=company.currency_id.decimal_places,
            version=SCORE_VERSION,
            median_gap=SQL("%s::float8", params["median_gap"]),
            min_mass=SQL(repr(classify.MIN_W)),
            min_days=SQL(repr(float(classify.MIN_DAYS))),
            cut=SQL(repr(classify.CUT)),
            jump=SQL(repr(classify.JUMP)),
            keep=SQL(repr(classify.KEEP)),
            high=SQL(repr(classify.HIGH)),
            runs=classify.RUNS,
            ask_next=self._sql_ask_next(),
        )

    @api.model
    def _sql_ask_next(self):
        """What would tell most about this customer: the first thing nobody knows yet."""
        return SQL(
            """
            CASE WHEN gate = 'opted_out' THEN 'talk'
                 WHEN COALESCE(stated.attitude_count, 0) = 0 THEN 'attitude'
                 WHEN gate = 'stale' OR voice_mass < 0.5 THEN 'refresh'
                 WHEN stated.motives IS NULL THEN 'motive'
                 WHEN stated.pride IS NULL THEN 'pride'
                 WHEN COALESCE(stated.talk_count, 0) = 0 THEN 'talk'
                 ELSE 'nothing' END
            """)
