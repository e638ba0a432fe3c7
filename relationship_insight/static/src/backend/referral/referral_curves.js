import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";
import { InsightCard } from "../dashboard/insight_card";
import { InsightChart } from "../dashboard/insight_chart";
import * as format from "../dashboard/insight_format";

const COLORS = [getColor(3, "light", "md"), getColor(1, "light", "md")];
const SURE = 0.05;
const BAND = "40";

/** How long it takes until a friend buys, comes back, and brings the next. */
export class ReferralCurves extends Component {
    static template = "relationship_insight.ReferralCurves";
    static components = { InsightCard, InsightChart };
    static props = { figures: Object };

    setup() {
        this.format = format;
    }

    get again() {
        return this.props.figures.again || false;
    }

    /** Curves that there are, as [name, curve]. */
    get times() {
        const { buy, bring } = this.props.figures;
        return [
            [_t("Announced friends who bought"), buy],
            [_t("Customers who brought a friend"), bring],
        ].filter(([, curve]) => curve);
    }

    get sides() {
        return [
            [_t("Came through a friend"), this.again.referred],
            [_t("Others"), this.again.organic],
        ];
    }

    /** Each curve with a lighter band that holds the true one. */
    chart(curves, unit) {
        const percent = (share) => Math.round(1000 * share) / 10;
        const line = (points, place) =>
            points.map((point) => ({ x: point[0], y: percent(point[place]) }));
        const thin = { pointRadius: 0, pointHitRadius: 0, borderWidth: 0 };
        return {
            type: "line",
            data: {
                datasets: curves.flatMap(([label, { points }], place) => [
                    {
                        label,
                        data: line(points, 1),
                        borderColor: COLORS[place],
                        backgroundColor: COLORS[place],
                        borderDash: place ? [6, 4] : [],
                        pointRadius: 0,
                        pointHitRadius: 8,
                    },
                    { ...thin, data: line(points, 2) },
                    {
                        ...thin,
                        data: line(points, 3),
                        fill: "-1",
                        backgroundColor: COLORS[place] + BAND,
                    },
                ]),
            },
            options: {
                interaction: { mode: "nearest", axis: "x", intersect: false },
                scales: {
                    x: {
                        type: "linear",
                        min: 0,
                        grid: { display: false },
                        title: { display: true, text: unit },
                    },
                    y: { min: 0, max: 100, title: { display: true, text: "%" } },
                },
                plugins: {
                    legend: { labels: { filter: ({ text }) => Boolean(text) } },
                    tooltip: { filter: ({ dataset }) => Boolean(dataset.label) },
                },
            },
        };
    }

    get againConfig() {
        return this.chart(this.sides, _t("Days after the first purchase"));
    }

    get timesConfig() {
        return this.chart(
            this.times,
            _t("Days after they were announced, or first bought themselves")
        );
    }

    /** When half of them had, or how far they got. */
    median({ median, year, happened, n }) {
        const [days, earliest, latest] = median;
        if (days === null) {
            return _t("fewer than half so far (%(count)s of %(all)s)", {
                count: format.number(happened),
                all: format.number(n),
            });
        }
        return earliest === null || latest === null
            ? _t("%s days", days)
            : _t("%(days)s days (%(earliest)s to %(latest)s)", { days, earliest, latest });
    }

    year({ year }) {
        return year
            ? _t("%(share)s (%(low)s to %(high)s)", {
                  share: format.percent(year[0]),
                  low: format.percent(year[1]),
                  high: format.percent(year[2]),
              })
            : _t("not yet known");
    }

    get againHeadline() {
        const { p_value, referred, organic } = this.again;
        if (p_value === null || p_value >= SURE) {
            return _t("They don't come back sooner or later than others, as far as one can tell.");
        }
        // Compared where both curves are still known.
        const last = Math.min(referred.points.at(-1)[0], organic.points.at(-1)[0]);
        const at = (curve) => curve.points.findLast((point) => point[0] <= last)[1];
        return at(referred) > at(organic)
            ? _t("Customers who came through a friend come back sooner.")
            : _t("Customers who came through a friend come back later.");
    }

    get againNote() {
        const { matched, p_value } = this.again;
        const parts = [];
        if (matched) {
            const points = (value) => `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)}`;
            const [difference, low, high] = matched.difference.map(points);
            parts.push(
                _t(
                    "Back within 180 days, against customers who first came in the same month, to the same place, with as large a basket: %(difference)s points (%(low)s to %(high)s).",
                    { difference, low, high }
                )
            );
        } else {
            parts.push(_t("Too few alike customers to compare one by one."));
        }
        if (p_value !== null) {
            parts.push(
                _t(
                    "Chance alone would part the curves this far %s times in 100.",
                    this.chance(p_value)
                )
            );
        }
        return parts.join(" ");
    }

    chance(p) {
        return p < 0.01 ? _t("less than 1") : Math.round(100 * p);
    }

    get timesHeadline() {
        const { buy } = this.props.figures;
        if (!buy || buy.median[0] === null) {
            return _t("Also those who have not yet are counted: they pull the lines down.");
        }
        return _t("Half of the announced friends buy within %s days.", buy.median[0]);
    }

    get tooFew() {
        return _t("Too few customers came through a friend in the last 24 months to compare.");
    }

    get nobody() {
        return _t("Too few customers and friends yet to draw a line.");
    }
}
