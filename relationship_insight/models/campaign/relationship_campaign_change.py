import math
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ...stats import changes

CHANGE_LEVEL = 0.95
# From so many on, those who answered both times are shown by themselves.
PAIRS = 10
# Changes of so long are told together, and adjusted for each other.
TOLD_TOGETHER = timedelta(days=365)
SHOWN = ("ok", "low_base")


class RelationshipCampaign(models.Model):
    """How the figures of a campaign moved: the line's own change, and what may be said of it."""

    _inherit = "relationship.campaign"

    def _get_overlaps(self, segments):
        """Return {(period, one before, measure, segment): sums over who answered both times}.

        ``ww``, ``wx``, ``wy``, ``wxy``: sums of the product of both weights, and of it times the
        earlier score, the later one and both, each divided by the sums of weights of both.
        ``n``, ``total`` and ``squares`` are shown, so they count a multiple of the smallest group.
        """
        lines = SQL(", ").join(
            SQL("(%s, %s)", version, segment) for version, segment in segments.items())
        if not segments:
            return {}
        rows = self.env.execute_query_dict(SQL(
            """
            WITH person AS (%(scores)s),
            placed AS (
                SELECT person.*, line.segment,
                       DENSE_RANK() OVER (
                           PARTITION BY measure_id, line.segment ORDER BY period) AS place,
                       SUM(weight) OVER (
                           PARTITION BY measure_id, line.segment, period) AS whole
                  FROM person JOIN (VALUES %(lines)s) AS line (version_id, segment)
                    ON line.version_id = person.version_id
            ),
            pair AS (
                SELECT later.period, earlier.period AS before, later.measure_id, later.segment,
                       earlier.score AS x, later.score AS y,
                       later.weight * earlier.weight / later.whole / earlier.whole AS weight,
                       ROW_NUMBER() OVER (cell ORDER BY later.first, later.person) AS place,
                       COUNT(*) OVER cell AS size
                  FROM placed later
                  JOIN placed earlier ON earlier.person = later.person
                   AND earlier.measure_id = later.measure_id AND earlier.segment = later.segment
                   AND earlier.place = later.place - 1
                WINDOW cell AS (PARTITION BY later.period, later.measure_id, later.segment)
            )
            SELECT period, before, measure_id, segment,
                   COUNT(*) FILTER (WHERE %(shown)s) AS n,
                   COALESCE(SUM(y - x) FILTER (WHERE %(shown)s), 0) AS total,
                   COALESCE(SUM((y - x) ^ 2) FILTER (WHERE %(shown)s), 0) AS squares,
                   SUM(weight) AS ww, SUM(weight * x) AS wx, SUM(weight * y) AS wy,
                   SUM(weight * x * y) AS wxy
              FROM pair
          GROUP BY 1, 2, 3, 4
            """, scores=self._sql_scores(), lines=lines,
            shown=SQL("place <= size - size %% %s",
                      max(self.company_id.relationship_minimum_group, 1))))
        return {
            (row["period"], row["before"], row["measure_id"], row["segment"]): row
            for row in rows}

    def _read_final(self):
        """Return the figures over everybody that stay as they are, as vals with their ids."""
        return self.env["relationship.campaign.result"].search_read(
            [("campaign_id", "=", self.id), ("final", "=", True), ("cut", "=", "all")],
            ["period", "measure_id", "segment", "status", "mean", "deviation", "n_eff", "moved",
             "change_p"], load=None)

    def _add_changes(self, results, stored, segments):
        """Say how each figure over everybody moved against the one before on the same line.

        :param results: vals of the results to store
        :param stored: vals of those that stay; they count among what is told together
        """
        overlaps = self._get_overlaps(segments)
        lines = {}
        for vals in [*stored, *results]:
            if vals.get("cut", "all") == "all" and vals["status"] in SHOWN:
                lines.setdefault((vals["measure_id"], vals["segment"]), []).append(vals)
        told = {
            vals["period"]: [] for line in lines.values() for vals in line}
        for vals in stored:
            if vals["moved"]:
                told[vals["period"]].append((vals["change_p"], None, None))
        for (measure_id, segment), line in lines.items():
            line.sort(key=lambda vals: vals["period"])
            for before, vals in zip(line, line[1:]):
                if "id" in vals:
                    continue
                overlap = overlaps.get(
                    (vals["period"], before["period"], measure_id, segment))
                change = self._get_change(before, vals, overlap)
                told[vals["period"]].append((change.p, change, vals))
        self._tell_changes(told)

    def _get_change(self, before, vals, overlap):
        """Add the change of the line to the vals of a result; return it.

        Those who answered both times make the two means move together.
        """
        mean1, mean2 = before["mean"], vals["mean"]
        covariance = 0.0
        if overlap:
            lost = math.prod(n / (n - 1) for n in (before["n_eff"], vals["n_eff"]))
            covariance = math.sqrt(lost) * (
                overlap["wxy"] - mean2 * overlap["wx"] - mean1 * overlap["wy"]
                + mean1 * mean2 * overlap["ww"])
        change = changes.mean_change(
            mean1, before["deviation"] ** 2, before["n_eff"], mean2, vals["deviation"] ** 2,
            vals["n_eff"], CHANGE_LEVEL, covariance)
        vals.update(
            change=change.estimate, change_low=change.low, change_high=change.high,
            change_p=change.p, pairs=overlap["n"] if overlap else 0)
        if overlap and overlap["n"] >= PAIRS:
            paired = changes.paired_change_of_sums(
                overlap["n"], overlap["total"], overlap["squares"], CHANGE_LEVEL)
            vals.update(
                pair_change=paired.estimate, pair_low=paired.low, pair_high=paired.high)
        return change

    def _tell_changes(self, told):
        """Decide which changes are told, those of the year up to each adjusted together.

        A first year counts as the full one it will be, by the time since the wave before.

        :param told: {period: (p, change, vals of its result) each, None for what is final}
        """
        for period, here in told.items():
            year = [
                p for other, rows in told.items() for p, _change, _vals in rows
                if period - TOLD_TOGETHER < other <= period]
            gaps = [(period - other).days for other in told if other < period]
            expected = len(here) * round(TOLD_TOGETHER.days / min(gaps)) if gaps else 0
            adjusted = dict(zip(year, changes.adjusted_among(year, expected)))
            for p, change, vals in here:
                if vals is None:
                    continue
                least = changes.least_worth_telling(
                    vals["deviation"], self._get_reliability(vals["measure_id"]), vals["n_eff"])
                vals.update(
                    change_q=adjusted[p], least_change=least,
                    moved=changes.direction(change, adjusted[p], least))

    def _get_reliability(self, measure_id):
        return self.env["relationship.reliability"]._get_used(
            self.company_id, self.env["relationship.measure"].browse(measure_id))
