from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...stats.intervals import newcombe, wilson
from ...stats.referral import k_factor, mean_difference
from ...tools.cron_wake import was_woken

# Promoters answer 9 or 10 of 10.
PROMOTER = 90
RETENTION_DAYS = 180
SILENT_DAYS = 180
GENERATIONS = 5
TOP = 10


class RelationshipReferralFigures(models.Model):
    """What referrals are worth to a company, counted once a night for the page that shows it."""

    _name = "relationship.referral.figures"
    _description = "Referral Figures"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    date = fields.Date(required=True)
    figures = fields.Json()

    _company_uniq = models.Constraint("UNIQUE(company_id)", "One row per company.")

    @api.model
    def _cron_refresh(self):
        """Everybody's place in the chains, then the figures; whole or not at all per company."""
        if was_woken(self.env):
            return
        for company in self.env["res.company"].sudo().search([("active", "=", True)], order="id"):
            self.env["relationship.referral.standing"]._refresh(company)
            self._refresh(company)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _refresh(self, company):
        today = company._relationship_today()
        figures = {
            **self._count_life(company, today),
            **self._count_new(company, today),
            **self._count_kept(company, today),
            **self._count_said(company),
            "generations": self._count_generations(company),
            "k": self._count_k(company, today),
            "buy": self._count_time_to_buy(company, today),
            "bring": self._count_time_to_bring(company, today),
            "again": self._count_again(company, today),
        }
        row = self.search([("company_id", "=", company.id)])
        vals = {"company_id": company.id, "date": today, "figures": figures}
        row.write(vals) if row else row.create(vals)

    @api.model
    def _one(self, query, **parameters):
        self.env.flush_all()
        return self.env.execute_query_dict(SQL(query, **parameters))[0]

    @api.model
    def _share(self, k, n):
        """Return count, base, share and its interval; no share of nobody."""
        if not n:
            return {"k": k, "n": n}
        share = wilson(k, n)
        return {"k": k, "n": n, "share": share.estimate, "low": share.low, "high": share.high}

    @api.model
    def _count_life(self, company, today):
        """How far the referrals of the last 12 months came; conversion of those that ended."""
        row = self._one(
            """
            SELECT COUNT(*) AS claims,
                   COUNT(*) FILTER (WHERE state IN ('confirmed', 'qualified', 'rewarded'))
                       AS accepted,
                   COUNT(*) FILTER (WHERE state IN ('qualified', 'rewarded')) AS bought,
                   COUNT(*) FILTER (WHERE state = 'rewarded') AS rewarded,
                   COUNT(*) FILTER (WHERE state IN ('qualified', 'rewarded', 'expired')
                       OR state = 'rejected' AND reason IN ('refund', 'desk', 'flag')) AS ended,
                   PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY days_to_purchase)
                       FILTER (WHERE state IN ('qualified', 'rewarded')) AS days
              FROM relationship_referral
             WHERE company_id = %(company)s AND date >= %(start)s
            """,
            company=company.id,
            start=today - relativedelta(years=1),
        )
        return {
            "life": {name: row[name] for name in ("claims", "accepted", "bought", "rewarded")},
            "conversion": self._share(row["bought"], row["ended"]),
            "days": row["days"],
        }

    @api.model
    def _count_new(self, company, today):
        row = self._one(
            """
            SELECT COUNT(*) AS n, COUNT(standing.id) AS k
              FROM relationship_profile profile
         LEFT JOIN relationship_referral_standing standing
                ON standing.commercial_partner_id = profile.commercial_partner_id
               AND standing.company_id = profile.company_id AND standing.referrer_id IS NOT NULL
             WHERE profile.company_id = %(company)s AND profile.first_purchase >= %(start)s
            """,
            company=company.id,
            start=today - relativedelta(years=1),
        )
        return {"rate": self._share(row["k"], row["n"])}

    @api.model
    def _count_kept(self, company, today):
        """Referred against other customers, of those who first bought 6 to 24 months ago."""
        rows = self.env.execute_query_dict(
            SQL(
                """
            SELECT standing.id IS NOT NULL AS referred, COUNT(*) AS n,
                   COUNT(*) FILTER (WHERE profile.purchase_days > 1) AS again,
                   COUNT(*) FILTER (WHERE profile.last_purchase >= %(active)s) AS active,
                   AVG(profile.spend_12m)::float8 AS spend,
                   COUNT(*) FILTER (WHERE profile.attitude_count > 0) AS asked,
                   AVG(profile.attitude) FILTER (WHERE profile.attitude_count > 0) AS attitude,
                   STDDEV_SAMP(profile.attitude) FILTER (WHERE profile.attitude_count > 0) AS sd
              FROM relationship_profile profile
         LEFT JOIN relationship_referral_standing standing
                ON standing.commercial_partner_id = profile.commercial_partner_id
               AND standing.company_id = profile.company_id AND standing.referrer_id IS NOT NULL
             WHERE profile.company_id = %(company)s
               AND profile.first_purchase BETWEEN %(oldest)s AND %(active)s
          GROUP BY 1
            """,
                company=company.id,
                oldest=today - relativedelta(years=2),
                active=today - relativedelta(days=RETENTION_DAYS),
            )
        )
        floor = company._relationship_floor()
        sides = {row.pop("referred"): row for row in rows}
        one, other = sides.get(True), sides.get(False)
        result = {"kept": False, "felt": False}
        if not (one and other) or min(one["n"], other["n"]) < floor:
            return result
        result["kept"] = {
            "again": {
                "referred": self._share(one["again"], one["n"]),
                "organic": self._share(other["again"], other["n"]),
                "difference": newcombe(one["again"], one["n"], other["again"], other["n"]),
            },
            "active": {
                "referred": self._share(one["active"], one["n"]),
                "organic": self._share(other["active"], other["n"]),
                "difference": newcombe(one["active"], one["n"], other["active"], other["n"]),
            },
            "spend": {"referred": one["spend"], "organic": other["spend"]},
        }
        if min(one["asked"], other["asked"]) >= max(floor, 2):
            result["felt"] = {
                "referred": one["attitude"],
                "organic": other["attitude"],
                "n_referred": one["asked"],
                "n_organic": other["asked"],
                "difference": mean_difference(
                    one["asked"],
                    one["attitude"],
                    one["sd"] or 0,
                    other["asked"],
                    other["attitude"],
                    other["sd"] or 0,
                ),
            }
        return result

    @api.model
    def _count_said(self, company):
        """Who says they would recommend us, and who really brought somebody."""
        row = self._one(
            """
            SELECT COUNT(*) FILTER (WHERE said) AS said,
                   COUNT(*) FILTER (WHERE said AND did) AS said_did,
                   COUNT(*) FILTER (WHERE NOT said) AS silent,
                   COUNT(*) FILTER (WHERE NOT said AND did) AS silent_did
              FROM (
                SELECT profile.recommend >= %(promoter)s AS said,
                       COALESCE(standing.direct_count, 0) > 0 AS did
                  FROM relationship_profile profile
             LEFT JOIN relationship_referral_standing standing
                    ON standing.commercial_partner_id = profile.commercial_partner_id
                   AND standing.company_id = profile.company_id
                 WHERE profile.company_id = %(company)s AND profile.recommend IS NOT NULL
              ) answers
            """,
            company=company.id,
            promoter=PROMOTER,
        )
        floor = company._relationship_floor()
        if min(row["said"], row["silent"]) < floor:
            return {"said": False}
        return {
            "said": {
                "promoters": self._share(row["said_did"], row["said"]),
                "others": self._share(row["silent_did"], row["silent"]),
                "difference": newcombe(
                    row["said_did"], row["said"], row["silent_did"], row["silent"]
                ),
            }
        }

    @api.model
    def _count_generations(self, company):
        return self.env.execute_query_dict(
            SQL(
                """
            SELECT LEAST(standing.generation, %(most)s) AS generation, COUNT(*) AS customers,
                   COALESCE(SUM(profile.spend_total), 0)::float8 AS revenue
              FROM relationship_referral_standing standing
         LEFT JOIN relationship_profile profile
                ON profile.commercial_partner_id = standing.commercial_partner_id
               AND profile.company_id = standing.company_id
             WHERE standing.company_id = %(company)s
          GROUP BY 1 ORDER BY 1
            """,
                company=company.id,
                most=GENERATIONS,
            )
        )

    @api.model
    def _count_k(self, company, today):
        """Friends of the last 12 months who bought, per customer who bought in that time."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT COALESCE(brought.n, 0), COUNT(*)
              FROM relationship_profile profile
         LEFT JOIN (
                SELECT referrer_commercial_id AS customer, COUNT(*) AS n
                  FROM relationship_referral
                 WHERE company_id = %(company)s AND state IN ('qualified', 'rewarded')
                   AND order_date >= %(start)s
              GROUP BY 1) brought ON brought.customer = profile.commercial_partner_id
             WHERE profile.company_id = %(company)s
               AND (profile.last_purchase >= %(start)s OR brought.n > 0)
          GROUP BY 1
            """,
                company=company.id,
                start=today - relativedelta(years=1),
            )
        )
        return k_factor(dict(rows)) or False

    # ------------------------------------------------------------
    # Page
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_referral_insight(self):
        """Return last night's figures of the current company and the customers to talk to.

        :return: dict with ``date`` (False: not counted yet), ``figures``, ``company``,
            ``currency_id``, ``programme`` (rewards anybody), ``top`` and ``silent`` (id, name,
            friends, below, value, last)
        :raise AccessError: outside of Customer Relations
        """
        if not self.env.user.has_group("relationship_insight.group_relationship_relations"):
            raise AccessError(self.env._("Only Customer Relations may see these figures."))
        company = self.env.company
        row = self.search([("company_id", "=", company.id)], limit=1)
        program = self.env["relationship.referral.program"]._get_program(company)
        silent = fields.Date.subtract(fields.Date.context_today(self), days=SILENT_DAYS)
        own = [("company_id", "=", company.id), ("direct_count", ">", 0)]
        return {
            "date": row.date and row.date.isoformat() or False,
            "figures": row.figures or False,
            "company": company.name,
            "currency_id": company.currency_id.id,
            "programme": bool(program.referrer_program_id or program.referred_program_id),
            "top": self._read_advocates(own),
            "silent": self._read_advocates(
                [*own, ("direct_count", ">", 1), ("last_friend", "<", silent)]
            ),
        }

    @api.model
    def _read_advocates(self, domain):
        return [
            {
                "id": standing.commercial_partner_id.id,
                "name": standing.commercial_partner_id.display_name,
                "friends": standing.direct_count,
                "below": standing.downstream_count,
                "value": standing.value,
                "last": standing.last_friend and standing.last_friend.isoformat() or False,
            }
            for standing in self.env["relationship.referral.standing"].search(
                domain, limit=TOP, order="value_band desc, value desc, direct_count desc, id"
            )
        ]
