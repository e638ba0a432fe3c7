import logging
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.scope import Scope
from .ir_websocket import STAFF_CHANNEL
from .refresh import bonds, classes, motives, purchases, ranks, store_bonds, store_profiles, voice
from .refresh.step import columns_of, single_statement

_logger = logging.getLogger(__name__)

DIRTY_BATCH = 1000
LOCK_ATTEMPTS = 60  # seconds: half of what Odoo lets a worker run
# Worked out from what a night found, and so after it.
FOLLOWERS = ("silence", "cadence", "plan", "campaign_results", "referral_figures")


class RelationshipProfile(models.Model):
    """How the insight is kept fresh: every customer each night, those with news at once."""

    _inherit = "relationship.profile"

    # ------------------------------------------------------------
    # Jobs
    # ------------------------------------------------------------

    @api.model
    def _cron_refresh(self):
        """Read all customers of the companies whose night it is, a slice after the other.

        A slice is one month end that is missing, or everybody as of today, of one company. Each is
        committed, so that a run that is ended goes on where it was. Started by hand, or by code,
        it is everybody's night.
        """
        Cron = self.env["ir.cron"]
        slices = self._night_slices(self._companies_to_refresh())
        done = 0
        while Cron._commit_progress(done, remaining=len(slices)) and slices:
            if not self._wait_for_refresh():
                return
            self._refresh_slice(*slices.pop(0))
            done = 1
            if not slices:
                self._wake_followers()

    @api.model
    def _companies_to_refresh(self):
        companies = self._companies()
        cron = self.env["ir.cron"].browse(self.env.context.get("cron_id"))
        if not cron:
            return companies
        due = companies._relationship_to_refresh()
        if not due and cron.nextcall > fields.Datetime.now():
            companies.relationship_next_refresh = fields.Datetime.now()
            return companies
        return due

    @api.model
    def _night_slices(self, companies):
        """[(company, month end or None)] in the order in which they build on each other."""
        return [
            (company, day)
            for company in companies
            for day in [*self._missing_month_ends(company), None]
        ]

    @api.model
    def _refresh_slice(self, company, day):
        if day:
            self._refresh(asof=day, companies=company)
            return
        begin = fields.Datetime.now()
        self.env["relationship.calibration"]._get(company, company._relationship_today(), anew=True)
        self._refresh(companies=company)
        self._tell_screens([])
        # In a moment of its own: whoever saves settings meanwhile has neither to wait nor to lose.
        self.env["ir.cron"]._commit_progress()
        company._note_relationship_refresh(begin)

    @api.model
    def _wake_followers(self):
        for name in FOLLOWERS:
            cron = self.env.ref(
                f"relationship_insight.ir_cron_relationship_{name}", raise_if_not_found=False
            )
            if cron and cron.active:
                cron._trigger()

    @api.model
    def _cron_refresh_dirty(self):
        """Refresh the customers with new evidence, a batch at a time."""
        Queue = self.env["relationship.refresh.queue"]
        self.env["ir.cron"]._commit_progress()  # see _wait_for_refresh
        while self._try_lock_refresh() and (ids := Queue._take(DIRTY_BATCH)):
            known = self._get_ids_by_company(ids)
            self._refresh(ids)
            self._tell_screens(ids, known)
            remaining = Queue.search_count([], limit=1)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                return
        if Queue.search_count([], limit=1):
            soon = fields.Datetime.now() + timedelta(seconds=30)
            self.env.ref("relationship_insight.ir_cron_relationship_refresh_dirty")._trigger(
                at=soon
            )

    @api.model
    def _tell_screens(self, customer_ids, before=None):
        """Let open screens load anew; what they show stays under the rules.

        Each company's staff is told of its own customers alone.

        :param list customer_ids: whose cards; empty: everything may have changed
        :param dict before: what ``_get_ids_by_company`` said before their refresh
        """
        told = (
            self._get_ids_by_company(customer_ids)
            if customer_ids
            else {company: set() for company in self._companies()}
        )
        for company, ids in (before or {}).items():
            told.setdefault(company, set()).update(ids)
        for company, ids in told.items():
            self.env["bus.bus"]._sendone(
                (company, STAFF_CHANNEL),
                "relationship.profile/refreshed",
                {"customers": sorted(ids)},
            )

    @api.model
    def _get_ids_by_company(self, customer_ids):
        """Return {company: ids of those of these customers it knows something about}."""
        rows = self.sudo()._read_group(
            [("commercial_partner_id", "in", customer_ids)],
            ["company_id"],
            ["commercial_partner_id:array_agg"],
        )
        return {company: set(ids) for company, ids in rows}

    @api.model
    def _wait_for_refresh(self):
        """Take the right to refresh until the commit; False if another worker keeps it too long.

        The transaction is new: with the right has to come the sight of what its last holder wrote,
        or writing fails.
        """
        for _attempt in range(LOCK_ATTEMPTS):
            if self._try_lock_refresh():
                return True
            self.env.cr.rollback()
            time.sleep(1)
        return False

    @api.model
    def _try_lock_refresh(self):
        """Take the right to refresh until the commit; False while another worker has it."""
        return self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('relationship_insight.refresh'))")
        )[0][0]

    # ------------------------------------------------------------
    # Months' ends
    # ------------------------------------------------------------

    @api.model
    def _missing_month_ends(self, company):
        """The last twelve month ends that have no snapshot yet, the oldest first."""
        first = store_profiles.first_evidence(company)
        if not first:
            return []
        last = (
            self.env["relationship.snapshot"]
            .sudo()
            .search([("company_id", "=", company.id)], order="date desc", limit=1)
            .date
        )
        month = company._relationship_today().replace(day=1)
        ends = [month - relativedelta(months=months, days=1) for months in range(11, -1, -1)]
        return [day for day in ends if first <= day and (not last or day > last)]

    # ------------------------------------------------------------
    # Pipeline
    # ------------------------------------------------------------

    @api.model
    def _refresh(self, partners=None, asof=None, companies=None):
        """Turn the evidence into insight, in a few SQL statements per company.

        Nothing later than ``asof`` is seen. For today the result is the live insight; for a
        past day it is that day's snapshot, which is written once and never changed.

        :param partners: commercial partners (ids or records) to refresh, None for all
        :param asof: a date; None for today in each company's time zone
        :param companies: res.company, None for all that are in use
        """
        if partners is not None:
            partners = sorted({getattr(partner, "id", partner) for partner in partners})
            if not partners:
                return
        self.env.flush_all()
        for company in self._companies() if companies is None else companies:
            today = company._relationship_today()
            day = asof or today
            start = time.monotonic()
            if day < today:
                self._snapshot_company(company, day, partners)
            else:
                self._refresh_company(company, day, partners)
            if partners is None:
                _logger.info(
                    "Relationship Insight: %s refreshed as of %s in %.1f s",
                    company.name,
                    day,
                    time.monotonic() - start,
                )
        self.env.cr.execute("RESET enable_nestloop; RESET work_mem; RESET jit")
        self.env.invalidate_all()

    @api.model
    def _refresh_company(self, company, asof, customers):
        calibration = self.env["relationship.calibration"]._get(company, asof)
        scope = Scope.at(company, asof, customers, calibration.params)
        steps = self._compute_new(scope, None if customers is None else calibration.rate_grid or {})
        for name, effect in self._refresh_effects(scope, columns_of(steps), calibration):
            with self._timed(name):
                effect()

    @api.model
    def _refresh_effects(self, scope, columns, calibration):
        """Return (name, function) of what is done with the rows just computed, in this order.

        Later rooms append what rests on the profiles as they are then.
        """
        effects = [
            ("transitions", partial(store_profiles.log_transitions, scope)),
            ("profiles written", partial(store_profiles.write, scope, columns)),
            ("bonds written", partial(store_bonds.upsert, scope)),
        ]
        if scope.customers is None:
            effects.append(("grid of ranks", partial(self._store_rate_grid, calibration)))
        return effects

    @api.model
    def _store_rate_grid(self, calibration):
        """Keep tonight's distribution, so that single customers can be ranked in between."""
        calibration.rate_grid = ranks.read_grid(self.env)

    @api.model
    def _snapshot_company(self, company, asof, customers):
        calibration = self.env["relationship.calibration"]._get(company, asof)
        scope = Scope.at(company, asof, customers, calibration.params)
        steps = self._compute_new(scope)
        store_profiles.snapshot(scope, columns_of(steps))
        store_bonds.snapshot(scope)

    @api.model
    def _compute_new(self, scope, grid=None):
        """Fill the tables of the bonds and of the profile, and return the steps of the latter.

        Of everyone each step is a table of its own, which tells the planner its size; of a few
        customers the steps are parts of one statement, sooner planned than tables are made.
        """
        self._plan_for(everyone=scope.customers is None)
        steps = self._refresh_steps(scope, grid)
        steps.append(classes.whole(scope, steps))
        tables = [
            bonds.bonds(scope),
            *(steps if scope.customers is None else [single_statement(steps)]),
        ]
        self.env.cr.execute(
            SQL("DROP TABLE IF EXISTS %s", SQL(", ").join(step.table for step in tables))
        )
        for step in tables:
            with self._timed(step.name):
                self.env.cr.execute(
                    SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", step.table, step.query)
                )
        self.env.cr.execute(SQL("ANALYZE %s (customer, staff)", tables[0].table))
        self.env.cr.execute(SQL("ANALYZE %s (customer, live_id)", tables[-1].table))
        return steps

    @api.model
    def _refresh_steps(self, scope, grid):
        """Return the steps that bring the figures of the profile. Later rooms add theirs."""
        return [
            purchases.bought(scope),
            purchases.promo(scope),
            purchases.behaviour(scope),
            ranks.ranked(grid),
            voice.voice(scope),
            motives.mix(scope),
            bonds.closest(),
        ]

    @contextmanager
    def _timed(self, step):
        """Log how long a step of the refresh takes, for ``make bench``."""
        start = time.monotonic()
        yield
        _logger.debug("refresh step %s: %.4f s", step, time.monotonic() - start)

    @api.model
    def _plan_for(self, everyone):
        """Tell the planner how many customers there are, which it can't know from the statement."""
        if everyone:
            self.env.cr.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '256MB'")
        else:
            self.env.cr.execute("RESET enable_nestloop; RESET work_mem")
        self.env.cr.execute("SET LOCAL jit = off")
