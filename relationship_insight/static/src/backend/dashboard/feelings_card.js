import { _t } from "@web/core/l10n/translation";
import { hexToRGBA } from "@web/core/colors/colors";
import { Component, useState } from "@odoo/owl";
import { InsightCard, useInsightData, useInsightRecords } from "./insight_card";
import { InsightChart } from "./insight_chart";
import * as format from "./insight_format";
import { hatchPlugin, intervalPlugin } from "./insight_plugins";
import { andDomain, isShown } from "./insight_utils";

// Place of the line among the datasets, after the good and the bad feelings.
const BALANCE = 2;

export class FeelingsCard extends Component {
    static template = "relationship_insight.FeelingsCard";
    static components = { InsightCard, InsightChart };
    static props = { filters: Object };

    setup() {
        this.format = format;
        this.isShown = isShown;
        this.insight = useInsightData("get_insight_feelings");
        this.records = useInsightRecords();
        this.state = useState({ mode: "" });
        this.modes = [
            { key: "events", name: _t("What staff noticed") },
            { key: "answers", name: _t("What customers answered") },
        ];
    }

    get data() {
        return this.insight.data;
    }

    /** What is shown: the user's choice, else what staff noticed unless there is none. */
    get mode() {
        const has = (key) => this.data.months.some((month) => month[key].n !== 0);
        return this.state.mode || (has("events") || !has("answers") ? "events" : "answers");
    }

    get cells() {
        return this.data.months.map((month) => month[this.mode]);
    }

    get message() {
        const empty = (month) =>
            [month.events, month.answers, month.balance].every((cell) => cell.n === 0);
        return this.data?.months.every(empty)
            ? _t(
                  "No feelings on record yet. Log a conversation or send a survey, and they show here month by month."
              )
            : "";
    }

    get headline() {
        const latest = this.data?.months.findLast((month) => isShown(month.balance.status));
        if (!latest) {
            return "";
        }
        const { mean, low, high, n } = latest.balance;
        return _t(
            "In %(month)s the net feeling balance was %(mean)s of 100 (%(low)s–%(high)s), from %(count)s customers.",
            {
                month: format.month(latest.month),
                mean: Math.round(mean),
                low: Math.round(low),
                high: Math.round(high),
                count: format.number(n),
            }
        );
    }

    get note() {
        if (!this.data || this.message) {
            return "";
        }
        const bars =
            this.mode === "events"
                ? _t("Bars: share of the feelings noted that were good (up) or bad (down).")
                : _t(
                      "Bars: share of answers “often” or “very often” to good feelings (up) and bad feelings (down)."
                  );
        return [
            bars,
            _t("Line: mean net feeling balance with its 95% interval; 50 is as much good as bad."),
            _t(
                "Hatched: too few customers to show (groups of fewer than %s stay hidden). Not weighted.",
                this.data.floor
            ),
        ].join(" ");
    }

    get config() {
        const { months } = this.data;
        const share = (side, sign) =>
            this.cells.map((cell) => (cell[side] ? sign * cell[side].share : null));
        const balance = (name) => months.map(({ balance }) => balance[name] ?? null);
        const bar = (side, sign, label) => ({
            type: "bar",
            label,
            data: share(side, sign),
            side,
            backgroundColor: hexToRGBA(format.FEELING_COLORS[side], 0.8),
            borderRadius: 3,
            stack: "feelings",
            order: 2,
        });
        return {
            type: "bar",
            data: {
                labels: months.map(({ month }) => format.month(month)),
                datasets: [
                    bar("good", 1, String(_t("Good feelings"))),
                    bar("bad", -1, String(_t("Bad feelings"))),
                    {
                        type: "line",
                        label: String(_t("Net feeling balance")),
                        data: balance("mean"),
                        yAxisID: "balance",
                        borderColor: format.LINE_COLOR,
                        backgroundColor: format.LINE_COLOR,
                        borderWidth: 2,
                        pointRadius: 4,
                        spanGaps: true,
                        segment: {
                            // Months in between without figures: nothing is known of the way there.
                            borderDash: ({ p0, p1 }) => (p0.skip || p1.skip ? [3, 4] : undefined),
                        },
                        order: 0,
                    },
                    // Gives every month a tooltip, also one without figures.
                    {
                        type: "line",
                        data: months.map(() => 0),
                        showLine: false,
                        pointRadius: 0,
                        pointHoverRadius: 0,
                        order: 3,
                    },
                ],
            },
            plugins: [
                hatchPlugin("x", this.hiddenPlaces),
                intervalPlugin(
                    BALANCE,
                    "balance",
                    months.map(({ balance: cell }) => [cell.low, cell.high])
                ),
            ],
            options: {
                interaction: { mode: "index", intersect: false },
                scales: {
                    x: { stacked: true, grid: { display: false } },
                    y: {
                        stacked: true,
                        min: -1,
                        max: 1,
                        ticks: {
                            stepSize: 0.5,
                            callback: (value) => format.percent(Math.abs(value)),
                        },
                    },
                    balance: {
                        position: "right",
                        min: 0,
                        max: 100,
                        grid: { display: false },
                        ticks: { stepSize: 25, color: format.LINE_COLOR },
                    },
                },
                plugins: {
                    legend: { labels: { filter: (item) => Boolean(item.text) } },
                    tooltip: {
                        callbacks: {
                            label: ({ datasetIndex, dataIndex }) =>
                                this.describe(datasetIndex, dataIndex),
                        },
                    },
                },
            },
        };
    }

    get hiddenPlaces() {
        const places = this.cells.map((cell, place) =>
            isShown(cell.status) || cell.n === 0 ? null : place
        );
        return places.filter((place) => place !== null);
    }

    describe(datasetIndex, place) {
        const cell = this.cells[place];
        const { balance } = this.data.months[place];
        const side = ["good", "bad"][datasetIndex];
        if (side && cell[side]) {
            const name = side === "good" ? _t("Good feelings") : _t("Bad feelings");
            return `${name}: ${this.shareText(cell[side])}`;
        }
        if (datasetIndex === BALANCE && isShown(balance.status)) {
            return this.balanceText(balance);
        }
        if (datasetIndex > BALANCE) {
            if (cell.n === 0) {
                return String(_t("None"));
            }
            const count = cell.n ? _t("%s customers", format.number(cell.n)) : "";
            return [count, format.statusText(cell, this.data.floor)].filter(Boolean);
        }
        return null;
    }

    shareText(cell) {
        return `${format.percent(cell.share)} (${format.percentRange(cell)}) · ${cell.count}/${
            cell.total
        }`;
    }

    balanceText({ mean, low, high, n }) {
        return _t("Net feeling balance: %(mean)s (%(low)s–%(high)s), %(count)s customers", {
            mean: mean.toFixed(1),
            low: low.toFixed(1),
            high: high.toFixed(1),
            count: format.number(n),
        });
    }

    onClick(elements, event, chart) {
        const [bar] = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, true);
        const place = bar?.index ?? elements[0]?.index;
        if (place !== undefined) {
            this.openMonth(this.data.months[place], bar && ["good", "bad"][bar.datasetIndex]);
        }
    }

    openMonth(month, side) {
        const domain = [
            ["date", ">=", month.from],
            ["date", "<", month.to],
        ];
        if (side) {
            domain.push(["valence", "=", side === "good" ? "1" : "-1"]);
        }
        this.records.openReadings(
            _t("Feelings in %s", format.month(month.month)),
            andDomain(this.data.domains[this.mode], domain)
        );
    }
}
