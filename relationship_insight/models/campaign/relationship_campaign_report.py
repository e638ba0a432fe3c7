import math
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...stats import changes
from .relationship_asking_counts import STAGES

RATE_CUTS = ("wave_id", "channel", "lang", "shop_name", "stratum", "step", "is_refreshment")
CHANGE_LEVEL = 0.95
# From so many on, those who answered both times are shown by themselves.
PAIRS = 10
# Changes of so long are told together, and adjusted for each other.
TOLD_TOGETHER = timedelta(days=365)
SHOWN = ("ok", "low_base")


class RelationshipCampaign(models.Model):
    """What the report of one campaign shows."""

    _inherit = "relationship.campaign"

    def action_open_report(self):
        """Open the picture of how many answered, and what they said."""
        self.ensure_one()
        return {
            **self.env["ir.actions.client"]._for_xml_id(
                "relationship_insight.relationship_campaign_report_action"
            ),
            "name": self.name,
            "params": {"campaign_id": self.id},
        }

    @api.readonly
    def get_campaign_report(self, wave_id=None):
        """Return funnel, response rates and results of one campaign.

        ``funnel`` counts invitations stage by stage, each with the domain of the rows it counts;
        programs that open links are in none, and what was marked as doubtful is in all: how much
        of it is among the finished ones is ``marked``. ``rates`` are the same by wave, channel,
        language, shop, group, reminders and new faces. ``people`` are the customers behind the
        delivered ones: each may be asked in several waves. ``measures`` have their results
        in time.

        :param wave_id: only this wave in funnel and rates
        """
        self.ensure_one()
        self.check_access("read")
        base = Domain("campaign_id", "=", self.id)
        if wave_id:
            base &= Domain("wave_id", "=", wave_id)
        return {
            "name": self.name,
            "waves": [[wave.id, wave.display_name] for wave in self.wave_ids],
            "wave_id": wave_id or False,
            "funnel": self._get_funnel(base),
            "people": self.env["relationship.invitation"]._read_group(
                base & STAGES["delivered"], [], ["partner_id:count_distinct"]
            )[0][0],
            "rates": {cut: self._get_rates(base, cut) for cut in RATE_CUTS},
            "measures": self._get_result_lines(),
            "floor": self.company_id._relationship_floor(),
        }

    def _get_funnel(self, base):
        Invitation = self.env["relationship.invitation"]
        names = {
            "planned": self.env._("Chosen"),
            "sent": self.env._("Sent"),
            "delivered": self.env._("Delivered"),
            "opened": self.env._("Opened by a person"),
            "started": self.env._("Began to answer"),
            "done": self.env._("Finished"),
        }
        doubtful = base & STAGES["done"] & Domain("flag", "!=", False)
        marked = {
            "done": {"marked": Invitation.search_count(doubtful), "marked_domain": list(doubtful)}
        }
        return [
            {
                "stage": stage,
                "name": names[stage],
                "domain": list(base & domain),
                "count": Invitation.search_count(base & domain),
                **marked.get(stage, {}),
            }
            for stage, domain in STAGES.items()
        ]

    def _get_rates(self, base, cut):
        """Return [label, delivered, finished, domain] of each value of a cut."""
        if cut == "step":
            return self._get_step_rates(base)
        Invitation = self.env["relationship.invitation"]
        delivered = dict(self._get_stage_counts(base, cut, "delivered"))
        done = dict(self._get_stage_counts(base, cut, "done"))
        field = Invitation._fields[cut]
        labels = dict(field._description_selection(self.env)) if field.type == "selection" else {}
        if field.type == "boolean":
            labels = {
                True: self.env._("Asked for the first time"),
                False: self.env._("Asked before"),
            }
        rates = []
        for value, count in sorted(delivered.items(), key=lambda row: -row[1]):
            record = value if hasattr(value, "_name") else None
            label = record.display_name if record else labels.get(value, value)
            rates.append(
                {
                    "label": str(label) if label or label == 0 else self.env._("None"),
                    "delivered": count,
                    "done": done.get(value, 0),
                    "domain": list(
                        base
                        & Domain(cut, "=", record.id if record else value)
                        & STAGES["delivered"]
                    ),
                }
            )
        return rates

    def _get_step_rates(self, base):
        """Return the same by reminder: of all whom it reached, who finished before the next.

        Who finishes isn't reminded any more. Counted by how many reminders each got in the end,
        none would look like the best.
        """
        delivered = dict(self._get_stage_counts(base, "step", "delivered"))
        done = dict(self._get_stage_counts(base, "step", "done"))
        names = {0: self.env._("Without a reminder"), 1: self.env._("After the first reminder")}
        return [
            {
                "label": names.get(step, self.env._("After reminder %(number)s", number=step)),
                "delivered": sum(count for place, count in delivered.items() if place >= step),
                "done": done.get(step, 0),
                "domain": list(base & Domain("step", ">=", step) & STAGES["delivered"]),
            }
            for step in sorted(delivered)
        ]

    def _get_stage_counts(self, base, cut, stage):
        return self.env["relationship.invitation"]._read_group(
            base & STAGES[stage], [cut], ["__count"]
        )

    def _get_result_lines(self):
        """Return each measure with its figures in time, oldest first, and its cuts now."""
        lines = {}
        results = self.env["relationship.campaign.result"].search_fetch(
            [("campaign_id", "=", self.id)], order="measure_id, segment, period, cut, cut_value"
        )
        names = {
            name: dict(results._fields[name]._description_selection(self.env))
            for name in ("cut", "moved", "status")
        }
        languages = dict(
            self.env["res.lang"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch([], ["code", "name"])
            .mapped(lambda lang: (lang.code, lang.name))
        )
        channels = dict(
            self.env["relationship.invitation"]._fields["channel"]._description_selection(self.env)
        )
        for result in results:
            line = lines.setdefault(
                result.measure_id,
                {
                    "id": result.measure_id.id,
                    "code": result.measure_id.code,
                    "name": result.measure_id.name,
                    "question": result.measure_id.question or "",
                    "points": [],
                    "cuts": [],
                },
            )
            point = {
                name: result[name]
                for name in (
                    "n",
                    "flagged_count",
                    "n_eff",
                    "mean",
                    "low",
                    "high",
                    "segment",
                    "status",
                    "recommend",
                    "recommend_low",
                    "recommend_high",
                    "weighted",
                    "likeness",
                    "moved",
                    "change",
                    "change_low",
                    "change_high",
                    "least_change",
                    "pairs",
                    "pair_change",
                    "pair_low",
                    "pair_high",
                    "cut",
                )
            }
            point["period"] = result.period.isoformat()
            if result.cut == "all":
                line["points"].append(point)
            else:
                value = result.cut_value
                point["cut_name"] = names["cut"][result.cut]
                point["label"] = {"lang": languages, "channel": channels}.get(result.cut, {}).get(
                    value, value
                )
                line["cuts"].append(point)
        for line in lines.values():
            newest = line["points"][-1]["period"] if line["points"] else None
            line["cuts"] = [cut for cut in line["cuts"] if cut["period"] == newest]
        return list(lines.values())

    # How the figures of a campaign moved: the line's own change, and what may be said of it.

    def _get_overlaps(self, segments):
        """Return {(period, one before, measure, segment): sums over who answered both times}.

        ``ww``, ``wx``, ``wy``, ``wxy``: sums of the product of both weights, and of it times the
        earlier score, the later one and both, each divided by the sums of weights of both.
        ``n``, ``total`` and ``squares`` are shown, so they count a multiple of the smallest group.
        """
        lines = SQL(", ").join(
            SQL("(%s, %s)", version, segment) for version, segment in segments.items()
        )
        if not segments:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
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
            """,
                scores=self._sql_scores(),
                lines=lines,
                shown=SQL("place <= size - size %% %s", self.company_id._relationship_floor()),
            )
        )
        return {
            (row["period"], row["before"], row["measure_id"], row["segment"]): row for row in rows
        }

    def _read_final(self):
        """Return the figures over everybody that stay as they are, as vals with their ids."""
        return self.env["relationship.campaign.result"].search_read(
            [("campaign_id", "=", self.id), ("final", "=", True), ("cut", "=", "all")],
            [
                "period",
                "measure_id",
                "segment",
                "status",
                "mean",
                "deviation",
                "n_eff",
                "moved",
                "change_p",
            ],
            load=None,
        )

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
        told = {vals["period"]: [] for line in lines.values() for vals in line}
        for vals in stored:
            if vals["moved"]:
                told[vals["period"]].append((vals["change_p"], None, None))
        for (measure_id, segment), line in lines.items():
            line.sort(key=lambda vals: vals["period"])
            for before, vals in zip(line, line[1:]):
                if "id" in vals:
                    continue
                overlap = overlaps.get((vals["period"], before["period"], measure_id, segment))
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
                overlap["wxy"]
                - mean2 * overlap["wx"]
                - mean1 * overlap["wy"]
                + mean1 * mean2 * overlap["ww"]
            )
        change = changes.mean_change(
            mean1,
            before["deviation"] ** 2,
            before["n_eff"],
            mean2,
            vals["deviation"] ** 2,
            vals["n_eff"],
            CHANGE_LEVEL,
            covariance,
        )
        vals.update(
            change=change.estimate,
            change_low=change.low,
            change_high=change.high,
            change_p=change.p,
            pairs=overlap["n"] if overlap else 0,
        )
        if overlap and overlap["n"] >= PAIRS:
            paired = changes.paired_change_of_sums(
                overlap["n"], overlap["total"], overlap["squares"], CHANGE_LEVEL
            )
            vals.update(pair_change=paired.estimate, pair_low=paired.low, pair_high=paired.high)
        return change

    def _tell_changes(self, told):
        """Decide which changes are told, those of the year up to each adjusted together.

        A first year counts as the full one it will be, by the time since the wave before.

        :param told: {period: (p, change, vals of its result) each, None for what is final}
        """
        for period, here in told.items():
            year = [
                p
                for other, rows in told.items()
                for p, _change, _vals in rows
                if period - TOLD_TOGETHER < other <= period
            ]
            gaps = [(period - other).days for other in told if other < period]
            expected = len(here) * round(TOLD_TOGETHER.days / min(gaps)) if gaps else 0
            adjusted = dict(zip(year, changes.adjusted_among(year, expected)))
            for p, change, vals in here:
                if vals is None:
                    continue
                least = changes.least_worth_telling(
                    vals["deviation"], self._get_reliability(vals["measure_id"]), vals["n_eff"]
                )
                vals.update(
                    change_q=adjusted[p],
                    least_change=least,
                    moved=changes.direction(change, adjusted[p], least),
                )

    def _get_reliability(self, measure_id):
        return self.env["relationship.reliability"]._get_used(
            self.company_id, self.env["relationship.measure"].browse(measure_id)
        )
