import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .ir_websocket import STAFF_CHANNEL

DIRTY_BATCH = 1000
LOCK_ATTEMPTS = 60  # seconds: half of what Odoo lets a worker run
# Worked out from what a night found, and so after it.
FOLLOWERS = ("silence", "cadence", "plan", "campaign_results", "referral_figures")


class RelationshipProfile(models.Model):
    """The jobs that keep the insight fresh: every customer each night, those with news at once."""

    _inherit = "relationship.profile"

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
            (company, day) for company in companies
            for day in [*self._missing_month_ends(company), None]]

    @api.model
    def _refresh_slice(self, company, day):
        if day:
            self._refresh(asof=day, companies=company)
            return
        begin = fields.Datetime.now()
        self.env["relationship.calibration"]._get(
            company, self._local_today(company), anew=True)
        self._refresh(companies=company)
        self._tell_screens([])
        # In a moment of its own: whoever saves settings meanwhile has neither to wait nor to lose.
        self.env["ir.cron"]._commit_progress()
        company._note_relationship_refresh(begin)

    @api.model
    def _wake_followers(self):
        for name in FOLLOWERS:
            cron = self.env.ref(
                f"relationship_insight.ir_cron_relationship_{name}", raise_if_not_found=False)
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
            self.env.ref(
                "relationship_insight.ir_cron_relationship_refresh_dirty")._trigger(at=soon)

    @api.model
    def _tell_screens(self, customer_ids, before=None):
        """Let open screens load anew; what they show stays under the rules.

        Each company's staff is told of its own customers alone.

        :param list customer_ids: whose cards; empty: everything may have changed
        :param dict before: what ``_get_ids_by_company`` said before their refresh
        """
        told = self._get_ids_by_company(customer_ids) if customer_ids else {
            company: set() for company in self._companies()}
        for company, ids in (before or {}).items():
            told.setdefault(company, set()).update(ids)
        for company, ids in told.items():
            self.env["bus.bus"]._sendone(
                (company, STAFF_CHANNEL), "relationship.profile/refreshed",
                {"customers": sorted(ids)})

    @api.model
    def _get_ids_by_company(self, customer_ids):
        """Return {company: ids of those of these customers it knows something about}."""
        rows = self.sudo()._read_group(
            [("commercial_partner_id", "in", customer_ids)],
            ["company_id"], ["commercial_partner_id:array_agg"])
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
        return self.env.execute_query(SQL(
            "SELECT pg_try_advisory_xact_lock(hashtext('relationship_insight.refresh'))"))[0][0]
