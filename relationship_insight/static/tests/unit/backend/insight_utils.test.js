import { describe, expect, test } from "@odoo/hoot";
import {
    binCenter,
    binCount,
    bubbleRadius,
    dominantClass,
    draggedRegion,
    isShown,
    layerAt,
    quadrantRegion,
    rateRange,
    regionDomain,
} from "@relationship_insight/backend/dashboard/insight_utils";

describe.current.tags("headless");

test("the four corners share no customer and leave none out", () => {
    const corners = ["true", "latent", "spurious", "low"].map((key) => quadrantRegion(key, 12, 65));
    const inside = ([from, below], value) =>
        (from === null || value >= from) && (below === null || value < below);
    for (const rate of [0, 11.99, 12, 400]) {
        for (const attitude of [0, 64.99, 65, 100]) {
            const holding = corners.filter(({ x, y }) => inside(x, rate) && inside(y, attitude));
            expect(holding.length).toBe(1);
        }
    }
});

test("a region becomes a domain on top of the filters", () => {
    expect(regionDomain([["user_id", "=", 2]], { x: [12, null], y: [null, 65] })).toEqual([
        ["user_id", "=", 2],
        ["attitude_count", ">", 0],
        ["rate_year", ">=", 12],
        ["attitude", "<", 65],
    ]);
    expect(regionDomain([], { x: [0, 1], y: [0, 5] })).toEqual([
        ["attitude_count", ">", 0],
        ["rate_year", ">=", 0],
        ["rate_year", "<", 1],
        ["attitude", ">=", 0],
        ["attitude", "<", 5],
    ]);
});

test("bins: count, leading class, place and size", () => {
    const bin = { x: [9, 16], y: [95, null], classes: { latent: 2, true: 2, unknown: 1 } };
    expect(binCount(bin)).toBe(5);
    expect(dominantClass(bin.classes)).toBe("true");
    expect(dominantClass({ unknown: 3, low: 1 })).toBe("unknown");
    expect(binCenter(bin)).toEqual({ x: 12, y: 97.5 });
    expect(binCenter({ x: [null, 0.1], y: [null, 5] })).toEqual({ x: 0.1, y: 2.5 });
    // Four times the customers, twice the radius.
    expect(bubbleRadius(100, 100)).toBe(2 * bubbleRadius(25, 100));
});

test("the log axis holds every rate and the line", () => {
    const [min, max] = rateRange([0, 3], 12);
    expect(min).toBe(0.1);
    expect(max).toBeGreaterThan(12);
    expect(rateRange([], 12)[0]).toBeLessThan(12);
});

test("a dragged rectangle is open where it touches the edge", () => {
    expect(draggedRegion(20, 5.123, 90, 60, [0.1, 400])).toEqual({ x: [5.12, 20], y: [60, 90] });
    expect(draggedRegion(0.05, 20, 120, 60, [0.1, 400])).toEqual({ x: [null, 20], y: [60, null] });
    expect(draggedRegion(20, 500, -5, 60, [0.1, 400])).toEqual({ x: [20, null], y: [null, 60] });
});

test("a click finds its layer in the stack", () => {
    const sizes = { true: 3, latent: 0, low: 2 };
    const keys = ["true", "latent", "low"];
    expect(layerAt(keys, sizes, 0)).toBe("true");
    expect(layerAt(keys, sizes, 3)).toBe("low");
    expect(layerAt(keys, sizes, 5)).toBe(null);
    expect(layerAt(keys, sizes, -1)).toBe(null);
});

test("only figures over enough customers are drawn", () => {
    expect(["ok", "low_base", "insufficient", "suppressed"].map(isShown)).toEqual([
        true,
        true,
        false,
        false,
    ]);
});
