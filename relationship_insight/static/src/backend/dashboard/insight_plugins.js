import { hexToRGBA } from "@web/core/colors/colors";
import { CLASS_COLORS, inkColors } from "./insight_format";
import { quadrantRegion, CLASSES } from "./insight_utils";

function hatch(ctx) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.strokeStyle = inkColors(ctx.canvas).hatch;
    pen.lineWidth = 1.2;
    for (const shift of [-8, 0, 8]) {
        pen.moveTo(shift, 8);
        pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
    return ctx.createPattern(tile, "repeat");
}

/** Hatch the bands of a category axis ("x" or "y") whose figures are not shown. */
export function hatchPlugin(axis, places) {
    return {
        id: "hatch",
        beforeDatasetsDraw({ ctx, chartArea, scales }) {
            const scale = scales[axis];
            const { top, left, right, bottom } = chartArea;
            const count = scale.getLabels().length;
            const band = (axis === "x" ? right - left : bottom - top) / Math.max(count, 1);
            ctx.save();
            ctx.fillStyle = hatch(ctx);
            for (const place of places) {
                const from = scale.getPixelForValue(place) - band * 0.4;
                if (axis === "x") {
                    ctx.fillRect(from, top, band * 0.8, bottom - top);
                } else {
                    ctx.fillRect(left, from, right - left, band * 0.8);
                }
            }
            ctx.restore();
        },
    };
}

/** Draw intervals [low, high] as whiskers on horizontal bars. */
export function whiskerPlugin(intervals) {
    return {
        id: "whisker",
        afterDatasetsDraw(chart) {
            const { ctx, scales } = chart;
            ctx.save();
            ctx.strokeStyle = inkColors(ctx.canvas).line;
            ctx.lineWidth = 1.5;
            chart.getDatasetMeta(0).data.forEach((bar, place) => {
                const [low, high] = intervals[place].map((end) => scales.x.getPixelForValue(end));
                ctx.beginPath();
                ctx.moveTo(low, bar.y);
                ctx.lineTo(high, bar.y);
                for (const end of [low, high]) {
                    ctx.moveTo(end, bar.y - 3);
                    ctx.lineTo(end, bar.y + 3);
                }
                ctx.stroke();
            });
            ctx.restore();
        },
    };
}

/** Draw intervals [low, high] as upright whiskers through the points of a line. */
export function intervalPlugin(datasetIndex, axis, intervals) {
    return {
        id: "interval",
        afterDatasetsDraw(chart) {
            const { ctx, scales } = chart;
            ctx.save();
            ctx.strokeStyle = chart.data.datasets[datasetIndex].borderColor;
            ctx.lineWidth = 2;
            chart.getDatasetMeta(datasetIndex).data.forEach((point, place) => {
                const [low, high] = intervals[place];
                if (low === undefined) {
                    return;
                }
                ctx.beginPath();
                ctx.moveTo(point.x, scales[axis].getPixelForValue(low));
                ctx.lineTo(point.x, scales[axis].getPixelForValue(high));
                for (const end of [low, high]) {
                    ctx.moveTo(point.x - 4, scales[axis].getPixelForValue(end));
                    ctx.lineTo(point.x + 4, scales[axis].getPixelForValue(end));
                }
                ctx.stroke();
            });
            ctx.restore();
        },
    };
}

/** Tint the four corners of the matrix and draw the two threshold lines. */
export function quadrantPlugin(xLine, yLine) {
    return {
        id: "quadrants",
        beforeDatasetsDraw({ ctx, chartArea, scales }) {
            const { top, left, right, bottom } = chartArea;
            const px = (value, open) => (value === null ? open : scales.x.getPixelForValue(value));
            const py = (value, open) => (value === null ? open : scales.y.getPixelForValue(value));
            ctx.save();
            for (const key of CLASSES) {
                const { x, y } = quadrantRegion(key, xLine, yLine);
                const [x1, x2] = [px(x[0], left), px(x[1], right)];
                const [y1, y2] = [py(y[0], bottom), py(y[1], top)];
                ctx.fillStyle = hexToRGBA(CLASS_COLORS[key], 0.07);
                ctx.fillRect(x1, y2, x2 - x1, y1 - y2);
            }
            ctx.strokeStyle = inkColors(ctx.canvas).text;
            ctx.setLineDash([5, 4]);
            ctx.beginPath();
            ctx.moveTo(px(xLine), top);
            ctx.lineTo(px(xLine), bottom);
            ctx.moveTo(left, py(yLine));
            ctx.lineTo(right, py(yLine));
            ctx.stroke();
            ctx.restore();
        },
    };
}
