import logging
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

DIRTY_BATCH = 1000
LOCK_ATTEMPTS = 300
# Columns of relationship_new that are stored under the same name.
COLUMNS = (
    "date", "loyalty_class", "unknown_reason", "confidence", "previous_class", "class_date",
    "class_pending", "class_review_date", "p_true", "p_latent", "p_spurious", "p_low",
    "purchase_days", "first_purchase", "last_purchase", "tenure_days", "recency_days",
    "spend_total", "spend_12m", "spend_per_day", "x_weighted", "t_weighted", "rate", "rate_year",
    "behaviour_pct", "p_behaviour", "p_alive", "expected_90d", "gap_mean", "gap_median", "gap_cv",
    "overdue_ratio", "clumpiness", "rfm_recency", "rfm_frequency", "rfm_monetary", "promo_share",
    "attitude", "attitude_se", "attitude_mass", "attitude_count", "attitude_basis",
    "attitude_date", "p_attitude", "feeling_balance", "feeling_positive", "feeling_negative",
    "event_positive", "event_negative", "pride", "recommend", "quality", "stay_strength",
    "motive_id", "motives", "motive_count", "relational_share", "situational_share",
    "merit_share", "bond", "bond_staff_id", "talk_count", "last_talk",
    "bond_count", "key_staff_id", "contact_hhi", "key_risk", "reading_count",
    "last_reading", "ask_next", "score_version",
)
SNAPSHOT_COLUMNS = (
    "loyalty_class", "previous_class", "class_pending", "class_date", "unknown_reason",
    "confidence", "p_true", "p_latent", "p_spurious", "p_low", "attitude", "attitude_mass",
    "p_attitude", "p_behaviour", "rate", "purchase_days", "spend_12m", "feeling_balance",
    "pride", "bond", "relational_share", "situational_share", "score_version",
)


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _refresh(self, partners=None, asof=None):
        """Turn the evidence into insight, in one SQL statement per company.

        Nothing later than ``asof`` is seen. For today the result is the live insight; for a
        past day it is that day's snapshot, which is written once and never changed.

        :param partners: commercial partners (ids or records) to refresh, None for all
        :param asof: a date; None for today in each company's time zone
        """
        if partners is not None:
            partners = sorted({getattr(partner, "id", partner) for partner in partners})
            if not partners:
                return
        self.env.flush_all()
        for company in self._companies():
            today = self._local_today(company)
            day = asof or today
            start = time.monotonic()
            if day < today:
                self._snapshot_company(company, day, partners)
            else:
                self._refresh_company(company, day, partners)
            if partners is None:
                _logger.info(
                    "Relationship Insight: %s refreshed as of %s in %.1f s",
                    company.name, day, time.monotonic() - start)
        self.env.cr.execute("RESET enable_nestloop; RESET work_mem; RESET jit")
        self.env.invalidate_all()

    @api.model
    def _cron_refresh(self):
        """Nightly: the month-end snapshots that are missing, then everybody as of today."""
        for _attempt in range(LOCK_ATTEMPTS):
            if self._try_lock_refresh():
                break
            # A lock waited for would come with the sight of rows as they were before.
            self.env.cr.rollback()
            time.sleep(1)
        self._snapshot_months()
        self._refresh()

    @api.model
    def _cron_refresh_dirty(self):
        """Refresh the customers with new evidence, a batch at a time."""
        Queue = self.env["relationship.refresh.queue"]
        while self._try_lock_refresh() and (ids := Queue._take(DIRTY_BATCH)):
            self._refresh(ids)
            self._tell_screens(ids)
            remaining = Queue.search_count([], limit=1)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                return
        if Queue.search_count([], limit=1):
            soon = fields.Datetime.now() + timedelta(seconds=30)
            self.env.ref(
                "relationship_insight.ir_cron_relationship_refresh_dirty")._trigger(at=soon)

    @api.model
    def _tell_screens(self, customer_ids):
        """Let open cards of these customers load anew; what they show stays under the rules."""
        self.env.ref("relationship_insight.group_relationship_staff")._bus_send(
            "relationship.profile/refreshed", {"customers": customer_ids})

    @api.model
    def _try_lock_refresh(self):
        """Take the right to refresh until the commit; False while another worker has it."""
        return self.env.execute_query(SQL(
            "SELECT pg_try_advisory_xact_lock(hashtext('relationship_insight.refresh'))"))[0][0]

    @api.model
    def _snapshot_months(self):
        """Write the snapshots of the last twelve month ends that are still missing."""
        for company in self._companies():
            today = self._local_today(company)
            last = self.env["relationship.snapshot"].sudo().search(
                [("company_id", "=", company.id)], order="date desc", limit=1).date
            first = self._first_evidence(company)
            for months in range(12, 0, -1):
                month_end = today.replace(day=1) - relativedelta(months=months - 1, days=1)
                if first and first <= month_end and (not last or month_end > last):
                    self._snapshot_company(company, month_end, None)

    @api.model
    def _first_evidence(self, company):
        """Return the day of the company's first answer or conversation, None without any."""
        row = self.env.execute_query(SQL(
            """
            SELECT LEAST((SELECT MIN(date) FROM relationship_reading WHERE company_id = %(id)s),
                         (SELECT MIN(date) FROM relationship_note WHERE company_id = %(id)s))
            """, id=company.id))[0]
        return row[0] and row[0].date()

    # ------------------------------------------------------------
    # Companies and time
    # ------------------------------------------------------------

    @api.model
    def _companies(self):
        """The companies that are in use, whoever asks."""
        return self.env["res.company"].sudo().search([("active", "=", True)], order="id")

    @api.model
    def _timezone(self, company):
        return company.resource_calendar_id.tz or company.partner_id.tz or "UTC"

    @api.model
    def _local_today(self, company):
        return datetime.now(pytz.timezone(self._timezone(company))).date()

    @api.model
    def _end_of_day(self, company, day):
        """The last moment of a local day, in UTC and without time zone, as stored."""
        zone = pytz.timezone(self._timezone(company))
        midnight = zone.localize(datetime.combine(day + timedelta(days=1), datetime.min.time()))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None) - timedelta(microseconds=1)

    @api.model
    def _sql_local_day(self, column, company):
        """SQL of the local date of a stored moment."""
        zone = self._timezone(company)
        if zone == "UTC":
            return SQL("%s::date", column)
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", column, zone)

    # ------------------------------------------------------------
    # Pipeline
    # ------------------------------------------------------------

    @api.model
    def _refresh_company(self, company, asof, customers):
        calibration = self.env["relationship.calibration"]._get(company, asof)
        params = calibration.params
        if customers is None:
            ranks = self._query_exact_ranks()
        else:
            ranks = self._query_grid_ranks(calibration.rate_grid)
        self._compute_new(company, asof, params, ranks, customers)
        with self._timed("transitions"):
            self._log_transitions(company, asof)
        with self._timed("profiles written"):
            self._write_profiles(company, customers)
        with self._timed("bonds written"):
            self._upsert_bonds(company, asof, customers)
        if customers is None:
            with self._timed("grid of ranks"):
                self._store_rate_grid(calibration)

    @api.model
    def _write_profiles(self, company, customers):
        """Store the rows of ``relationship_new`` that are new or differ; drop those that ended."""
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        fresh = SQL(", ").join(SQL("fresh.%s", SQL.identifier(name)) for name in COLUMNS)
        live = SQL(", ").join(SQL("live.%s", SQL.identifier(name)) for name in COLUMNS)
        self.env.cr.execute(SQL(
            """
            UPDATE relationship_profile live
               SET (write_date, %(names)s) = ROW (NOW() AT TIME ZONE 'UTC', %(fresh)s)
              FROM relationship_new fresh
             WHERE live.id = fresh.live_id AND (%(live)s) IS DISTINCT FROM (%(fresh)s)
            """,
            names=names, fresh=fresh, live=live))
        self.env.cr.execute(SQL(
            """
            INSERT INTO relationship_profile (
                commercial_partner_id, company_id, create_uid, create_date, write_uid, write_date,
                %(names)s)
            SELECT customer, %(company)s, 1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC',
                   %(names)s
              FROM relationship_new
             WHERE live_id IS NULL
            """,
            company=company.id, names=names))
        self.env.cr.execute(SQL(
            """
            DELETE FROM relationship_profile profile
             WHERE profile.company_id = %s AND %s AND NOT EXISTS (
                SELECT 1 FROM relationship_new WHERE customer = profile.commercial_partner_id)
            """,
            company.id,
            SQL("TRUE") if customers is None
            else SQL("profile.commercial_partner_id = ANY(%s)", customers)))

    @api.model
    def _snapshot_company(self, company, asof, customers):
        calibration = self.env["relationship.calibration"]._get(company, asof)
        self._compute_new(
            company, asof, calibration.params, self._query_exact_ranks(), customers)
        names = SQL(", ").join(map(SQL.identifier, SNAPSHOT_COLUMNS))
        self.env.cr.execute(SQL(
            """
            INSERT INTO relationship_snapshot (
                commercial_partner_id, company_id, date, create_uid, create_date, write_uid,
                write_date, %(names)s)
            SELECT customer, %(company)s, %(asof)s, 1, NOW() AT TIME ZONE 'UTC', 1,
                   NOW() AT TIME ZONE 'UTC', %(names)s
              FROM relationship_new
            ON CONFLICT (commercial_partner_id, company_id, date) DO NOTHING
            """,
            company=company.id, asof=SQL("%s::date", asof), names=names))
        self._snapshot_bonds(company, asof)

    @api.model
    def _compute_new(self, company, asof, params, ranks, customers):
        """Fill the temporary tables ``relationship_new_bond`` and ``relationship_new``.

        Of everyone each step is a table of its own, which tells the planner its size; of a few
        customers the steps are parts of one statement, which is planned sooner than tables are
        made.
        """
        self._plan_for(everyone=customers is None)
        with_bond, *steps = self._refresh_steps(company, asof, params, ranks, customers)
        if customers is None:
            names = [with_bond[0], *(name for name, _query in steps)]
        else:
            *parts, (name, query) = steps
            steps = [(name, SQL(
                "WITH %s %s",
                SQL(", ").join(
                    SQL("%s AS MATERIALIZED (%s)", SQL.identifier(part), each)
                    for part, each in parts),
                query))]
            names = [with_bond[0], name]
        self.env.cr.execute(SQL(
            "DROP TABLE IF EXISTS %s", SQL(", ").join(map(SQL.identifier, names))))
        for name, query in [with_bond, *steps]:
            with self._timed(name):
                self.env.cr.execute(SQL(
                    "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s",
                    SQL.identifier(name), query))
        self.env.cr.execute("ANALYZE relationship_new (customer, live_id)")
        self.env.cr.execute("ANALYZE relationship_new_bond (customer, staff)")

    @api.model
    def _refresh_steps(self, company, asof, params, ranks, customers):
        """Return (name, SELECT) of each step; the bonds come first, the whole profile last."""
        scope = company, asof, params, customers
        return [
            ("relationship_new_bond", SQL(
                "WITH %s SELECT * FROM bonds", self._ctes_bond(*scope))),
            ("relationship_new_bought", self._query_bought(*scope)),
            ("relationship_new_promo", self._query_promo(*scope)),
            ("relationship_new_behaviour", self._query_behaviour(*scope)),
            ("relationship_new_rank", ranks),
            ("relationship_new_voice", self._query_voice(*scope)),
            ("relationship_new_mix", self._query_motive_mix(*scope)),
            ("relationship_new", self._query_class(company, asof, params)),
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
            self.env.cr.execute(
                "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '256MB';"
                " SET LOCAL jit = off")
        else:
            self.env.cr.execute("RESET enable_nestloop; RESET work_mem; SET LOCAL jit = off")

    @api.model
    def _query_exact_ranks(self):
        """SELECT the mid-rank percentile of the rate and the RFM quintiles of all customers."""
        return SQL(
            """
            SELECT customer,
                   CASE WHEN t >= 1 THEN
                       100 * (RANK() OVER (PARTITION BY t >= 1 ORDER BY rate)
                              + (COUNT(*) OVER (PARTITION BY t >= 1, rate) - 1) / 2.0 - 0.5)
                       / COUNT(*) OVER (PARTITION BY t >= 1)
                   END AS behaviour_pct,
                   NTILE(5) OVER (ORDER BY last_purchase, customer) AS rfm_recency,
                   NTILE(5) OVER (ORDER BY purchase_days, customer) AS rfm_frequency,
                   NTILE(5) OVER (ORDER BY spend_total, customer) AS rfm_monetary
              FROM relationship_new_behaviour
             WHERE purchase_days > 0
            """)

    @api.model
    def _query_grid_ranks(self, grid):
        """SELECT the place of a few customers among the thousandths of last night."""
        grid = grid or {}

        def place(column, bounds):
            if not bounds:
                return SQL("NULL::int")
            return SQL("WIDTH_BUCKET(%s::float8, %s::float8[]) + 1", column, bounds)

        rates = grid.get("rate") or []
        percentile = SQL("NULL::float8")
        if rates:
            percentile = SQL(
                """
                CASE WHEN t >= 1 THEN 50.0 * (
                    WIDTH_BUCKET(rate * (1 - 1e-9), %(rates)s::float8[])
                    + WIDTH_BUCKET(rate * (1 + 1e-9), %(rates)s::float8[])
                ) / %(n)s END
                """, rates=rates, n=len(rates))
        return SQL(
            """
            SELECT customer, %(percentile)s AS behaviour_pct,
                   %(recency)s AS rfm_recency, %(frequency)s AS rfm_frequency,
                   %(monetary)s AS rfm_monetary
              FROM relationship_new_behaviour
             WHERE purchase_days > 0
            """,
            percentile=percentile,
            recency=place(SQL("(last_purchase - DATE '1970-01-01')"), grid.get("recency")),
            frequency=place(SQL("purchase_days"), grid.get("frequency")),
            monetary=place(SQL("spend_total"), grid.get("monetary")))

    @api.model
    def _store_rate_grid(self, calibration):
        """Keep tonight's distribution, so that single customers can be ranked in between."""
        row = self.env.execute_query(SQL(
            """
            SELECT (SELECT PERCENTILE_DISC(%(points)s::float8[]) WITHIN GROUP (ORDER BY rate)
                      FROM relationship_new WHERE tenure_days >= 1),
                   (SELECT PERCENTILE_DISC(%(fifths)s::float8[]) WITHIN GROUP (
                           ORDER BY first_purchase + (last_purchase - first_purchase))
                      FROM relationship_new WHERE purchase_days > 0),
                   (SELECT PERCENTILE_DISC(%(fifths)s::float8[]) WITHIN GROUP (
                           ORDER BY purchase_days)
                      FROM relationship_new WHERE purchase_days > 0),
                   (SELECT PERCENTILE_DISC(%(fifths)s::float8[]) WITHIN GROUP (ORDER BY spend_total)
                      FROM relationship_new WHERE purchase_days > 0)
            """,
            points=[(point + 0.5) / 1000 for point in range(1000)],
            fifths=[0.2, 0.4, 0.6, 0.8]))[0]
        rates, recency, frequency, monetary = row
        epoch = fields.Date.to_date("1970-01-01")
        calibration.rate_grid = {
            "rate": rates or [],
            "recency": [(day - epoch).days for day in recency or []],
            "frequency": [float(value) for value in frequency or []],
            "monetary": [float(value) for value in monetary or []],
        }

    @api.model
    def _log_transitions(self, company, asof):
        """Keep every change of class with its probabilities and newest evidence."""
        self.env.cr.execute(SQL(
            """
            INSERT INTO relationship_transition (
                commercial_partner_id, company_id, date, class_from, class_to, confidence, p_true,
                p_latent, p_spurious, p_low, attitude_before, attitude_after, rate_before,
                rate_after, reading_ids, create_uid, create_date, write_uid, write_date)
            SELECT fresh.customer, %(company)s, %(asof)s, fresh.live_class, fresh.loyalty_class,
                   fresh.confidence, fresh.p_true, fresh.p_latent, fresh.p_spurious, fresh.p_low,
                   old.attitude, fresh.attitude, old.rate, fresh.rate,
                   (SELECT JSONB_AGG(id) FROM (
                       SELECT reading.id FROM relationship_reading reading
                        WHERE reading.commercial_partner_id = fresh.customer
                          AND reading.company_id = %(company)s AND reading.voided IS NOT TRUE
                     ORDER BY reading.date DESC, reading.id DESC LIMIT 10) newest),
                   1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM relationship_new fresh
         LEFT JOIN relationship_profile old ON old.id = fresh.live_id
             WHERE COALESCE(fresh.live_class, 'unknown') != fresh.loyalty_class
            """,
            company=company.id, asof=SQL("%s::date", asof)))
