import { _t } from "@web/core/l10n/translation";
import { hexToRGBA } from "@web/core/colors/colors";
import { Component } from "@odoo/owl";
import { InsightCard, useInsightData, useInsightRecords } from "./insight_card";
import { InsightChart } from "./insight_chart";
import * as format from "./insight_format";
import { hatchPlugin, whiskerPlugin } from "./insight_plugins";
import { andDomain, isShown } from "./insight_utils";

const SHARE_TICKS = { callback: (value) => format.percent(value) };

export class MotivesCard extends Component {
    static template = "relationship_insight.MotivesCard";
    static components = { InsightCard, InsightChart };
    static props = { filters: Object };

    setup() {
        this.format = format;
        this.groupKeys = Object.keys(format.GROUPS);
        this.isShown = isShown;
        this.insight = useInsightData("get_insight_motives");
        this.records = useInsightRecords();
    }

    get data() {
        return this.insight.data;
    }

    get message() {
        return this.data && !isShown(this.data.status)
            ? format.statusText(this.data, this.data.floor)
            : "";
    }

    get headline() {
        if (!this.data?.motives.length) {
            return "";
        }
        const [first, second] = this.data.motives;
        return _t(
            "Named most: %s.",
            [first, second]
                .filter(Boolean)
                .map((m) => m.name)
                .join(", ")
        );
    }

    get note() {
        if (!this.data || this.message) {
            return "";
        }
        return [
            format.statusText(this.data, this.data.floor),
            _t(
                "Mean shares of what %s customers told us, not weighted, with 95% intervals.",
                format.number(this.data.n)
            ),
        ]
            .filter(Boolean)
            .join(" ");
    }

    get shownClasses() {
        return this.data.classes.filter((cell) => cell.n !== 0);
    }

    get motiveStyle() {
        return `height: ${60 + this.data.motives.length * 24}px`;
    }

    get motiveConfig() {
        const { motives } = this.data;
        const color = (opacity) =>
            motives.map(({ group }) => hexToRGBA(format.GROUPS[group].color, opacity));
        return {
            type: "bar",
            data: {
                labels: motives.map(({ name }) => name),
                datasets: [
                    {
                        data: motives.map(({ share }) => share),
                        backgroundColor: color(0.8),
                        borderRadius: 3,
                    },
                ],
            },
            plugins: [whiskerPlugin(motives.map(({ low, high }) => [low, high]))],
            options: {
                indexAxis: "y",
                interaction: { mode: "index", axis: "y", intersect: false },
                scales: {
                    x: { beginAtZero: true, ticks: SHARE_TICKS, suggestedMax: this.highest },
                    y: { grid: { display: false }, ticks: { autoSkip: false } },
                },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        callbacks: {
                            label: ({ dataIndex }) => this.shareText(motives[dataIndex]),
                        },
                    },
                },
            },
        };
    }

    get highest() {
        return Math.max(...this.data.motives.map(({ high }) => high));
    }

    get classConfig() {
        const classes = this.shownClasses;
        return {
            type: "bar",
            data: {
                labels: classes.map(({ name }) => name),
                datasets: this.groupKeys.map((group) => ({
                    label: String(format.GROUPS[group].name),
                    data: classes.map(({ shares }) => shares[group] ?? null),
                    backgroundColor: hexToRGBA(format.GROUPS[group].color, 0.8),
                })),
            },
            plugins: [
                hatchPlugin(
                    "y",
                    classes.map((_, place) => place).filter((p) => !isShown(classes[p].status))
                ),
            ],
            options: {
                indexAxis: "y",
                interaction: { mode: "index", axis: "y", intersect: false },
                scales: {
                    x: { stacked: true, min: 0, max: 1, ticks: SHARE_TICKS },
                    y: { stacked: true, grid: { display: false }, ticks: { autoSkip: false } },
                },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        callbacks: {
                            label: ({ dataset, raw }) => `${dataset.label}: ${format.percent(raw)}`,
                            footer: ([{ dataIndex }]) => this.classText(classes[dataIndex]),
                        },
                    },
                },
            },
        };
    }

    classText(cell) {
        const count = cell.n ? _t("%s customers", format.number(cell.n)) : "";
        return [count, format.statusText(cell, this.data.floor)].filter(Boolean).join(" · ");
    }

    shareText(motive) {
        return `${format.percent(motive.share)} (${format.percentRange(motive)})`;
    }

    onMotiveClick([element]) {
        if (element) {
            this.openMotive(this.data.motives[element.index]);
        }
    }

    onClassClick([element]) {
        if (element) {
            this.openClass(this.shownClasses[element.index]);
        }
    }

    openMotive({ id, name }) {
        this.records.openCustomers(
            _t("Main motive: %s", name),
            andDomain(this.data.domain, [["motive_id", "=", id]])
        );
    }

    openClass({ key, name }) {
        const values = key === "unknown" ? [key, false] : [key];
        this.records.openCustomers(
            name,
            andDomain(this.data.domain, [["loyalty_class", "in", values]])
        );
    }
}
