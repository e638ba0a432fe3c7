from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

MOST_EVIDENCE = 10  # what a change of class keeps
SNAPSHOT_COLUMNS = (
    "loyalty_class", "previous_class", "class_pending", "class_date", "unknown_reason",
    "confidence", "p_true", "p_latent", "p_spurious", "p_low", "attitude", "attitude_mass",
    "p_attitude", "p_behaviour", "rate", "purchase_days", "spend_12m", "feeling_balance",
    "pride", "bond", "relational_share", "situational_share", "score_version",
)


class RelationshipProfile(models.Model):
    """What is kept of the past: figures at each month's end, and every change of class."""

    _inherit = "relationship.profile"

    @api.model
    def _missing_month_ends(self, company):
        """The last twelve month ends that have no snapshot yet, the oldest first."""
        first = self._first_evidence(company)
        if not first:
            return []
        last = self.env["relationship.snapshot"].sudo().search(
            [("company_id", "=", company.id)], order="date desc", limit=1).date
        month = self._local_today(company).replace(day=1)
        ends = [month - relativedelta(months=months, days=1) for months in range(11, -1, -1)]
        return [day for day in ends if first <= day and (not last or day > last)]

    @api.model
    def _snapshot_months(self):
        """Write the snapshots of the last twelve month ends that are still missing."""
        for company in self._companies():
            for day in self._missing_month_ends(company):
                self._snapshot_company(company, day, None)

    @api.model
    def _first_evidence(self, company):
        """Return the day of the company's first answer or shared talk, None without any."""
        row = self.env.execute_query(SQL(
            """
            SELECT LEAST((SELECT MIN(date) FROM relationship_reading WHERE company_id = %(id)s),
                         (SELECT MIN(date) FROM relationship_note
                           WHERE company_id = %(id)s AND visibility = 'company'))
            """, id=company.id))[0]
        return row[0] and row[0].date()

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
    def _log_transitions(self, company, asof):
        """Keep every change of class with its probabilities and the answers that moved it.

        Attitude moves a class, so its answers come before reasons to buy and all else; the newest
        first, and no reason that got no points.
        """
        tags = self._measure_tags()
        motives = [each for each, (tag, _need) in tags.items() if tag == "M16"]
        attitude = [each for each, (tag, _need) in tags.items() if not tag.startswith("M16")]
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
                        WHERE reading.commercial_partner_id = fresh.customer AND %(readings)s
                          AND ((reading.value > 0) IS TRUE
                               OR reading.measure_id != ALL(%(motives)s))
                     ORDER BY (reading.measure_id = ANY(%(attitude)s)) DESC,
                              reading.date DESC, reading.id DESC LIMIT %(most)s) moving),
                   1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM relationship_new fresh
         LEFT JOIN relationship_profile old ON old.id = fresh.live_id
             WHERE COALESCE(fresh.live_class, 'unknown') != fresh.loyalty_class
            """,
            company=company.id, asof=SQL("%s::date", asof), motives=motives, attitude=attitude,
            readings=self._sql_readings(company, asof, None), most=MOST_EVIDENCE))
