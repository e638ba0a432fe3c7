import { _t } from "@web/core/l10n/translation";
import { hexToRGBA } from "@web/core/colors/colors";
import { Component, useState } from "@odoo/owl";
import { InsightCard, useInsightData, useInsightRecords } from "./insight_card";
import { InsightChart } from "./insight_chart";
import * as format from "./insight_format";
import { andDomain, CLASSES, layerAt, UNKNOWN } from "./insight_utils";

export class HistoryCard extends Component {
    static template = "relationship_insight.HistoryCard";
    static components = { InsightCard, InsightChart };
    static props = { filters: Object };

    setup() {
        this.format = format;
        this.insight = useInsightData("get_insight_history");
        this.records = useInsightRecords();
        this.state = useState({ unknown: false });
    }

    get data() {
        return this.insight.data;
    }

    get keys() {
        return this.state.unknown ? [...CLASSES, UNKNOWN] : CLASSES;
    }

    get names() {
        return Object.fromEntries(this.data.classes);
    }

    get message() {
        return this.data && !this.data.months.length
            ? _t(
                  "Classes are kept at each month's end. The first month appears after the nightly refresh."
              )
            : "";
    }

    get headline() {
        if (!this.data?.months.length) {
            return "";
        }
        const [first, last] = [this.data.months[0], this.data.months.at(-1)];
        if (first === last) {
            return _t("%(count)s customers buy often and feel attached, in %(month)s.", {
                count: format.number(last.counts.true),
                month: format.month(last.month),
            });
        }
        return _t(
            "Customers who buy often and feel attached: %(before)s in %(first)s, %(after)s in %(last)s.",
            {
                before: format.number(first.counts.true),
                first: format.month(first.month),
                after: format.number(last.counts.true),
                last: format.month(last.month),
            }
        );
    }

    get note() {
        const last = this.data?.months.at(-1);
        if (!last?.n) {
            return "";
        }
        return _t("In %(month)s %(share)s of %(count)s customers were not yet known.", {
            month: format.month(last.month),
            share: format.percent(last.counts[UNKNOWN] / last.n),
            count: format.number(last.n),
        });
    }

    get config() {
        const { months } = this.data;
        const area = months.length > 2;
        return {
            type: area ? "line" : "bar",
            data: {
                labels: months.map(({ month }) => format.month(month)),
                datasets: this.keys.map((key, place) => ({
                    label: this.names[key],
                    data: months.map(({ counts }) => counts[key]),
                    backgroundColor: hexToRGBA(format.CLASS_COLORS[key], area ? 0.55 : 0.8),
                    borderColor: format.CLASS_COLORS[key],
                    borderWidth: area ? 2 : 0,
                    fill: place ? "-1" : "origin",
                    pointRadius: 0,
                    maxBarThickness: 80,
                    pointStyle: format.CLASS_SHAPES[key],
                })),
            },
            options: {
                interaction: { mode: "index", intersect: false },
                scales: {
                    x: { stacked: true, grid: { display: false } },
                    y: { stacked: true, beginAtZero: true, ticks: { precision: 0 } },
                },
                plugins: {
                    tooltip: { itemSort: (a, b) => b.datasetIndex - a.datasetIndex },
                },
            },
        };
    }

    onClick(elements, event, chart) {
        if (elements.length) {
            const month = this.data.months[elements[0].index];
            const value = chart.scales.y.getValueForPixel(event.y);
            this.openMonth(month, layerAt(this.keys, month.counts, value));
        }
    }

    openMonth(month, key) {
        const domain = [
            ["date", ">=", month.from],
            ["date", "<", month.to],
        ];
        if (key) {
            domain.push(["loyalty_class", "in", key === UNKNOWN ? [key, false] : [key]]);
        }
        const name = key
            ? `${this.names[key]}, ${format.month(month.month)}`
            : format.month(month.month);
        this.records.openSnapshots(name, andDomain(this.data.domain, domain));
    }
}
