import logging

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, LockError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.cron_wake import trigger
from ...tools.scope import Scope
from ...tools.sql_kept import LEAST, sql_kept

_logger = logging.getLogger(__name__)

BATCH = 500
ATTEMPTS = 5
# How long after the reward a return still takes it back.
REFUND_DAYS = 180
# Of a purchase of which less than this share is kept, somebody has to say what it is worth.
MOSTLY_RETURNED = 0.5
CONFLICTS = (ConcurrencyError, DeadlockDetected, LockError, LockNotAvailable, SerializationFailure)


class RelationshipReferral(models.Model):
    """What purchases make of referrals: read for a whole batch at once, then moved along."""

    _inherit = "relationship.referral"

    # ------------------------------------------------------------
    # Crons
    # ------------------------------------------------------------

    @api.model
    def _cron_process(self):
        """Move along the referrals of customers who bought, returned something or were claimed."""
        Queue = self.env["relationship.referral.queue"]
        changed = False
        for _attempt in range(ATTEMPTS):
            try:
                while ids := Queue._take(BATCH):
                    self.search(
                        [
                            "|",
                            ("referred_commercial_id", "in", ids),
                            ("referrer_commercial_id", "in", ids),
                            ("state", "in", ("claimed", "confirmed", "qualified", "rewarded")),
                        ]
                    )._process()
                    changed = True
                    remaining = Queue.search_count([], limit=1)
                    if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                        return
                break
            except CONFLICTS as error:
                # Somebody else moved one of them: look again at how things stand now.
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.info("Referrals are looked at again: %s", error)
        if changed:
            self._trigger_figures()

    @api.model
    def _cron_daily(self):
        """Once a day: deadlines that passed, rewards that fell due, rules that see more by now."""
        last = 0
        while True:
            try:
                batch = self.search(
                    self._get_daily_domain() & Domain("id", ">", last), limit=BATCH, order="id"
                )
                if not batch:
                    break
                newest = batch[-1].id
                batch._process()
                if not self.env["ir.cron"]._commit_progress(len(batch)):
                    return
                last = newest
            except CONFLICTS as error:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.info("Referrals are looked at again: %s", error)
        self._trigger_figures()

    @api.model
    def _get_daily_domain(self):
        recent = fields.Datetime.subtract(fields.Datetime.now(), days=REFUND_DAYS)
        return Domain("state", "in", ("claimed", "confirmed", "qualified")) | Domain(
            [("state", "=", "rewarded"), ("rewarded_date", ">=", recent)]
        )

    @api.model
    def _trigger_figures(self):
        trigger(self.env, "relationship_insight.ir_cron_relationship_referral_figures")

    # ------------------------------------------------------------
    # One batch
    # ------------------------------------------------------------

    def _process(self):
        """Move these referrals along; those another worker holds are left to it."""
        mine = self.try_lock_for_update()
        mine.invalidate_recordset()
        mine._apply_rules()
        mine._resolve()
        mine._apply_purchases()
        now = fields.Datetime.now()
        mine.filtered(
            lambda ref: (
                ref.state in ("claimed", "confirmed") and ref.deadline < now and not ref.winner_id
            )
        )._expire()
        mine._reward_due()

    def _expire(self):
        if self:
            self.write({"state": "expired"})
            self._get_competing()._resolve()

    def _apply_purchases(self):
        """Reject those who were customers before, qualify those who bought, undo what came back."""
        facts = self._read_purchases()
        live = self.filtered(lambda ref: ref.id in facts and ref.state not in ("expired",))
        known = live.filtered(lambda ref: facts[ref.id]["existing"] and ref.state != "rejected")
        self._add_flags(
            [
                (ref.id, "existing", fields.Date.to_string(facts[ref.id]["first_date"]))
                for ref in known
                if "existing" not in ref.flag_ids.mapped("rule")
            ]
        )
        for ref in live:
            fact = facts[ref.id]
            if ref.state == "confirmed" and fact["order_id"] and not ref.is_blocked:
                ref._mark_qualified(fact)
            elif ref.state in ("qualified", "rewarded"):
                ref._apply_return(fact)

    def _mark_qualified(self, fact):
        self.ensure_one()
        wait = self.program_id.hold_days
        self.write(
            {
                "state": "qualified",
                "order_model": fact["order_model"],
                "order_id": fact["order_id"],
                "order_date": fact["order_date"],
                "order_amount": fact["order_amount"],
                "qualified_date": fields.Datetime.now(),
                "reward_date": fields.Date.add(fact["order_date"].date(), days=wait),
            }
        )
        self._ask_for_thanks()
        losers = self._get_competing().filtered(lambda ref: ref.winner_id == self)
        losers.filtered(lambda ref: ref.state == "claimed")._reject("other")

    def _apply_return(self, fact):
        """Part or all of the purchase that counted came back: as if it had never been more."""
        self.ensure_one()
        kept = fact["kept"]
        if kept <= LEAST or kept < self.program_id.min_amount - LEAST:
            self._take_back()
            return
        if kept < fact["bought"] * MOSTLY_RETURNED and "returned" not in self.flag_ids.mapped(
            "rule"
        ):
            self._add_flags(
                [
                    (
                        self.id,
                        "returned",
                        self.env._(
                            "%(kept)s of %(bought)s kept",
                            kept=self.currency_id.format(kept),
                            bought=self.currency_id.format(fact["bought"]),
                        ),
                    )
                ]
            )
        if abs(self.order_amount - kept) > LEAST:
            self.order_amount = kept

    def _take_back(self):
        """The purchase that counted came back: before the reward it may still buy, after not."""
        self.ensure_one()
        if self.state == "qualified":
            self.write({"state": "confirmed", **self._blank_purchase()})
            self._drop_thanks()
            return
        self._add_flags([(self.id, "refund", self.order_date.date().isoformat())])
        self._reject("refund")

    def _read_purchases(self):
        """Return {referral id: facts} of those whose friend ever bought, a statement per company.

        ``existing``: bought before being brought; ``first_date``; the purchase that counts as
        ``order_model``, ``order_id``, ``order_date``, ``order_amount``; ``bought`` and ``kept``:
        how large the purchase was that counted so far, and what is left of it; goods and
        services only.
        """
        self.env.flush_all()
        facts = {}
        aimed = self.filtered("referred_commercial_id")
        for company, referrals in aimed.grouped("company_id").items():
            facts.update(referrals._read_company_purchases(company))
        return facts

    def _read_company_purchases(self, company):
        scope = Scope(
            company,
            partners=SQL(
                "SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)",
                self.referred_commercial_id.ids,
            ),
        )
        rows = self.env.execute_query_dict(
            SQL(
                """
            WITH bought AS MATERIALIZED (
                SELECT partner.commercial_partner_id AS customer, p.company_id, p.date,
                       p.amount - stored.sold AS bought,
                       p.net_amount - stored.sold + stored.back AS goods,
                       p.order_model, p.order_id,
                       %(kept)s AS is_visit
                  FROM (%(purchases)s) p
                  JOIN res_partner partner ON partner.id = p.partner_id
            CROSS JOIN LATERAL (%(stored)s) stored
                 WHERE NOT p.is_refund
            )
            SELECT r.id, first.date::date AS first_date,
                   COALESCE(first.date < told.earliest, FALSE) AS existing,
                   counted.order_model, counted.order_id, counted.date AS order_date,
                   counted.goods AS order_amount,
                   COALESCE(so_far.bought, 0) AS bought, COALESCE(so_far.goods, 0) AS kept
              FROM relationship_referral r
              JOIN relationship_referral_program program ON program.id = r.program_id
        CROSS JOIN LATERAL (
                SELECT CASE WHEN r.source IN ('link', 'code') THEN %(day)s
                       ELSE r.date - program.late_days * INTERVAL '1 day' END AS earliest
        ) told
         LEFT JOIN LATERAL (
                SELECT MIN(b.date) AS date FROM bought b
                 WHERE b.customer = r.referred_commercial_id AND b.company_id = r.company_id
                   AND b.is_visit
        ) first ON TRUE
         LEFT JOIN LATERAL (
                SELECT b.bought, b.goods FROM bought b
                 WHERE b.order_model = r.order_model AND b.order_id = r.order_id LIMIT 1
        ) so_far ON TRUE
         LEFT JOIN LATERAL (
                SELECT b.order_model, b.order_id, b.date, b.goods FROM bought b
                 WHERE b.customer = r.referred_commercial_id AND b.company_id = r.company_id
                   AND b.is_visit AND b.date >= told.earliest AND b.date <= r.deadline
                   AND b.goods > %(least)s AND b.goods > COALESCE(program.min_amount, 0) - %(least)s
              ORDER BY b.date, b.order_model, b.order_id
                OFFSET CASE program.qualifying_event WHEN 'second' THEN 1 ELSE 0 END LIMIT 1
        ) counted ON TRUE
             WHERE r.id = ANY(%(ids)s) AND (first.date IS NOT NULL OR r.order_id IS NOT NULL)
            """,
                purchases=self.env["relationship.purchase"]._purchase_union(scope),
                kept=sql_kept(SQL("p")),
                least=LEAST,
                day=self._sql_day_start(company),
                stored=self._sql_stored_value(SQL("p")),
                ids=self.ids,
            )
        )
        return {row.pop("id"): row for row in rows}

    @api.model
    def _sql_day_start(self, company):
        """SQL of the start, in UTC, of the local day on which a referral was told."""
        zone = SQL("%s", company._relationship_tz())
        return SQL(
            "(DATE_TRUNC('day', r.date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)"
            " AT TIME ZONE %(zone)s AT TIME ZONE 'UTC')",
            zone=zone,
        )
