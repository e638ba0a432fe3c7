import { getColor, hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { inkColors } from "../dashboard/insight_format";

export const STATUS_COLORS = {
    silent: getColor(8, "light", "md"),
    logging: getColor(7, "light", "md"),
    ok: getColor(3, "light", "md"),
    talks: "#8F93A3",
    peers: "#8F93A3",
};
export const STATUS_SHAPES = {
    silent: "rectRot",
    logging: "triangle",
    ok: "circle",
    talks: "rect",
    peers: "crossRot",
};
export const STATUS_SYMBOLS = { silent: "◆", logging: "▲", ok: "●", talks: "■", peers: "✕" };
const STATUSES = Object.keys(STATUS_COLORS);
/** What is further out is drawn at the edge of the picture, and said to be. */
export const TALKS_MOST = 3;
export const GROWTH_MOST = 3;

/** Units that are drawn nearer than they are. */
export function clippedUnits(units, axis) {
    return placedUnits(units, axis).filter(
        (unit) =>
            unit.growth > GROWTH_MOST ||
            (axis === "talks" && unit.talks / unit.expected > TALKS_MOST)
    );
}

/** Talks against what colleagues have, as a share (1 = the same), or the change of bonds. */
export function upValue(unit, axis) {
    if (axis === "bond") {
        return unit.bond_change;
    }
    return unit.expected ? Math.min(unit.talks / unit.expected, TALKS_MOST) : null;
}

/** Units that have both values. */
export function placedUnits(units, axis) {
    return units.filter((unit) => unit.growth !== null && upValue(unit, axis) !== null);
}

/** The tinted corner where sales rose and talks fell, and the two middle lines. */
function cornerPlugin(xLine, yLine) {
    return {
        id: "corner",
        beforeDatasetsDraw({ ctx, chartArea, scales }) {
            const { top, left, right, bottom } = chartArea;
            const [x, y] = [scales.x.getPixelForValue(xLine), scales.y.getPixelForValue(yLine)];
            ctx.save();
            ctx.fillStyle = hexToRGBA(STATUS_COLORS.silent, 0.08);
            ctx.fillRect(x, y, right - x, bottom - y);
            ctx.strokeStyle = inkColors(ctx.canvas).text;
            ctx.setLineDash([5, 4]);
            ctx.beginPath();
            ctx.moveTo(x, top);
            ctx.lineTo(x, bottom);
            ctx.moveTo(left, y);
            ctx.lineTo(right, y);
            ctx.stroke();
            ctx.restore();
        },
    };
}

/** Chart.js configuration: growth of orders to the right, talks or bonds upwards. */
export function silenceConfig(units, axis, describe) {
    const placed = placedUnits(units, axis);
    const yLine = axis === "bond" ? 0 : 1;
    const growth = placed.map((unit) => Math.min(unit.growth, GROWTH_MOST));
    const up = placed.map((unit) => upValue(unit, axis));
    const room = axis === "bond" ? 5 : 0.15;
    const percent = (value, most = Infinity) =>
        `${value >= most ? "≥ " : ""}${Math.round(100 * value)}%`;
    return {
        type: "scatter",
        data: {
            datasets: STATUSES.map((status) => ({
                data: placed
                    .filter((unit) => unit.status === status)
                    .map((unit) => ({
                        x: Math.min(unit.growth, GROWTH_MOST),
                        y: upValue(unit, axis),
                        unit,
                    })),
                pointStyle: STATUS_SHAPES[status],
                pointRadius: status === "silent" ? 9 : 7,
                pointHoverRadius: 11,
                clip: 14,
                backgroundColor: hexToRGBA(STATUS_COLORS[status], 0.75),
                borderColor: STATUS_COLORS[status],
            })),
        },
        plugins: [cornerPlugin(0, yLine)],
        options: {
            scales: {
                x: {
                    min: Math.min(-0.25, ...growth) - 0.1,
                    max: Math.max(0.25, ...growth) + 0.1,
                    title: { display: true, text: _t("Growth of orders") },
                    ticks: {
                        callback: (value) => percent(value, GROWTH_MOST),
                        maxTicksLimit: 7,
                        includeBounds: false,
                    },
                },
                y: {
                    min: Math.min(axis === "bond" ? -5 : 0, ...up) - room,
                    max: Math.max(axis === "bond" ? 5 : 1.5, ...up) + room,
                    title: {
                        display: true,
                        text:
                            axis === "bond"
                                ? _t("Change of bonds (points)")
                                : _t("Talks, compared with colleagues"),
                    },
                    ticks: {
                        maxTicksLimit: 6,
                        includeBounds: false,
                        callback: (value) =>
                            axis === "bond"
                                ? Math.round(10 * value) / 10
                                : value >= 0
                                ? percent(value, TALKS_MOST)
                                : "",
                    },
                },
            },
            plugins: {
                legend: { display: false },
                tooltip: {
                    callbacks: { title: () => "", label: ({ raw }) => describe(raw.unit) },
                },
            },
        },
    };
}
