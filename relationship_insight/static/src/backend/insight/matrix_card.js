import { _t } from "@web/core/l10n/translation";
import { hexToRGBA } from "@web/core/colors/colors";
import { Component } from "@odoo/owl";
import { InsightCard, useInsightData, useInsightRecords } from "./insight_card";
import { InsightChart } from "./insight_chart";
import * as format from "./insight_format";
import { quadrantPlugin } from "./insight_plugins";
import {
    andDomain,
    binCenter,
    binCount,
    bubbleRadius,
    CLASSES,
    countQuadrants,
    dominantClass,
    draggedRegion,
    isShown,
    quadrantRegion,
    RATE_MIN,
    rateRange,
    regionDomain,
    UNKNOWN,
} from "./insight_utils";

const RATE_TICKS = {
    0.25: _t("Every 4 years"),
    1: _t("Yearly"),
    4: _t("Quarterly"),
    12: _t("Monthly"),
    52: _t("Weekly"),
    365: _t("Daily"),
};
const MAX_NAMES = 8;
const NARROW = 480;
const LEFT_OUT_WHEN_NARROW = [0.25, 4];

export class MatrixCard extends Component {
    static template = "relationship_insight.MatrixCard";
    static components = { InsightCard, InsightChart };
    static props = { filters: Object };

    setup() {
        this.format = format;
        this.classKeys = CLASSES;
        this.isShown = isShown;
        this.insight = useInsightData("get_insight_matrix");
        this.records = useInsightRecords();
    }

    get data() {
        return this.insight.data;
    }

    get hasPicture() {
        return Boolean(this.data.x_line && (this.data.bins || this.data.points)?.length);
    }

    get message() {
        if (!this.data || this.hasPicture) {
            return "";
        }
        if (!this.data.total) {
            return _t("No customer matches these filters.");
        }
        return _t(
            "Nobody has told us how they feel yet. Once customers answer, each one becomes a point here."
        );
    }

    get headline() {
        const { shares, total, unknown } = this.data || {};
        if (!total) {
            return "";
        }
        const unknownShare = format.percent(unknown.count / total);
        if (!isShown(shares.status)) {
            return _t("%s of the customers are not yet known.", unknownShare);
        }
        return _t(
            "%(share)s of the customers we can judge buy often and feel attached. %(unknown)s of all are not yet known.",
            { share: format.percent(shares.values.true.share), unknown: unknownShare }
        );
    }

    get note() {
        if (!this.data?.total) {
            return "";
        }
        const { shares, asof, floor } = this.data;
        const parts = [format.statusText(shares, floor)];
        if (isShown(shares.status)) {
            parts.push(
                _t("Shares are estimates from %s customers, not weighted, with 95% intervals.", format.number(shares.n))
            );
        }
        if (this.hasPicture) {
            parts.push(this.lineText);
        }
        parts.push(asof ? _t("As of %s.", format.day(asof)) : "");
        return parts.filter(Boolean).join(" ");
    }

    get lineText() {
        const { x_line: rate, x_source: source, y_line: attitude } = this.data;
        return source === "median"
            ? _t(
                  "Often: from %(rate)s purchases a year (the middle customer). Attached: from %(attitude)s of 100.",
                  { rate, attitude }
              )
            : _t("Often: from %(rate)s purchases a year. Attached: from %(attitude)s of 100.", {
                  rate,
                  attitude,
              });
    }

    get corners() {
        const corners = countQuadrants(this.data);
        return CLASSES.map((key) => ({
            key,
            name: format.CLASS_SENTENCES[key],
            count: corners[key].n,
            classes: corners[key].classes,
        }));
    }

    get config() {
        const { x_line: xLine, y_line: yLine, points, bins } = this.data;
        const rates = points ? points.map((point) => point[2]) : bins.map((b) => binCenter(b).x);
        const [min, max] = rateRange(rates, xLine);
        return {
            type: "scatter",
            data: { datasets: points ? this.getPoints(points) : this.getBubbles(bins) },
            plugins: [quadrantPlugin(xLine, yLine)],
            options: {
                scales: {
                    x: {
                        type: "logarithmic",
                        min,
                        max,
                        title: { display: true, text: _t("How often they buy") },
                        afterBuildTicks: (axis) => {
                            axis.ticks = Object.keys(RATE_TICKS)
                                .map(Number)
                                .filter((value) => value >= min && value <= max)
                                .filter(
                                    (value) =>
                                        axis.chart.width > NARROW ||
                                        !LEFT_OUT_WHEN_NARROW.includes(value)
                                )
                                .map((value) => ({ value }));
                        },
                        ticks: { callback: (value) => String(RATE_TICKS[value] || value) },
                    },
                    y: {
                        min: 0,
                        max: 100,
                        title: { display: true, text: _t("How attached they feel") },
                        ticks: { stepSize: 25 },
                    },
                },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        filter: (item, index) => index < MAX_NAMES,
                        callbacks: {
                            title: () => "",
                            label: ({ raw }) => (raw.point ? this.describe(raw.point) : raw.text),
                        },
                    },
                },
            },
        };
    }

    getPoints(points) {
        return [...CLASSES, UNKNOWN].map((key) => ({
            data: points
                .filter((point) => point[4] === key)
                .map((point) => ({ x: Math.max(point[2], RATE_MIN), y: point[3], point })),
            pointStyle: format.CLASS_SHAPES[key],
            clip: 12,
            pointRadius: 4,
            pointHoverRadius: 7,
            backgroundColor: hexToRGBA(format.CLASS_COLORS[key], 0.7),
            borderColor: format.CLASS_COLORS[key],
        }));
    }

    getBubbles(bins) {
        const largest = Math.max(...bins.map(binCount));
        const radius = ({ chart, raw }) =>
            raw ? bubbleRadius(binCount(raw.bin), largest, this.getBinSize(chart)) : 0;
        return [...CLASSES, UNKNOWN].map((key) => ({
            data: bins
                .filter((bin) => dominantClass(bin.classes) === key)
                .map((bin) => ({
                    ...binCenter(bin),
                    bin,
                    text: this.countText(binCount(bin)),
                })),
            pointRadius: radius,
            pointHoverRadius: radius,
            clip: 12,
            backgroundColor: hexToRGBA(format.CLASS_COLORS[key], 0.55),
            borderColor: format.CLASS_COLORS[key],
        }));
    }

    /** Largest radius at which bubbles touch but don't hide each other. */
    getBinSize({ scales: { x, y } }) {
        const width = x.getPixelForValue(10 ** (1 / 8)) - x.getPixelForValue(1);
        const height = y.getPixelForValue(0) - y.getPixelForValue(5);
        return 0.65 * Math.sqrt(Math.abs(width * height));
    }

    get hint() {
        if (this.env.isSmall) {
            return this.data.points
                ? _t("Tap a customer or a corner to open the customers behind it.")
                : _t("The larger the bubble, the more customers. Tap one or a corner to open them.");
        }
        return this.data.points
            ? _t("Click a customer or a corner, or drag a rectangle, to open the customers behind it.")
            : _t("The larger the bubble, the more customers. Click one or a corner, or drag a rectangle, to open them.");
    }

    countText(count) {
        return count === 1 ? _t("1 customer") : _t("%s customers", format.number(count));
    }

    describe([, , , , key, confidence, name]) {
        const sure = confidence && format.CONFIDENCE[confidence];
        const text = String(format.CLASS_SENTENCES[key] || this.data.unknown.name);
        return [name || _t("A customer"), text, sure].filter(Boolean).join(" · ");
    }

    onClick([element], event, chart) {
        if (!element) {
            return;
        }
        const raw = chart.data.datasets[element.datasetIndex].data[element.index];
        if (raw.bin) {
            this.openRegion(raw.text, raw.bin);
        } else if (raw.point[1]) {
            this.records.openContact(raw.point[1]);
        }
    }

    onSelect({ x, y, range }) {
        this.openRegion(_t("Customers in the selection"), draggedRegion(...x, ...y, range));
    }

    openRegion(name, region) {
        this.records.openCustomers(name, regionDomain(this.data.domain, region));
    }

    openCorner(key) {
        const { x_line: xLine, y_line: yLine } = this.data;
        this.openRegion(format.CLASS_SENTENCES[key], quadrantRegion(key, xLine, yLine));
    }

    openClass(key, name) {
        const domain = [["loyalty_class", "=", key]];
        this.records.openCustomers(name, andDomain(this.data.domain, domain));
    }

    openUnknown(name, reason) {
        const domain = [["loyalty_class", "in", [UNKNOWN, false]]];
        if (reason) {
            const values = reason === "no_attitude" ? [reason, false] : [reason];
            domain.push(["unknown_reason", "in", values]);
        }
        this.records.openCustomers(name, andDomain(this.data.domain, domain));
    }
}
