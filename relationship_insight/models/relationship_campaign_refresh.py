import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..stats import changes, intervals
from ..stats.suppression import hidden_cells
from .relationship_profile_insight import COUNTS_ONLY, LOW_BASE

CUTS = ("channel", "lang", "stratum", "shop_name")
SCORED_KINDS = ("rating", "emotion", "motive")
CHANGE_LEVEL = 0.90
# From so many on, the change is that of the people who answered both times.
PAIRS = 10
ROUNDED = (
    "n_eff", "design_effect", "mean", "low", "high", "deviation", "recommend", "change",
    "change_low", "change_high",
)
RECOMMEND = "M03"


class RelationshipCampaign(models.Model):
    """Results of campaigns, counted from the answers and kept where they can't change any more."""

    _inherit = "relationship.campaign"

    result_ids = fields.One2many(
        "relationship.campaign.result", "campaign_id", string="Results", readonly=True)

    @api.model
    def _cron_refresh_results(self):
        """Count the results of every campaign that was answered lately."""
        for campaign in self.sudo().search([("state", "!=", "draft")]):
            campaign._refresh_results()
            self.env["ir.cron"]._commit_progress(1)

    def action_refresh_results(self):
        """Count the results now."""
        self.check_access("read")
        self.sudo()._refresh_results()

    def _refresh_results(self):
        """Weigh the answers and count the results of the waves and months that are still open."""
        self.ensure_one()
        self.env.flush_all()
        waves = self.wave_ids.filtered(lambda wave: wave.state in ("running", "closed"))
        frozen = {
            row["period"] for row in self.env["relationship.campaign.result"].search_read(
                [("campaign_id", "=", self.id), ("final", "=", True)], ["period"])}
        likeness = {
            wave.date_start: value for wave, value in waves.filtered(
                lambda wave: wave.date_start not in frozen)._weigh_answers().items()}
        segments = self._get_segments()
        cells = [cell for cell in self._count_cells() if cell["period"] not in frozen]
        changed = self._get_changes(segments)
        results = self._prepare_results(cells, segments, changed, likeness)
        self.result_ids.filtered(lambda result: not result.final).unlink()
        self.env["relationship.campaign.result"].create(results)

    def _get_segments(self):
        """Return {version id: number of its unbroken line}, which ends where meaning changed."""
        versions = self.env["relationship.instrument.version"].search(
            [("instrument_id", "=", self.instrument_id.id)], order="number")
        used = self.env["relationship.invitation"].sudo()._read_group(
            [("campaign_id", "=", self.id)], ["version_id"])
        others = self.env["relationship.instrument.version"].union(
            *(version for version, in used)) - versions
        segments, current = {}, 0
        for version in others.sorted("id") + versions:
            if segments and not version.comparable:
                current += 1
            segments[version.id] = current
        return segments

    def _sql_scores(self):
        """SQL of one row per person, period, version and measure, 0 to 100, more is better."""
        zone = self.env["relationship.profile"]._timezone(self.company_id)
        return SQL(
            """
            SELECT COALESCE(wave.date_start, DATE_TRUNC(
                       'month', invitation.date_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s
                   )::date) AS period,
                   invitation.wave_id, invitation.version_id,
                   COALESCE(invitation.partner_id, -invitation.id) AS person,
                   MAX(invitation.channel) AS channel, MAX(invitation.lang) AS lang,
                   MAX(invitation.stratum) AS stratum, MAX(invitation.shop_name) AS shop_name,
                   AVG(COALESCE(invitation.weight, 1))::float8 AS weight,
                   CASE WHEN measure.kind = 'motive' THEN measure.id
                        ELSE COALESCE(measure.parent_id, measure.id) END AS measure_id,
                   AVG(CASE WHEN measure.kind = 'emotion' AND measure.valence = '-1'
                       THEN 100 - reading.score ELSE reading.score END)::float8 AS score,
                   AVG(reading.value)::float8 AS value, MIN(invitation.date_start) AS first
              FROM relationship_invitation invitation
              JOIN relationship_reading reading ON reading.invitation_id = invitation.id
              JOIN relationship_measure measure ON measure.id = reading.measure_id
         LEFT JOIN relationship_wave wave ON wave.id = invitation.wave_id
             WHERE invitation.campaign_id = %(campaign)s AND invitation.date_start IS NOT NULL
               AND invitation.flag IS NULL AND reading.voided IS NOT TRUE
               AND reading.na IS NOT TRUE AND reading.competitor_id IS NULL
               AND measure.kind IN %(kinds)s
          GROUP BY 1, 2, 3, 4, 10
            """, zone=zone, campaign=self.id, kinds=SCORED_KINDS)

    def _count_cells(self):
        """Return the sums that make each result: one dict per period, version, measure and cut.

        Each counts a multiple of the smallest group, those who answered first: two results that
        are looked at together, or one after the other, never differ by one person's answer.
        Those without the cut's value are a row of their own, which nobody is shown.
        """
        cuts = SQL(", ").join(
            SQL("(%s, %s)", cut, SQL("person.%s", SQL.identifier(cut)) if cut != "all"
                else SQL("NULL")) for cut in ("all", *CUTS))
        return self.env.execute_query_dict(SQL(
            """
            WITH person AS (%(scores)s),
            placed AS (
                SELECT person.*, cuts.cut, cuts.cut_value,
                       ROW_NUMBER() OVER (cell ORDER BY first, person) AS place,
                       COUNT(*) OVER cell AS size
                  FROM person
            CROSS JOIN LATERAL (VALUES %(cuts)s) cuts (cut, cut_value)
                WINDOW cell AS (PARTITION BY period, version_id, measure_id, cut, cut_value)
            )
            SELECT period, wave_id, version_id, measure_id, cut, cut_value,
                   COUNT(*) AS n, SUM(weight) AS w,
                   SUM(weight * weight) AS w_squared, SUM(weight * score) AS wx,
                   SUM(weight * score * score) AS wxx,
                   SUM(weight) FILTER (WHERE value >= 9) AS promoters,
                   SUM(weight) FILTER (WHERE value <= 6) AS detractors
              FROM placed
             WHERE place <= size - size %% %(floor)s OR size < %(floor)s
          GROUP BY period, wave_id, version_id, measure_id, cut, cut_value
            """,
            scores=self._sql_scores(), cuts=cuts,
            floor=max(self.company_id.relationship_minimum_group, 1)))

    def _get_changes(self, segments):
        """Return {(period, measure, segment): (pairs, sum, sum of squares)} of paired changes."""
        lines = SQL(", ").join(
            SQL("(%s, %s)", version, segment) for version, segment in segments.items())
        if not segments:
            return {}
        rows = self.env.execute_query(SQL(
            """
            WITH person AS (%(scores)s),
            placed AS (
                SELECT person.*, line.segment,
                       DENSE_RANK() OVER (
                           PARTITION BY measure_id, line.segment ORDER BY period) AS place
                  FROM person JOIN (VALUES %(lines)s) AS line (version_id, segment)
                    ON line.version_id = person.version_id
            ),
            pair AS (
                SELECT later.period, later.measure_id, later.segment,
                       later.score - earlier.score AS change,
                       ROW_NUMBER() OVER (cell ORDER BY later.first, later.person) AS place,
                       COUNT(*) OVER cell AS size
                  FROM placed later
                  JOIN placed earlier ON earlier.person = later.person
                   AND earlier.measure_id = later.measure_id AND earlier.segment = later.segment
                   AND earlier.place = later.place - 1
                WINDOW cell AS (PARTITION BY later.period, later.measure_id, later.segment)
            )
            SELECT period, measure_id, segment, COUNT(*), SUM(change), SUM(change ^ 2)
              FROM pair WHERE place <= size - size %% %(floor)s
          GROUP BY 1, 2, 3
            """, scores=self._sql_scores(), lines=lines,
            floor=max(self.company_id.relationship_minimum_group, 1)))
        return {tuple(key): (n, total, squares) for *key, n, total, squares in rows}

    def _prepare_results(self, cells, segments, changed, likeness):
        company = self.company_id
        floor = max(company.relationship_minimum_group, 1)
        measures = self.env["relationship.measure"].sudo().browse(
            {cell["measure_id"] for cell in cells})
        codes = {measure.id: measure.code for measure in measures}
        rows = {}
        for cell in cells:
            key = (cell["period"], cell["measure_id"], segments.get(cell["version_id"], 0),
                   cell["cut"], cell["cut_value"] or False)
            rows[key] = self._merge_cells(rows.get(key), cell)
        hidden = self._get_hidden(rows, floor)
        results = {}
        for key, cell in sorted(rows.items(), key=lambda row: tuple(map(str, row[0]))):
            period, measure_id, segment, cut, cut_value = key
            if cut != "all" and not cut_value:
                continue  # those without: counted only to see what would give them away
            vals = {
                "campaign_id": self.id, "company_id": company.id, "wave_id": cell["wave_id"],
                "period": period, "measure_id": measure_id, "segment": segment, "cut": cut,
                "cut_value": cut_value, "likeness": likeness.get(period) or 0,
                "final": self._is_final(period, cell["wave_id"]),
                **self._get_figures(cell, key in hidden, codes.get(measure_id)),
            }
            results[key] = vals
        self._add_changes(results, changed)
        return [self._round_figures(vals) for vals in results.values()]

    @api.model
    def _round_figures(self, vals):
        """Round what is shown, so that sums over few can't be had from sums over many."""
        return {**vals, **{
            name: round(vals[name], 1) for name in ROUNDED if isinstance(vals.get(name), float)}}

    @api.model
    def _merge_cells(self, one, other):
        """Add the sums of two versions that ask the same thing."""
        if not one:
            return other
        sums = ("n", "w", "w_squared", "wx", "wxx", "promoters", "detractors")
        return {**one, **{name: (one[name] or 0) + (other[name] or 0) for name in sums}}

    @api.model
    def _get_hidden(self, rows, floor):
        tables = {}
        for key, cell in rows.items():
            tables.setdefault(key[:4], {})[key] = cell["n"]
        return {key for counts in tables.values() for key in hidden_cells(counts, floor)}

    @api.model
    def _get_figures(self, cell, hidden, code):
        """Return status and figures of one cell; nothing but the status where it is hidden."""
        if hidden:
            return {"status": "suppressed"}
        n = cell["n"]
        if n < COUNTS_ONLY:
            return {"status": "insufficient", "n": n}
        sums = (cell["w"], cell["w_squared"], cell["wx"], cell["wxx"])
        interval = intervals.mean_interval_of_sums(*sums)
        n_eff = cell["w"] ** 2 / cell["w_squared"]
        spread = max(0.0, cell["wxx"] / cell["w"] - interval.estimate ** 2)
        figures = {
            "status": "low_base" if n < LOW_BASE else "ok",
            "n": n,
            "n_eff": n_eff,
            "design_effect": n / n_eff,
            "weighted": abs(n_eff - n) > 1e-6,
            "mean": interval.estimate,
            "low": max(0, interval.low),
            "high": min(100, interval.high),
            "deviation": math.sqrt(spread * n_eff / (n_eff - 1)),
        }
        if code == RECOMMEND:
            figures["recommend"] = 100 * (
                (cell["promoters"] or 0) - (cell["detractors"] or 0)) / cell["w"]
        return figures

    @api.model
    def _add_changes(self, results, changed):
        """Say how each figure over everybody moved against the one before on the same line."""
        lines = {}
        for key, vals in results.items():
            if key[3] == "all" and vals["status"] in ("ok", "low_base"):
                lines.setdefault(key[1:3], []).append(vals)
        for (measure_id, segment), line in lines.items():
            line.sort(key=lambda vals: vals["period"])
            for before, vals in zip(line, line[1:]):
                pairs, total, squares = changed.get(
                    (vals["period"], measure_id, segment), (0, 0, 0))
                if pairs >= PAIRS:
                    change = changes.paired_change_of_sums(pairs, total, squares, CHANGE_LEVEL)
                else:
                    change = changes.mean_change(
                        before["mean"], before["deviation"] ** 2, before["n_eff"],
                        vals["mean"], vals["deviation"] ** 2, vals["n_eff"], CHANGE_LEVEL)
                vals.update(
                    change=change.estimate, change_low=change.low, change_high=change.high,
                    pairs=pairs,
                    moved="up" if change.low > 0 else "down" if change.high < 0 else "same")

    def _is_final(self, period, wave_id):
        """Whether nobody can answer any more: the wave is closed and its links have ended."""
        wave = self.env["relationship.wave"].browse(wave_id)
        end = wave.date_end if wave else period + timedelta(days=31)
        over = end + timedelta(days=self.link_days + 14) < fields.Date.today()
        return over and (not wave or wave.state == "closed")
