import { hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { CLASS_COLORS, CLASS_SHAPES } from "./insight_format";
import { quadrantPlugin } from "./insight_plugins";
import {
    binCenter,
    binCount,
    bubbleRadius,
    CLASSES,
    dominantClass,
    RATE_MIN,
    rateRange,
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
// On a phone these leave room for the others.
const MINOR_TICKS = [0.25, 4];
const ATTITUDE_TICKS = [0, 25, 50, 75, 100];

/**
 * Configuration of the loyalty matrix for Chart.js.
 *
 * @param {Object} data what get_insight_matrix returned
 * @param {Object} view
 * @param {boolean} view.isSmall
 * @param {(count: number) => string} view.countText
 * @param {(point: Array) => string} view.describe
 */
export function matrixConfig(data, { isSmall, countText, describe }) {
    const { x_line: xLine, y_line: yLine, points, bins } = data;
    const rates = points ? points.map((point) => point[2]) : bins.map((b) => binCenter(b).x);
    const [min, max] = rateRange(rates, xLine);
    const room = isSmall ? 18 : 9;
    return {
        type: "scatter",
        data: { datasets: points ? getPoints(points) : getBubbles(bins, countText) },
        plugins: [quadrantPlugin(xLine, yLine)],
        options: {
            scales: {
                x: {
                    type: "logarithmic",
                    min,
                    max,
                    title: { display: true, text: _t("How often they buy") },
                    afterBuildTicks: (axis) => {
                        axis.ticks = getRateTicks(min, max, isSmall).map((value) => ({ value }));
                    },
                    ticks: { callback: (value) => String(RATE_TICKS[value] || value) },
                },
                y: {
                    // Room above and below for the names of the corners.
                    min: -room,
                    max: 100 + room,
                    title: { display: true, text: _t("How attached they feel") },
                    afterBuildTicks: (axis) => {
                        axis.ticks = ATTITUDE_TICKS.map((value) => ({ value }));
                    },
                },
            },
            plugins: {
                legend: { display: false },
                tooltip: {
                    filter: (item, index) => index < MAX_NAMES,
                    callbacks: {
                        title: () => "",
                        label: ({ raw }) => (raw.point ? describe(raw.point) : raw.text),
                    },
                },
            },
        },
    };
}

function getRateTicks(min, max, isSmall) {
    const ticks = Object.keys(RATE_TICKS)
        .map(Number)
        .filter((value) => value >= min && value <= max)
        .sort((one, other) => one - other);
    return isSmall && ticks.length > 3
        ? ticks.filter((value) => !MINOR_TICKS.includes(value))
        : ticks;
}

function getPoints(points) {
    return [...CLASSES, UNKNOWN].map((key) => ({
        data: points
            .filter((point) => point[4] === key)
            .map((point) => ({ x: Math.max(point[2], RATE_MIN), y: point[3], point })),
        pointStyle: CLASS_SHAPES[key],
        clip: 12,
        pointRadius: 4,
        pointHoverRadius: 7,
        backgroundColor: hexToRGBA(CLASS_COLORS[key], 0.7),
        borderColor: CLASS_COLORS[key],
    }));
}

function getBubbles(bins, countText) {
    const largest = Math.max(...bins.map(binCount));
    const radius = ({ chart, raw }) =>
        raw ? bubbleRadius(binCount(raw.bin), largest, getBinSize(chart)) : 0;
    return [...CLASSES, UNKNOWN].map((key) => ({
        data: bins
            .filter((bin) => dominantClass(bin.classes) === key)
            .map((bin) => ({
                ...binCenter(bin),
                bin,
                text: countText(binCount(bin)),
            })),
        pointRadius: radius,
        pointHoverRadius: radius,
        clip: 12,
        backgroundColor: hexToRGBA(CLASS_COLORS[key], 0.55),
        borderColor: CLASS_COLORS[key],
    }));
}

/** Largest radius at which bubbles touch but don't hide each other. */
function getBinSize({ scales: { x, y } }) {
    const width = x.getPixelForValue(10 ** (1 / 8)) - x.getPixelForValue(1);
    const height = y.getPixelForValue(0) - y.getPixelForValue(5);
    return 0.65 * Math.sqrt(Math.abs(width * height));
}
