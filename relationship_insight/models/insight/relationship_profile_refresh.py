import logging
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytz

from odoo import api, models
from odoo.tools import SQL

from ...tools.sql_ids import sql_ids

_logger = logging.getLogger(__name__)

# So many new rows change what the planner must know of the table to join it to others.
MANY_NEW = 10_000
# Columns of relationship_new that are stored under the same name.
COLUMNS = (
    "date", "loyalty_class", "unknown_reason", "confidence", "previous_class", "class_date",
    "class_pending", "class_review_date", "p_true", "p_latent", "p_spurious", "p_low",
    "purchase_days", "first_purchase", "last_purchase", "tenure_days", "recency_days",
    "spend_total", "spend_12m", "spend_per_day", "x_weighted", "t_weighted", "rate", "rate_year",
    "behaviour_pct", "p_behaviour", "p_alive", "expected_90d", "gap_mean", "gap_median", "gap_cv",
    "overdue_ratio", "clumpiness", "rfm_recency", "rfm_frequency", "rfm_monetary", "promo_share",
    "attitude", "attitude_se", "attitude_mass", "attitude_told", "attitude_worth",
    "attitude_count", "attitude_basis", "attitude_date", "p_attitude",
    "feeling_balance", "feeling_positive", "feeling_negative", "event_positive", "event_negative",
    "pride", "recommend", "quality", "stay_strength",
    "motive_id", "motives", "motive_count", "relational_share", "situational_share",
    "merit_share", "bond", "bond_staff_id", "talk_count", "last_talk",
    "bond_count", "key_staff_id", "contact_hhi", "key_risk", "reading_count",
    "last_reading", "ask_next", "score_version",
)


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

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

    # ------------------------------------------------------------
    # Companies and time
    # ------------------------------------------------------------

    @api.model
    def _companies(self):
        """The companies that are in use, whoever asks."""
        return self.env["res.company"].sudo().search([("active", "=", True)], order="id")

    @api.model
    def _timezone(self, company):
        return company._relationship_tz()

    @api.model
    def _local_today(self, company):
        return company._relationship_today()

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
        if self.env.cr.rowcount > MANY_NEW:
            self.env.cr.execute("ANALYZE relationship_profile")
        self.env.cr.execute(SQL(
            """
            DELETE FROM relationship_profile profile
             WHERE profile.company_id = %s AND %s AND NOT EXISTS (
                SELECT 1 FROM relationship_new WHERE customer = profile.commercial_partner_id)
            """,
            company.id,
            SQL("TRUE") if customers is None
            else SQL("profile.commercial_partner_id = ANY(%s)", sql_ids(customers))))

    @api.model
    def _compute_new(self, company, asof, params, ranks, customers):
        """Fill the temporary tables ``relationship_new_bond`` and ``relationship_new``.

        Of everyone each step is a table of its own, which tells the planner its size; of a few
        customers the steps are parts of one statement, sooner planned than tables are made.
        """
        self._plan_for(everyone=customers is None)
        with_bond, *steps = self._refresh_steps(company, asof, params, ranks, customers)
        if customers is not None:
            *parts, (name, query) = steps
            steps = [(name, SQL(
                "WITH %s SELECT * FROM (%s) made",
                SQL(", ").join(
                    SQL("%s AS MATERIALIZED (%s)", SQL.identifier(part), each)
                    for part, each in parts),
                query))]
        steps = [with_bond, *steps]
        self.env.cr.execute(SQL(
            "DROP TABLE IF EXISTS %s",
            SQL(", ").join(SQL.identifier(name) for name, _query in steps)))
        for name, query in steps:
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
            self.env.cr.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '256MB'")
        else:
            self.env.cr.execute("RESET enable_nestloop; RESET work_mem")
        self.env.cr.execute("SET LOCAL jit = off")
