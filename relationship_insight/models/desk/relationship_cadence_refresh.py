from odoo import api, models
from odoo.tools import SQL

from ...tools.cron_wake import was_woken
from ...tools.scope import Scope

TASK_DAYS = 7
COLUMNS = (
    "user_id",
    "spend_12m",
    "tier_id",
    "ideal_days",
    "max_days",
    "last_date",
    "last_note_id",
    "last_staff_id",
    "last_in",
    "last_out",
    "basis_date",
    "next_date",
    "latest_date",
    "stage",
)


class RelationshipCadence(models.Model):
    _inherit = "relationship.cadence"

    @api.model
    def _cron_refresh(self):
        """Nightly, and after a change of the tiers: everybody anew; promises that broke."""
        if was_woken(self.env):
            return
        self.env["relationship.touch"]._refresh()
        self._refresh()
        self.env["relationship.promise"]._cron_break()
        self.env["relationship.profile"]._tell_screens([])

    @api.model
    def _refresh(self, customer_ids=None):
        """Work out tiers, dates and stages of these customers as of today; None for all."""
        if customer_ids is not None:
            customer_ids = sorted(set(customer_ids))
            if not customer_ids:
                return
        self.env.flush_all()
        for company in self.env["res.company"].sudo().search([("id", "!=", False)], order="id"):
            self._refresh_company(company, customer_ids)
        self.invalidate_model()

    @api.model
    def _refresh_company(self, company, customer_ids):
        today = company._relationship_today()
        if customer_ids is None:
            self.env["relationship.tier"]._set_minimum_spend(company)
        self.env.cr.execute(
            SQL(
                """
            WITH %(plan)s
            INSERT INTO relationship_cadence AS live (
                commercial_partner_id, company_id, create_uid, create_date, write_uid, write_date,
                %(names)s)
            SELECT customer, %(company)s, 1, NOW() AT TIME ZONE 'UTC', 1,
                   NOW() AT TIME ZONE 'UTC', %(names)s
              FROM plan
            ON CONFLICT (commercial_partner_id, company_id)
            DO UPDATE SET (%(names)s) = ROW (%(excluded)s)
             WHERE (%(live)s) IS DISTINCT FROM (%(excluded)s)
            """,
                plan=self._ctes_plan(company, today, customer_ids),
                company=company.id,
                names=SQL(", ").join(map(SQL.identifier, COLUMNS)),
                live=SQL(", ").join(SQL("live.%s", SQL.identifier(name)) for name in COLUMNS),
                excluded=SQL(", ").join(
                    SQL("excluded.%s", SQL.identifier(name)) for name in COLUMNS
                ),
            )
        )
        self._propose_tasks(company, today, customer_ids)

    @api.model
    def _ctes_plan(self, company, today, customer_ids):
        """SQL of ``plan``: one row per customer with a profile, a conversation or a plan.

        Dates count from the last talk that everyone may read, else from the first purchase, else
        from the day the customer became known.
        """

        scope = Scope(company, today, customers=customer_ids)
        return SQL(
            """
            known AS (
                SELECT commercial_partner_id AS customer FROM relationship_profile
                 WHERE company_id = %(company)s AND %(few)s
                 UNION
                SELECT commercial_partner_id FROM relationship_touch
                 WHERE company_id = %(company)s AND visibility = 'company' AND %(few)s
                 UNION
                SELECT commercial_partner_id FROM relationship_cadence
                 WHERE company_id = %(company)s AND %(few)s
            ),
            heard AS (
                SELECT commercial_partner_id AS customer, MAX(last_in) AS last_in,
                       MAX(last_out) AS last_out
                  FROM relationship_touch
                 WHERE company_id = %(company)s AND visibility = 'company' AND %(few)s
              GROUP BY 1
            ),
            talked AS (
                SELECT DISTINCT ON (commercial_partner_id) commercial_partner_id AS customer,
                       last_date, last_note_id, last_staff_id
                  FROM relationship_touch
                 WHERE company_id = %(company)s AND visibility = 'company' AND %(few)s
                   AND last_date IS NOT NULL
              ORDER BY commercial_partner_id, last_date DESC, last_note_id DESC
            ),
            base AS (
                SELECT known.customer, partner.user_id, COALESCE(profile.spend_12m, 0) AS spend_12m,
                       talked.last_date, talked.last_note_id, talked.last_staff_id, heard.last_in,
                       heard.last_out, tier.id AS tier_id,
                       COALESCE(NULLIF(old.own_ideal_days, 0), tier.ideal_days) AS ideal_days,
                       GREATEST(COALESCE(NULLIF(old.own_max_days, 0), tier.max_days,
                                         old.own_ideal_days),
                                COALESCE(NULLIF(old.own_ideal_days, 0), tier.ideal_days))
                           AS max_days,
                       COALESCE(%(last_day)s, profile.first_purchase, old.basis_date,
                                %(known_day)s, %(today)s) AS basis_date
                  FROM known
                  JOIN res_partner partner ON partner.id = known.customer
             LEFT JOIN relationship_profile profile ON profile.company_id = %(company)s
                   AND profile.commercial_partner_id = known.customer
             LEFT JOIN relationship_cadence old ON old.company_id = %(company)s
                   AND old.commercial_partner_id = known.customer
             LEFT JOIN talked ON talked.customer = known.customer
             LEFT JOIN heard ON heard.customer = known.customer
             LEFT JOIN LATERAL (
                SELECT tier.id, tier.ideal_days, tier.max_days
                  FROM relationship_tier tier
                 WHERE tier.company_id = %(company)s AND tier.active
                   AND (tier.id = old.hand_tier_id
                        OR old.hand_tier_id IS NULL AND tier.top_percent > 0
                           AND profile.spend_12m > 0
                           AND profile.spend_12m >= tier.minimum_spend)
              ORDER BY tier.sequence, tier.id LIMIT 1) tier ON TRUE
            ),
            plan AS (
                SELECT base.*,
                       basis_date + NULLIF(ideal_days, 0) AS next_date,
                       basis_date + NULLIF(max_days, 0) AS latest_date,
                       CASE WHEN %(today)s - basis_date >= %(stale)s THEN 'stale'
                            WHEN %(today)s - basis_date >= %(dormant)s THEN 'dormant'
                            WHEN %(today)s - basis_date >= %(cooling)s THEN 'cooling'
                            ELSE 'active' END AS stage
                  FROM base
            )
            """,
            company=company.id,
            few=scope.few(SQL("commercial_partner_id")),
            today=scope.asof,
            last_day=scope.local_day(SQL("talked.last_date")),
            known_day=scope.local_day(SQL("profile.create_date")),
            cooling=company.relationship_cooling_days,
            dormant=company.relationship_dormant_days,
            stale=company.relationship_stale_days,
        )

    @api.model
    def _propose_tasks(self, company, today, customer_ids):
        """Propose one dated task per silence, and take it back when it is over.

        ``task_basis`` is the day the silence is counted from: with the same day there is no
        second task, whatever became of the first.
        """
        some = SQL("TRUE")
        if customer_ids is not None:
            some = SQL("cadence.commercial_partner_id = ANY(%s)", customer_ids)
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_cadence cadence
               SET task_state = NULL, task_date = NULL, activity_id = NULL
             WHERE cadence.company_id = %(company)s AND %(some)s
               AND cadence.task_state IS NOT NULL
               AND cadence.task_basis IS DISTINCT FROM cadence.basis_date
            """,
                company=company.id,
                some=some,
            )
        )
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_cadence cadence
               SET task_state = 'proposed', task_basis = cadence.basis_date,
                   task_date = %(today)s::date + %(days)s
              FROM res_partner partner
             WHERE partner.id = cadence.commercial_partner_id AND partner.active
               AND cadence.company_id = %(company)s AND %(some)s
               AND cadence.stage IN ('dormant', 'stale')
               AND cadence.not_relevant IS NOT TRUE
               AND (cadence.snoozed_until IS NULL OR cadence.snoozed_until <= %(today)s)
               AND cadence.task_basis IS DISTINCT FROM cadence.basis_date
            """,
                company=company.id,
                some=some,
                today=today,
                days=TASK_DAYS,
            )
        )
