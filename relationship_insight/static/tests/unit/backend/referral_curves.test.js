import { describe, expect, test } from "@odoo/hoot";
import { ReferralCurves } from "@relationship_insight/backend/referral/referral_curves";
import { mountScreen, prepareScreens, series } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const curve = (more) => ({
    n: 1200,
    happened: 400,
    median: [45, 30, 60],
    year: [0.62, 0.5, 0.71],
    points: [
        [0, 0, 0, 0],
        [30, 0.2504, 0.2, 0.31],
        [90, 0.5, 0.4, 0.6],
    ],
    ...more,
});
const AGAIN = {
    p_value: 0.012,
    matched: { difference: [0.052, -0.01, 0.114] },
    referred: curve(),
    organic: curve({
        points: [
            [0, 0, 0, 0],
            [60, 0.4, 0.3, 0.5],
        ],
    }),
};
const open = (figures) =>
    mountScreen(ReferralCurves, {
        figures: { again: AGAIN, buy: curve(), bring: null, ...figures },
    });

test("curves with their bands, in percent", async () => {
    const curves = await open();
    expect(series(curves.againConfig)).toEqual([
        [
            "Came through a friend",
            [
                { x: 0, y: 0 },
                { x: 30, y: 25 },
                { x: 90, y: 50 },
            ],
        ],
        [
            undefined,
            [
                { x: 0, y: 0 },
                { x: 30, y: 20 },
                { x: 90, y: 40 },
            ],
        ],
        [
            undefined,
            [
                { x: 0, y: 0 },
                { x: 30, y: 31 },
                { x: 90, y: 60 },
            ],
        ],
        [
            "Others",
            [
                { x: 0, y: 0 },
                { x: 60, y: 40 },
            ],
        ],
        [
            undefined,
            [
                { x: 0, y: 0 },
                { x: 60, y: 30 },
            ],
        ],
        [
            undefined,
            [
                { x: 0, y: 0 },
                { x: 60, y: 50 },
            ],
        ],
    ]);
    // Colour isn't the only difference, and a curve that isn't there isn't drawn.
    expect(curves.againConfig.data.datasets[3].borderDash).toEqual([6, 4]);
    expect(curves.times.map(([name]) => String(name))).toEqual(["Announced friends who bought"]);
    expect(curves.timesConfig.data.datasets).toHaveLength(3);
});

test("sooner, later, or as far as one can tell alike", async () => {
    const curves = await open();
    const say = (more) => {
        Object.defineProperty(curves, "again", {
            configurable: true,
            get: () => ({ ...AGAIN, ...more }),
        });
        return String(curves.againHeadline);
    };
    // Compared on day 60, where both are known: 25 % against 40 %.
    expect(say({})).toBe("Customers who came through a friend come back later.");
    expect(say({ referred: AGAIN.organic, organic: AGAIN.referred })).toBe(
        "Customers who came through a friend come back sooner."
    );
    const alike = "They don't come back sooner or later than others, as far as one can tell.";
    expect(say({ p_value: 0.05 })).toBe(alike);
    expect(say({ p_value: null })).toBe(alike);
});

test("medians, a year, and what chance would do", async () => {
    const curves = await open();
    const median = (...days) => String(curves.median(curve({ median: days })));
    expect(median(45, 30, 60)).toBe("45 days (30 to 60)");
    expect(median(45, 30, null)).toBe("45 days");
    expect(median(null, 80, null)).toBe("fewer than half so far (400 of 1,200)");
    expect(String(curves.year(curve()))).toBe("62% (50% to 71%)");
    expect(String(curves.year(curve({ year: null })))).toBe("not yet known");
    expect(String(curves.chance(0.009))).toBe("less than 1");
    expect(curves.chance(0.012)).toBe(1);
    expect(String(curves.againNote)).toBe(
        "Back within 180 days, against customers who first came in the same month, to the same place, with as large a basket: +5.2 points (-1.0 to +11.4). Chance alone would part the curves this far 1 times in 100."
    );
    expect(String(curves.timesHeadline)).toBe("Half of the announced friends buy within 45 days.");
});

test("too few to compare", async () => {
    const curves = await open({
        again: { ...AGAIN, matched: null, p_value: null },
        buy: curve({ median: [null, null, null] }),
    });
    expect(String(curves.againNote)).toBe("Too few alike customers to compare one by one.");
    expect(String(curves.timesHeadline)).toBe(
        "Also those who have not yet are counted: they pull the lines down."
    );
});
