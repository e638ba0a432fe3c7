import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...stats import intervals
from ...stats.suppression import hidden_cells, in_steps
from ...tools.cron_wake import was_woken
from ..dashboard.relationship_insights import COUNTS_ONLY, LOW_BASE

CUTS = ("channel", "lang", "stratum", "shop_name")
SCORED_KINDS = ("rating", "emotion", "motive")
ROUNDED = (
    "n_eff",
    "design_effect",
    "mean",
    "low",
    "high",
    "deviation",
    "recommend",
    "recommend_low",
    "recommend_high",
    "change",
    "change_low",
    "change_high",
    "pair_change",
    "pair_low",
    "pair_high",
    "least_change",
)
RECOMMEND = "M03"
# Comments of people without a name are shown from so many on, in steps of as many.
ENOUGH = 10


class RelationshipCampaign(models.Model):
    """Results of campaigns, counted from the answers and kept where they can't change any more."""

    _inherit = "relationship.campaign"

    result_ids = fields.One2many(
        "relationship.campaign.result", "campaign_id", string="Results", readonly=True
    )
    anonymous_words = fields.Text(
        string="What Unnamed People Wrote",
        compute="_compute_anonymous_words",
        groups="relationship_insight.group_relationship_relations",
        help="In the order of the alphabet, without date, shop or score. Shown from ten comments "
        "on, and new ones ten at a time, so that nobody can tell whose it is.",
    )

    @api.model
    def _cron_refresh_results(self):
        """Count the results of every campaign that was answered lately."""
        if was_woken(self.env):
            return
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
            row["period"]
            for row in self.env["relationship.campaign.result"].search_read(
                [("campaign_id", "=", self.id), ("final", "=", True)], ["period"]
            )
        }
        likeness = {
            wave.date_start: value
            for wave, value in waves.filtered(lambda wave: wave.date_start not in frozen)
            ._weigh_answers()
            .items()
        }
        segments = self._get_segments()
        cells = [cell for cell in self._count_cells(segments) if cell["period"] not in frozen]
        results = self._prepare_results(cells, segments, likeness)
        self._add_changes(results, self._read_final(), segments)
        self.result_ids.filtered(lambda result: not result.final).unlink()
        self.env["relationship.campaign.result"].create(
            [self._round_figures(vals) for vals in results]
        )

    def _get_segments(self):
        """Return {version id: number of its unbroken line}, which ends where meaning changed."""
        versions = self.env["relationship.instrument.version"].search(
            [("instrument_id", "=", self.instrument_id.id)], order="number"
        )
        used = (
            self.env["relationship.invitation"]
            .sudo()
            ._read_group([("campaign_id", "=", self.id)], ["version_id"])
        )
        others = (
            self.env["relationship.instrument.version"].union(*(version for (version,) in used))
            - versions
        )
        segments, current = {}, 0
        for version in others.sorted("id") + versions:
            if segments and not version.comparable:
                current += 1
            segments[version.id] = current
        return segments

    def _sql_scores(self):
        """SQL of one row per person, period, version and measure, 0 to 100, more is better."""
        zone = self.company_id._relationship_tz()
        return SQL(
            """
            SELECT COALESCE(wave.date_start, DATE_TRUNC(
                       'month', invitation.date_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s
                   )::date) AS period,
                   invitation.wave_id, invitation.version_id,
                   COALESCE(invitation.partner_id, -invitation.id) AS person,
                   MAX(COALESCE(invitation.commercial_partner_id, invitation.partner_id,
                                -invitation.id)) AS customer,
                   MAX(invitation.channel) AS channel, MAX(invitation.lang) AS lang,
                   MAX(invitation.stratum) AS stratum, MAX(invitation.shop_name) AS shop_name,
                   AVG(COALESCE(invitation.weight, 1))::float8 AS weight,
                   CASE WHEN measure.kind = 'motive' THEN measure.id
                        ELSE COALESCE(measure.parent_id, measure.id) END AS measure_id,
                   AVG(CASE WHEN measure.kind = 'emotion' AND measure.valence = '-1'
                       THEN 100 - reading.score ELSE reading.score END)::float8 AS score,
                   AVG(reading.value)::float8 AS value, MIN(invitation.date_start) AS first,
                   BOOL_OR(invitation.flag IS NOT NULL) AS flagged
              FROM relationship_invitation invitation
              JOIN relationship_reading reading ON reading.invitation_id = invitation.id
              JOIN relationship_measure measure ON measure.id = reading.measure_id
         LEFT JOIN relationship_wave wave ON wave.id = invitation.wave_id
             WHERE invitation.campaign_id = %(campaign)s AND invitation.date_start IS NOT NULL
               AND reading.voided IS NOT TRUE
               AND reading.na IS NOT TRUE AND reading.competitor_id IS NULL
               AND measure.kind IN %(kinds)s
          GROUP BY 1, 2, 3, 4, 11
            """,
            zone=zone,
            campaign=self.id,
            kinds=SCORED_KINDS,
        )

    def _count_cells(self, segments):
        """Return the sums that make each result: one dict per period, line, measure and cut.

        Each counts a multiple of the smallest group, those who answered first: two results that
        are looked at together, or one after the other, never differ by one person's answer.
        Those without the cut's value are a row of their own, which nobody is shown.
        Sums over customers come with them: of one customer several people may answer, or one
        person again after a change of the version.
        """
        if not segments:
            return []
        cuts = SQL(", ").join(
            SQL(
                "(%s, %s)",
                cut,
                SQL("person.%s", SQL.identifier(cut)) if cut != "all" else SQL("NULL"),
            )
            for cut in ("all", *CUTS)
        )
        return self.env.execute_query_dict(
            SQL(
                """
            WITH person AS (%(scores)s),
            cell AS (
                SELECT person.*, line.segment, cuts.cut, cuts.cut_value,
                       MIN(first) OVER (
                           PARTITION BY period, line.segment, measure_id, person) AS since
                  FROM person
                  JOIN (VALUES %(lines)s) AS line (version, segment)
                    ON line.version = person.version_id
            CROSS JOIN LATERAL (VALUES %(cuts)s) cuts (cut, cut_value)
            ),
            placed AS (
                SELECT cell.*, DENSE_RANK() OVER (
                           PARTITION BY period, segment, measure_id, cut, cut_value
                           ORDER BY since, person) AS place
                  FROM cell
            ),
            sized AS (
                SELECT placed.*, MAX(place) OVER (
                           PARTITION BY period, segment, measure_id, cut, cut_value) AS size
                  FROM placed
            ),
            customer AS (
                SELECT period, wave_id, segment, MIN(version_id) AS version_id, measure_id,
                       cut, cut_value, customer,
                       COUNT(DISTINCT person) AS n,
                       COUNT(DISTINCT person) FILTER (WHERE flagged) AS flagged_count,
                       SUM(weight) AS w,
                       SUM(weight * weight) AS w_squared, SUM(weight * score) AS wx,
                       SUM(weight * score * score) AS wxx,
                       SUM(weight) FILTER (WHERE value >= 9) AS promoters,
                       SUM(weight) FILTER (WHERE value <= 6) AS detractors
                  FROM sized
                 WHERE place <= size - size %% %(floor)s OR size < %(floor)s
              GROUP BY period, wave_id, segment, measure_id, cut, cut_value, customer
            )
            SELECT period, wave_id, MIN(version_id) AS version_id, measure_id, cut, cut_value,
                   SUM(n)::int AS n, SUM(flagged_count)::int AS flagged_count,
                   SUM(w) AS w, SUM(w_squared) AS w_squared, SUM(wx) AS wx,
                   SUM(wxx) AS wxx, SUM(promoters) AS promoters, SUM(detractors) AS detractors,
                   COUNT(*) AS customers, SUM(wx * wx) AS yy, SUM(wx * w) AS ym,
                   SUM(w * w) AS mm
              FROM customer
          GROUP BY period, wave_id, segment, measure_id, cut, cut_value
            """,
                scores=self._sql_scores(),
                cuts=cuts,
                lines=SQL(", ").join(
                    SQL("(%s, %s)", version, segment) for version, segment in segments.items()
                ),
                floor=self.company_id._relationship_floor(),
            )
        )

    def _prepare_results(self, cells, segments, likeness):
        company = self.company_id
        floor = company._relationship_floor()
        measures = (
            self.env["relationship.measure"].sudo().browse({cell["measure_id"] for cell in cells})
        )
        codes = {measure.id: measure.code for measure in measures}
        rows = {}
        for cell in cells:
            key = (
                cell["period"],
                cell["measure_id"],
                segments.get(cell["version_id"], 0),
                cell["cut"],
                cell["cut_value"] or False,
            )
            rows[key] = self._merge_cells(rows.get(key), cell)
        hidden = self._get_hidden(rows, floor)
        results = {}
        for key, cell in sorted(rows.items(), key=lambda row: tuple(map(str, row[0]))):
            period, measure_id, segment, cut, cut_value = key
            if cut != "all" and not cut_value:
                continue  # those without: counted only to see what would give them away
            vals = {
                "campaign_id": self.id,
                "company_id": company.id,
                "wave_id": cell["wave_id"],
                "period": period,
                "measure_id": measure_id,
                "segment": segment,
                "cut": cut,
                "cut_value": cut_value,
                "likeness": likeness.get(period) or 0,
                "final": self._is_final(period, cell["wave_id"]),
                **self._get_figures(cell, key in hidden, codes.get(measure_id)),
            }
            results[key] = vals
        return list(results.values())

    @api.model
    def _round_figures(self, vals):
        """Round what is shown, so that sums over few can't be had from sums over many."""
        return {
            **vals,
            **{name: round(vals[name], 1) for name in ROUNDED if isinstance(vals.get(name), float)},
        }

    @api.model
    def _merge_cells(self, one, other):
        """Add the sums of two versions that ask the same thing."""
        if not one:
            return other
        sums = (
            "n",
            "flagged_count",
            "w",
            "w_squared",
            "wx",
            "wxx",
            "promoters",
            "detractors",
            "customers",
            "yy",
            "ym",
            "mm",
        )
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
        counts = {"n": n, "flagged_count": cell["flagged_count"]}
        if n < COUNTS_ONLY:
            return {"status": "insufficient", **counts}
        customers = intervals.Clusters(
            cell["customers"], cell["wx"], cell["w"], cell["yy"], cell["ym"], cell["mm"]
        )
        if customers.n < 2:
            return {"status": "insufficient", **counts}
        interval = intervals.cluster_mean(customers)
        n_eff, deviation = self._get_exactness(cell, customers)
        figures = {
            "status": "low_base" if n < LOW_BASE else "ok",
            **counts,
            "n_eff": n_eff,
            "design_effect": n / n_eff,
            "weighted": abs(cell["w"] ** 2 / cell["w_squared"] - n) > 1e-6,
            "mean": interval.estimate,
            "low": max(0, interval.low),
            "high": min(100, interval.high),
            "deviation": deviation,
        }
        if code == RECOMMEND:
            good, bad = (
                n_eff * (cell[side] or 0) / cell["w"] for side in ("promoters", "detractors")
            )
            found = intervals.recommend_index(good, max(0.0, n_eff - good - bad), bad)
            figures.update(
                {
                    "recommend": 100 * found.value,
                    "recommend_low": 100 * found.adjusted.low,
                    "recommend_high": 100 * found.adjusted.high,
                }
            )
        return figures

    @api.model
    def _get_exactness(self, cell, customers):
        """Return (n_eff, deviation): so many equal answers of that spread would be as exact."""
        mean = cell["wx"] / cell["w"]
        spread = max(0.0, cell["wxx"] / cell["w"] - mean * mean) * cell["n"] / (cell["n"] - 1)
        variance = intervals.cluster_variance(customers)
        if not (spread and variance):
            return cell["w"] ** 2 / cell["w_squared"], math.sqrt(spread)
        return min(cell["n"], spread / variance), math.sqrt(spread)

    def _is_final(self, period, wave_id):
        """Whether nobody can answer any more: the wave is closed and its links have ended."""
        wave = self.env["relationship.wave"].browse(wave_id)
        end = wave.date_end if wave else period + timedelta(days=31)
        over = end + timedelta(days=self.link_days + 14) < fields.Date.today()
        return over and (not wave or wave.state == "closed")

    # What people wrote who gave no name: many comments together, apart from all else.

    def _compute_anonymous_words(self):
        self.check_access("read")
        self.env["relationship.reading"].flush_model()
        for campaign in self:
            floor = max(ENOUGH, campaign.company_id.sudo().relationship_minimum_group)
            rows = self.env.execute_query(
                SQL(
                    """
                SELECT invitation.id, reading.text
                  FROM relationship_invitation invitation
                  JOIN relationship_reading reading ON reading.invitation_id = invitation.id
                 WHERE invitation.campaign_id = %s AND reading.partner_id IS NULL
                   AND reading.voided IS NOT TRUE AND TRIM(COALESCE(reading.text, '')) != ''
              ORDER BY reading.id
                """,
                    campaign._origin.id or None,
                )
            )
            shown = rows[: in_steps([row[0] for row in rows], floor)]
            campaign.anonymous_words = (
                "\n".join(sorted(" ".join(text.split()) for _sitting, text in shown)) or False
            )
