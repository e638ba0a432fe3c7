import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";
import { InsightCard } from "../dashboard/insight_card";
import { InsightChart } from "../dashboard/insight_chart";
import * as format from "../dashboard/insight_format";
import { isShown } from "../dashboard/insight_utils";

const COLOR = getColor(1, "light", "md");
/** Below this the answers come from other people than those asked. */
const ALIKE = 0.7;

/** One measure of a campaign in time, each figure with its interval; a new meaning breaks the line. */
export class ResultCard extends Component {
    static template = "relationship_insight.ResultCard";
    static components = { InsightCard, InsightChart };
    static props = { measure: Object, floor: Number };

    setup() {
        this.format = format;
        this.isShown = isShown;
    }

    get points() {
        return this.props.measure.points;
    }

    get shown() {
        return this.points.filter((point) => isShown(point.status));
    }

    get message() {
        const last = this.points.at(-1);
        return this.shown.length || !last ? "" : format.statusText(last, this.props.floor);
    }

    get headline() {
        const last = this.shown.at(-1);
        if (!last) {
            return "";
        }
        const where = _t("%(mean)s of 100 in %(month)s (between %(low)s and %(high)s).", {
            mean: Math.round(last.mean),
            month: format.month(last.period),
            low: Math.round(last.low),
            high: Math.round(last.high),
        });
        return [where, this.move(last)].join(" ");
    }

    move(point) {
        if (!point.moved) {
            return "";
        }
        const change = Math.abs(point.change).toFixed(1);
        const before = this.shown[this.shown.indexOf(point) - 1];
        const month = before ? format.month(before.period) : "";
        return {
            up: _t("Better by %(change)s points than in %(month)s.", { change, month }),
            down: _t("Worse by %(change)s points than in %(month)s.", { change, month }),
            same: _t("No reliable change."),
        }[point.moved];
    }

    /** Which change that is, how sure, and what those say who answered both times. */
    changeNote(point) {
        if (!point.moved) {
            return [];
        }
        const one = (value) => `${value > 0 ? "+" : ""}${value.toFixed(1)}`;
        const parts = [
            _t(
                "The change is that of the line, everybody who answered: %(change)s points (95% between %(low)s and %(high)s).",
                {
                    change: one(point.change),
                    low: one(point.change_low),
                    high: one(point.change_high),
                }
            ),
            _t(
                "Better or worse is said from %s points on, and only if at most one in ten of all changes told in a year is chance.",
                point.least_change.toFixed(1)
            ),
        ];
        if (point.pairs >= 10) {
            parts.push(
                _t(
                    "The %(n)s people who answered both times, by themselves and not weighted: %(change)s (95% between %(low)s and %(high)s).",
                    {
                        n: format.number(point.pairs),
                        change: one(point.pair_change),
                        low: one(point.pair_low),
                        high: one(point.pair_high),
                    }
                )
            );
        }
        return parts;
    }

    get note() {
        const last = this.shown.at(-1);
        if (!last) {
            return "";
        }
        const parts = [
            last.weighted
                ? _t("%(n)s people, weighted; as exact as %(effective)s equal answers.", {
                      n: format.number(last.n),
                      effective: format.number(Math.round(last.n_eff)),
                  })
                : _t("%s people, not weighted.", format.number(last.n)),
        ];
        if (last.flagged_count) {
            parts.push(
                _t(
                    "%s of them are marked as doubtful; they count until somebody sets them aside.",
                    format.number(last.flagged_count)
                )
            );
        }
        if (last.likeness && last.likeness < ALIKE) {
            parts.push(_t("Those who answered differ from those who were asked: read with care."));
        }
        parts.push(...this.changeNote(last));
        if (this.points.some((point) => point.segment !== this.points[0].segment)) {
            parts.push(_t("The line breaks where the question got another meaning."));
        }
        return parts.join(" ");
    }

    get config() {
        const labels = this.points.map((point) => format.month(point.period));
        const segments = [...new Set(this.points.map((point) => point.segment))];
        const series = (segment, name) =>
            this.points.map((point) =>
                point.segment === segment && isShown(point.status) ? point[name] : null
            );
        const datasets = segments.flatMap((segment) => [
            { data: series(segment, "low"), borderWidth: 0, pointRadius: 0, fill: false },
            {
                data: series(segment, "high"),
                borderWidth: 0,
                pointRadius: 0,
                fill: "-1",
                backgroundColor: `${COLOR}33`,
            },
            {
                label: this.props.measure.name,
                data: series(segment, "mean"),
                borderColor: COLOR,
                backgroundColor: COLOR,
                borderWidth: 2,
                pointRadius: 4,
                fill: false,
            },
        ]);
        return {
            type: "line",
            data: { labels, datasets },
            options: {
                scales: {
                    x: { grid: { display: false } },
                    y: { min: 0, max: 100 },
                },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        filter: ({ datasetIndex }) => datasetIndex % 3 === 2,
                        callbacks: {
                            label: ({ dataIndex }) => {
                                const point = this.points[dataIndex];
                                return _t("%(mean)s (%(low)s to %(high)s), %(n)s people", {
                                    mean: Math.round(point.mean),
                                    low: Math.round(point.low),
                                    high: Math.round(point.high),
                                    n: format.number(point.n),
                                });
                            },
                        },
                    },
                },
            },
        };
    }
}
