import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { onRpc } from "@web/../tests/web_test_helpers";
import { HistoryCard } from "@relationship_insight/backend/dashboard/history_card";
import { MotivesCard } from "@relationship_insight/backend/dashboard/motives_card";
import { mountScreen, prepareScreens, series, watchActions } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const LIST = [
    [false, "list"],
    [false, "form"],
];
const MOTIVES = {
    domain: [["motive_count", ">", 0]],
    floor: 5,
    n: 1200,
    status: "ok",
    motives: [
        { id: 8, name: "The staff", group: "relational", share: 0.5, low: 0.41, high: 0.59 },
        { id: 9, name: "Close by", group: "situational", share: 0.3, low: 0.2, high: 0.4 },
        { id: 7, name: "Quality", group: "merit", share: 0.2, low: 0.1, high: 0.3 },
    ],
    classes: [
        {
            key: "true",
            name: "Buys often, feels attached",
            n: 40,
            status: "ok",
            shares: { relational: 0.7, merit: 0.2, situational: 0.1 },
        },
        {
            key: "latent",
            name: "Feels attached, buys rarely",
            n: 0,
            status: "insufficient",
            shares: {},
        },
        {
            key: "low",
            name: "Buys rarely, not attached",
            n: null,
            status: "suppressed",
            shares: {},
        },
        { key: "unknown", name: "Not yet known", n: 7, status: "insufficient", shares: {} },
    ],
};

describe("motives", () => {
    async function open(figures = {}) {
        onRpc("relationship.insights", "get_insight_motives", () => ({ ...MOTIVES, ...figures }));
        return mountScreen(MotivesCard, { filters: {} });
    }

    test("bars of the shares, stacks of the groups", async () => {
        const card = await open();
        expect(card.motiveConfig.data.labels).toEqual(["The staff", "Close by", "Quality"]);
        expect(series(card.motiveConfig)).toEqual([[undefined, [0.5, 0.3, 0.2]]]);
        expect(card.motiveConfig.options.scales.x.suggestedMax).toBe(0.59);
        expect(card.motiveStyle).toBe("height: 132px");
        // Whom nobody counted stays away; who is hidden keeps a hatched place.
        expect(card.classConfig.data.labels).toEqual([
            "Buys often, feels attached",
            "Buys rarely, not attached",
            "Not yet known",
        ]);
        expect(series(card.classConfig)).toEqual([
            ["The relationship", [0.7, null, null]],
            ["The goods", [0.2, null, null]],
            ["The situation", [0.1, null, null]],
        ]);
        expect(".o_insight_headline").toHaveText("Named most: The staff, Close by.");
        expect(".o_insight_note").toHaveText(
            "Mean shares of what 1,200 customers told us, not weighted, with 95% intervals."
        );
        const { label } = card.motiveConfig.options.plugins.tooltip.callbacks;
        expect(label({ dataIndex: 0 })).toBe("50% (41–59%)");
        const { footer } = card.classConfig.options.plugins.tooltip.callbacks;
        expect(footer([{ dataIndex: 1 }])).toBe(
            "Too few customers: groups of fewer than 5 stay hidden."
        );
        expect(footer([{ dataIndex: 2 }])).toBe(
            "7 customers · 7 answered so far; figures are shown from 10 customers."
        );
    });

    test("too few to show", async () => {
        await open({ n: null, status: "suppressed", motives: [] });
        expect(".o_insight_message").toHaveText(
            "Too few customers: groups of fewer than 5 stay hidden."
        );
        expect(".o_insight_headline").toHaveCount(0);
    });

    test("bars open the customers behind them", async () => {
        watchActions();
        const card = await open();
        const opened = (name, ...domain) => [
            "action",
            {
                name,
                res_model: "relationship.profile",
                views: LIST,
                domain: [["motive_count", ">", 0], ...domain],
            },
        ];
        card.onMotiveClick([{ index: 1 }]);
        card.onMotiveClick([]);
        card.onClassClick([{ index: 0 }]);
        card.onClassClick([{ index: 2 }]);
        expect.verifySteps([
            opened("Main motive: Close by", ["motive_id", "=", 9]),
            opened("Buys often, feels attached", ["loyalty_class", "in", ["true"]]),
            opened("Not yet known", ["loyalty_class", "in", ["unknown", false]]),
        ]);
    });

    test("the tables say the same", async () => {
        await open();
        await click(".o_insight_toggle");
        await animationFrame();
        expect(queryAllTexts("table:first tbody tr")).toEqual([
            "The staff The relationship 50% (41–59%)",
            "Close by The situation 30% (20–40%)",
            "Quality The goods 20% (10–30%)",
        ]);
        expect(queryAllTexts("table:last tbody tr")).toEqual([
            "Buys often, feels attached 70% 20% 10% 40",
            "Buys rarely, not attached – – – Too few",
            "Not yet known – – – 7, counts only",
        ]);
    });
});

const month = (at, next, counts) => ({
    month: at,
    from: at,
    to: next,
    n: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts,
});
const HISTORY = {
    domain: [["company_id", "=", 1]],
    classes: [
        ["true", "Buys often, feels attached"],
        ["latent", "Feels attached, buys rarely"],
        ["spurious", "Buys often, not attached"],
        ["low", "Buys rarely, not attached"],
        ["unknown", "Not yet known"],
    ],
    months: [
        month("2026-01-01", "2026-02-01", {
            true: 10,
            latent: 1,
            spurious: 2,
            low: 3,
            unknown: 84,
        }),
        month("2026-02-01", "2026-03-01", {
            true: 12,
            latent: 1,
            spurious: 2,
            low: 5,
            unknown: 80,
        }),
        month("2026-03-01", "2026-04-01", {
            true: 1300,
            latent: 0,
            spurious: 0,
            low: 0,
            unknown: 3900,
        }),
    ],
};

describe("history", () => {
    async function open(months = HISTORY.months) {
        onRpc("relationship.insights", "get_insight_history", () => ({ ...HISTORY, months }));
        return mountScreen(HistoryCard, { filters: {} });
    }

    test("stacked areas of the classes, those not yet known on demand", async () => {
        const card = await open();
        expect(card.config.type).toBe("line");
        expect(card.config.data.labels).toEqual(["Jan 26", "Feb 26", "Mar 26"]);
        expect(series(card.config)).toEqual([
            ["Buys often, feels attached", [10, 12, 1300]],
            ["Feels attached, buys rarely", [1, 1, 0]],
            ["Buys often, not attached", [2, 2, 0]],
            ["Buys rarely, not attached", [3, 5, 0]],
        ]);
        expect(card.config.data.datasets.map(({ fill }) => fill)).toEqual([
            "origin",
            "-1",
            "-1",
            "-1",
        ]);
        await click("#o_insight_unknown");
        await animationFrame();
        expect(series(card.config).at(-1)).toEqual(["Not yet known", [84, 80, 3900]]);
        expect(".o_insight_headline").toHaveText(
            "Customers who buy often and feel attached: 10 in Jan 26, 1,300 in Mar 26."
        );
        expect(".o_insight_note").toHaveText(
            "In Mar 26 75% of 5,200 customers were not yet known."
        );
    });

    test("one or two months are bars, none is a sentence", async () => {
        const card = await open(HISTORY.months.slice(0, 1));
        expect(card.config.type).toBe("bar");
        expect(".o_insight_headline").toHaveText(
            "10 customers buy often and feel attached, in Jan 26."
        );
        card.insight.data = { ...HISTORY, months: [] };
        await animationFrame();
        expect(".o_insight_message").toHaveText(/^Classes are kept at each month's end\./);
    });

    test("a layer opens its customers of that month", async () => {
        watchActions();
        const card = await open();
        const chart = (value) => ({ scales: { y: { getValueForPixel: () => value } } });
        const opened = (name, ...domain) => [
            "action",
            {
                name,
                res_model: "relationship.snapshot",
                views: LIST,
                domain: [
                    ["company_id", "=", 1],
                    ["date", ">=", "2026-02-01"],
                    ["date", "<", "2026-03-01"],
                    ...domain,
                ],
            },
        ];
        card.onClick([{ index: 1 }], {}, chart(11.5));
        card.onClick([{ index: 1 }], {}, chart(12.5));
        card.onClick([{ index: 1 }], {}, chart(500));
        card.onClick([], {}, chart(1));
        card.openMonth(HISTORY.months[1], "unknown");
        expect.verifySteps([
            opened("Buys often, feels attached, Feb 26", ["loyalty_class", "in", ["true"]]),
            opened("Feels attached, buys rarely, Feb 26", ["loyalty_class", "in", ["latent"]]),
            opened("Feb 26"),
            opened("Not yet known, Feb 26", ["loyalty_class", "in", ["unknown", false]]),
        ]);
    });
});
