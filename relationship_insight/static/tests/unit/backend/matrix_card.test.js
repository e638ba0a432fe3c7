import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { onRpc } from "@web/../tests/web_test_helpers";
import { MatrixCard } from "@relationship_insight/backend/dashboard/matrix_card";
import { quadrantPlugin } from "@relationship_insight/backend/dashboard/insight_plugins";
import { mountScreen, prepareScreens, watchActions } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const SHARE = {
    true: {
        count: 40,
        count_low: 30,
        count_high: 52,
        share: 0.4,
        low: 0.3,
        high: 0.52,
        least: 0.021,
        most: 0.951,
    },
    latent: {
        count: 20,
        count_low: 15,
        count_high: 30,
        share: 0.2,
        low: 0.15,
        high: 0.3,
        least: 0.01,
        most: 0.94,
    },
    spurious: {
        count: 10,
        count_low: 5,
        count_high: 20,
        share: 0.1,
        low: 0.05,
        high: 0.2,
        least: 0,
        most: 0.93,
    },
    low: {
        count: 30,
        count_low: 20,
        count_high: 40,
        share: 0.3,
        low: 0.2,
        high: 0.4,
        least: 0.01,
        most: 0.94,
    },
};
const BASE = ["commercial_partner_id.user_id", "=", 4];
const UNKNOWN = ["loyalty_class", "in", ["unknown", false]];
const NOT_ASKED = ["unknown_reason", "in", ["no_attitude", false]];
const STALE = ["unknown_reason", "in", ["stale"]];
const placed = (key) => [BASE, ["loyalty_class", "=", key]];
const MATRIX = {
    domain: [BASE],
    floor: 5,
    total: 1100,
    asof: "2026-03-09",
    x_line: 12,
    x_source: "calibration",
    y_line: 65,
    money: {
        currency_id: 1,
        classes: {
            ...Object.fromEntries(
                ["latent", "spurious", "low", "unknown"].map((key) => [
                    key,
                    { spend: null, at_risk: null },
                ])
            ),
            true: { spend: 1234.4, at_risk: 200.2 },
        },
    },
    classes: [
        { key: "true", name: "Buys often, feels attached", count: 2, domain: placed("true") },
        { key: "latent", name: "Feels attached, buys rarely", count: 1, domain: placed("latent") },
        { key: "spurious", name: "Buys often, not attached", count: 0, domain: placed("spurious") },
        { key: "low", name: "Buys rarely, not attached", count: 1, domain: placed("low") },
    ],
    unknown: {
        name: "Not yet known",
        count: 1096,
        domain: [BASE, UNKNOWN],
        reasons: [
            { key: "no_attitude", name: "Nobody asked", count: 1090, domain: [BASE, NOT_ASKED] },
            { key: "stale", name: "Too old", count: 6, domain: [BASE, STALE] },
        ],
    },
    shares: { n: 60, status: "ok", values: SHARE },
    points: [
        [1, 11, 30, 80, "true", "high", "Ann"],
        [2, 12, 12, 65, "true", "low", "Bo"],
        [3, 13, 2, 90, "latent", "medium", ""],
        [4, false, 0, 10, "low", false, ""],
        [5, 15, 20, 64.9, "unknown", false, "Cy"],
    ],
    bins: null,
};
const BINS = [
    { x: [9, 16], y: [65, 70], classes: { true: 2, unknown: 1 } },
    { x: [null, 0.1], y: [null, 5], classes: { low: 4 } },
];

async function open(figures = {}) {
    onRpc("relationship.insights", "get_insight_matrix", () => ({ ...MATRIX, ...figures }));
    return mountScreen(MatrixCard, { filters: {} });
}

test("points: one shape for each class, at their rate and attitude", async () => {
    const card = await open();
    const { datasets } = card.config.data;
    expect(datasets.map(({ pointStyle }) => pointStyle)).toEqual([
        "circle",
        "triangle",
        "rect",
        "rectRot",
        "crossRot",
    ]);
    expect(datasets.map(({ data }) => data.map(({ x, y }) => [x, y]))).toEqual([
        [
            [30, 80],
            [12, 65],
        ],
        [[2, 90]],
        [],
        // Who never buys stands at the left end.
        [[0.1, 10]],
        [[20, 64.9]],
    ]);
    const { x, y } = card.config.options.scales;
    expect([x.type, x.min, x.max]).toEqual(["logarithmic", 0.1, 42]);
    expect([y.min, y.max]).toEqual([-9, 109]);
    const axis = {};
    x.afterBuildTicks(axis);
    expect(axis.ticks.map(({ value }) => value)).toEqual([0.25, 1, 4, 12]);
    expect(x.ticks.callback(12)).toBe("Monthly");
    y.afterBuildTicks(axis);
    expect(axis.ticks.map(({ value }) => value)).toEqual([0, 25, 50, 75, 100]);
});

test("what is said of a point", async () => {
    const card = await open();
    const { label, title } = card.config.options.plugins.tooltip.callbacks;
    const { datasets } = card.config.data;
    const say = (set, place) => label({ raw: datasets[set].data[place] });
    expect(say(0, 0)).toBe("Ann · Buys often, feels attached · Very sure");
    expect(say(1, 0)).toBe("A customer · Feels attached, buys rarely · Fairly sure");
    expect(say(4, 0)).toBe("Cy · Not yet known");
    expect(title()).toBe("");
});

test("bins: bubbles of the leading class, their size, their words", async () => {
    const card = await open({ points: null, bins: BINS });
    const { datasets } = card.config.data;
    expect(datasets.map(({ data }) => data.map(({ x, y, text }) => [x, y, String(text)]))).toEqual([
        [[12, 67.5, "3 customers"]],
        [],
        [],
        [[0.1, 2.5, "4 customers"]],
        [],
    ]);
    const scales = {
        x: { getPixelForValue: (value) => 400 * Math.log10(value) },
        y: { getPixelForValue: (value) => 500 - 5 * value },
    };
    const radius = (raw) =>
        Math.round(100 * datasets[0].pointRadius({ chart: { scales }, raw })) / 100;
    // The largest fills its cell of 50 by 25 pixels, a smaller one in proportion to its area.
    expect(radius({ bin: BINS[1] })).toBe(22.98);
    expect(radius({ bin: BINS[0] })).toBe(19.9);
    expect(radius(null)).toBe(0);
    expect(".o_insight_hint").toHaveText(
        "The larger the bubble, the more customers. Click one or a corner, or drag a rectangle, to open them."
    );
});

test("what is said above, beside and below", async () => {
    await open();
    expect(".o_insight_headline").toHaveText(
        "About 40% of 1,100 customers buy often and feel attached (30–52%)."
    );
    expect(queryAllTexts(".o_insight_count")).toEqual([
        "2 placed here.",
        "1 placed here.",
        "0 placed here.",
        "1 placed here.",
        "1,096 customers",
    ]);
    expect("[data-share=true] > div:first").toHaveText(
        "Of all 1,100, about 40 (30 to 52) belong here."
    );
    // Rounded outwards, so that nobody is promised too narrow a bound.
    expect("[data-share=true] > div:last").toHaveText(
        "About 40%. At least 2%, at most 96%, wherever the others belong."
    );
    const span = queryOne("[data-share=true] .o_insight_span");
    expect([span.style.left, span.style.width]).toEqual(["30%", "22%"]);
    expect(".o_insight_note").toHaveText(/estimated from 60 customers who can be judged/);
    expect(".o_insight_note").toHaveText(
        /Often: from 12 purchases a year\. Attached: from 65 of 100\. As of 03\/09\/2026\.$/
    );
});

test("few who can be judged: counts only", async () => {
    const card = await open({
        shares: { n: 4, status: "insufficient", values: {} },
        x_source: "median",
    });
    expect(".o_insight_headline").toHaveText("1,096 of 1,100 customers are not yet known.");
    expect("[data-share]").toHaveCount(0);
    expect(queryAllTexts(".o_insight_count").slice(0, 2)).toEqual(["2 customers", "1 customer"]);
    expect(String(card.lineText)).toBe(
        "Often: from 12 purchases a year (the middle customer). Attached: from 65 of 100."
    );
    expect(".o_insight_note").toHaveText(
        /^4 answered so far; figures are shown from 10 customers\./
    );
});

test("nothing to draw says why", async () => {
    const card = await open({ points: [] });
    expect(card.hasPicture).toBe(false);
    expect(".o_insight_message").toHaveText(
        "Nobody has told us how they feel yet. Once customers answer, each one becomes a point here."
    );
    expect(".o_insight_classes").toHaveCount(1);
});

test("no customer, and customers who never bought", async () => {
    const card = await open({ total: 0, points: [] });
    expect(".o_insight_message").toHaveText("No customer matches these filters.");
    card.insight.data = { ...MATRIX, x_line: null };
    expect(String(card.message)).toBe(
        "Those who told us how they feel have not bought anything yet."
    );
});

test("corners, classes, reasons and selections open the customers they count", async () => {
    watchActions();
    const card = await open();
    const heard = ["attitude_count", ">", 0];
    const opened = (name, ...domain) => [
        "action",
        {
            name,
            res_model: "relationship.profile",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [BASE, ...domain],
        },
    ];
    for (const key of ["true", "latent", "spurious", "low"]) {
        await click(`[data-corner=${key}]`);
    }
    expect.verifySteps([
        opened("Buys often, feels attached", ["loyalty_class", "=", "true"]),
        opened("Feels attached, buys rarely", ["loyalty_class", "=", "latent"]),
        opened("Buys often, not attached", ["loyalty_class", "=", "spurious"]),
        opened("Buys rarely, not attached", ["loyalty_class", "=", "low"]),
    ]);
    await click("button[data-class=latent]");
    await click("button[data-class=unknown]");
    await click("button[data-reason=no_attitude]");
    await click("button[data-reason=stale]");
    expect.verifySteps([
        opened("Feels attached, buys rarely", ["loyalty_class", "=", "latent"]),
        opened("Not yet known", UNKNOWN),
        opened("Nobody asked", NOT_ASKED),
        opened("Too old", STALE),
    ]);
    card.onSelect({ x: [20, 5], y: [60, 90], range: [0.1, 400] });
    const chart = { data: card.config.data };
    card.onClick([{ datasetIndex: 0, index: 1 }], null, chart);
    // Somebody out of reach, and beside every point.
    card.onClick([{ datasetIndex: 3, index: 0 }], null, chart);
    card.onClick([], null, chart);
    expect.verifySteps([
        opened(
            "Customers in the selection",
            heard,
            ["rate_year", ">=", 5],
            ["rate_year", "<", 20],
            ["attitude", ">=", 60],
            ["attitude", "<", 90]
        ),
        ["action", { res_model: "res.partner", res_id: 12, views: [[false, "form"]] }],
    ]);
});

test("what a class spends, and what of it is at risk", async () => {
    watchActions();
    const card = await open();
    expect(String(card.moneyText("true"))).toMatch(
        /1,234.* spent in 12 months, .*200.* of it at risk/
    );
    expect(card.moneyText("latent")).toBe("");
    card.openLate("true", "Buys often");
    expect.verifySteps([
        [
            "action",
            {
                name: "Late: Buys often",
                res_model: "relationship.profile",
                views: [
                    [false, "list"],
                    [false, "form"],
                ],
                domain: [
                    ["commercial_partner_id.user_id", "=", 4],
                    ["loyalty_class", "in", ["true"]],
                    ["overdue_ratio", ">", 2],
                ],
            },
        ],
    ]);
});

test("a bubble opens the customers of its bin", async () => {
    watchActions();
    const card = await open({ points: null, bins: BINS, domain: [] });
    card.onClick([{ datasetIndex: 0, index: 0 }], null, { data: card.config.data });
    expect.verifySteps([
        [
            "action",
            {
                name: "3 customers",
                res_model: "relationship.profile",
                views: [
                    [false, "list"],
                    [false, "form"],
                ],
                domain: [
                    ["attitude_count", ">", 0],
                    ["rate_year", ">=", 9],
                    ["rate_year", "<", 16],
                    ["attitude", ">=", 65],
                    ["attitude", "<", 70],
                ],
            },
        ],
    ]);
});

test("the table says what the list beside the picture says", async () => {
    await open();
    await click(".o_insight_toggle");
    await animationFrame();
    expect(queryAllTexts("table:first tbody tr")).toEqual([
        "Buys often, feels attached 2",
        "Feels attached, buys rarely 1",
        "Buys often, not attached 0",
        "Buys rarely, not attached 1",
    ]);
});

test("corners are tinted up to the lines and the edges", () => {
    const rects = [];
    const lines = [];
    const ctx = {
        canvas: document.body,
        save() {},
        restore() {},
        setLineDash() {},
        beginPath() {},
        stroke() {},
        fillRect: (...rect) => rects.push(rect),
        moveTo: (...at) => lines.push(at),
        lineTo: (...at) => lines.push(at),
    };
    quadrantPlugin(12, 65).beforeDatasetsDraw({
        ctx,
        chartArea: { top: 0, left: 10, right: 110, bottom: 200 },
        scales: { x: { getPixelForValue: () => 60 }, y: { getPixelForValue: () => 70 } },
    });
    expect(rects).toEqual([
        [60, 0, 50, 70],
        [10, 0, 50, 70],
        [60, 70, 50, 130],
        [10, 70, 50, 130],
    ]);
    expect(lines).toEqual([
        [60, 0],
        [60, 200],
        [10, 70],
        [110, 70],
    ]);
});
