/** Pure helpers of the Insights page: regions of the loyalty matrix, statuses, scales. */

export const CLASSES = ["true", "latent", "spurious", "low"];
export const UNKNOWN = "unknown";
/** Rates are shown on a log scale, so a customer who hardly ever buys sits at its left end. */
export const RATE_MIN = 0.1;
/** Below this many customers only counts are shown, whatever the smallest group. */
export const COUNTS_ONLY = 10;

/**
 * @typedef {[number | null, number | null]} Range from (included) and below (excluded); null: open
 * @typedef {{ x: Range, y: Range }} Region purchases per year, attitude
 */

/**
 * Region of one corner of the matrix.
 *
 * @param {"true" | "latent" | "spurious" | "low"} key
 * @returns {Region}
 */
export function quadrantRegion(key, xLine, yLine) {
    const often = key === "true" || key === "spurious";
    const attached = key === "true" || key === "latent";
    return {
        x: often ? [xLine, null] : [null, xLine],
        y: attached ? [yLine, null] : [null, yLine],
    };
}

/**
 * Domain of the customers in a region, within a base domain.
 *
 * @param {Array} base domain that the server applied
 * @param {Region} region
 */
export function regionDomain(base, region) {
    const domain = [["attitude_count", ">", 0]];
    for (const [field, [from, below]] of [
        ["rate_year", region.x],
        ["attitude", region.y],
    ]) {
        if (from !== null) {
            domain.push([field, ">=", from]);
        }
        if (below !== null) {
            domain.push([field, "<", below]);
        }
    }
    return andDomain(base, domain);
}

/** Base domain with more conditions; the conditions are tuples joined by "and". */
export function andDomain(base, conditions) {
    // A base with n terms and no operator in front is n conditions joined by "and" as well.
    return [...base, ...conditions];
}

/** Class most customers of a bin are in; the first of the four on a tie. */
export function dominantClass(classes) {
    return [...CLASSES, UNKNOWN].reduce((best, key) =>
        (classes[key] || 0) > (classes[best] || 0) ? key : best
    );
}

export function binCount(bin) {
    return Object.values(bin.classes).reduce((sum, count) => sum + count, 0);
}

/** Where to draw a bin: the geometric middle of the rates, the middle of the attitudes. */
export function binCenter(bin) {
    const [xFrom, xBelow] = [bin.x[0] ?? bin.x[1] / 1.33, bin.x[1] ?? bin.x[0] * 1.33];
    const [yFrom, yBelow] = [bin.y[0] ?? 0, bin.y[1] ?? 100];
    return { x: Math.max(Math.sqrt(xFrom * xBelow), RATE_MIN), y: (yFrom + yBelow) / 2 };
}

/** Radius of a bubble whose area is in proportion to its count. */
export function bubbleRadius(count, largest, maxRadius = 18) {
    return Math.max(2.5, maxRadius * Math.sqrt(count / largest));
}

/** Ends of the log axis: around the data and the line, never below RATE_MIN. */
export function rateRange(rates, xLine) {
    const values = [...rates, xLine || 12].map((rate) => Math.max(rate, RATE_MIN));
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    return [Math.max(low / 1.4, RATE_MIN), high * 1.4];
}

/** Region of a dragged rectangle; a side that touches the end of an axis is open. */
export function draggedRegion(x1, x2, y1, y2, [xMin, xMax]) {
    const open = (value, low, high) => (value <= low || value >= high ? null : value);
    const round = (value, digits) => (value === null ? null : Number(value.toFixed(digits)));
    return {
        x: [open(Math.min(x1, x2), xMin, Infinity), open(Math.max(x1, x2), -Infinity, xMax)].map(
            (value) => round(value, 2)
        ),
        y: [open(Math.min(y1, y2), 0, Infinity), open(Math.max(y1, y2), -Infinity, 100)].map(
            (value) => round(value, 2)
        ),
    };
}

/** Class whose layer of a stack holds a value, or null above and below the stack. */
export function layerAt(keys, sizes, value) {
    let top = 0;
    if (value < 0) {
        return null;
    }
    for (const key of keys) {
        top += sizes[key] || 0;
        if (value < top) {
            return key;
        }
    }
    return null;
}

/** Whether a figure with this status may be drawn. */
export function isShown(status) {
    return status === "ok" || status === "low_base";
}
