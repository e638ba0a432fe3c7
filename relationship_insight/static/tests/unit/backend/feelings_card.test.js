import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { onRpc } from "@web/../tests/web_test_helpers";
import { FeelingsCard } from "@relationship_insight/backend/dashboard/feelings_card";
import { mountScreen, prepareScreens, series, watchActions } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const none = { status: "insufficient", n: 0 };
const month = (name, next, cells) => ({
    month: name,
    from: `${name} 00:00:00`,
    to: `${next} 00:00:00`,
    events: none,
    answers: none,
    balance: none,
    ...cells,
});
const MONTHS = [
    month("2026-01-01", "2026-02-01", {}),
    month("2026-02-01", "2026-03-01", {
        events: { status: "suppressed", n: null },
        answers: { status: "insufficient", n: 7 },
    }),
    month("2026-03-01", "2026-04-01", {
        events: {
            status: "ok",
            n: 40,
            good: { share: 0.75, low: 0.6, high: 0.86, count: 45, total: 60 },
            bad: { share: 0.25, low: 0.14, high: 0.4, count: 15, total: 60 },
        },
        answers: {
            status: "low_base",
            n: 20,
            good: { share: 0.5, low: 0.3, high: 0.7, count: 10, total: 20 },
            bad: null,
        },
        balance: { status: "ok", n: 1234, mean: 61.26, low: 58.04, high: 64.44 },
    }),
];
const DOMAINS = {
    events: [["measure_id", "in", [1, 2]]],
    answers: [["measure_id", "in", [3]]],
};

async function open(months = MONTHS) {
    onRpc("relationship.insights", "get_insight_feelings", () => ({
        floor: 5,
        domains: DOMAINS,
        months,
    }));
    return mountScreen(FeelingsCard, { filters: {} });
}

test("bars up and down, a line of the balance, hatches where nothing is shown", async () => {
    const card = await open();
    expect(series(card.config)).toEqual([
        ["Good feelings", [null, null, 0.75]],
        ["Bad feelings", [null, null, -0.25]],
        ["Net feeling balance", [null, null, 61.26]],
        [undefined, [0, 0, 0]],
    ]);
    expect(card.config.data.labels).toEqual(["Jan 26", "Feb 26", "Mar 26"]);
    // Nobody is no secret; too few are.
    expect(card.hiddenPlaces).toEqual([1]);
    expect(".o_insight_headline").toHaveText(
        "In Mar 26 the net feeling balance was 61 of 100 (58–64), from 1,234 customers."
    );
    expect(".o_insight_note").toHaveText(
        /^Bars: share of the feelings noted that were good \(up\) or bad \(down\)\./
    );
    const { callback } = card.config.options.scales.y.ticks;
    expect(callback(-0.5)).toBe("50%");
});

test("what customers answered is one tap away", async () => {
    const card = await open();
    expect("[data-mode=events]").toHaveClass("active");
    await click("[data-mode=answers]");
    await animationFrame();
    expect("[data-mode=answers]").toHaveClass("active");
    expect(series(card.config).slice(0, 2)).toEqual([
        ["Good feelings", [null, null, 0.5]],
        ["Bad feelings", [null, null, null]],
    ]);
    expect(".o_insight_note").toHaveText(/^Bars: share of answers “often” or “very often”/);
});

test("without anything noted the answers come first", async () => {
    const card = await open([MONTHS[0], { ...MONTHS[2], events: none }]);
    expect(card.mode).toBe("answers");
    card.state.mode = "events";
    expect(card.mode).toBe("events");
});

test("nothing at all says what to do", async () => {
    await open([MONTHS[0]]);
    expect(".o_insight_message").toHaveText(/^No feelings on record yet\./);
    expect(".o_insight_note").toHaveCount(0);
    expect("[data-mode]").toHaveCount(0);
});

test("what is said of each point", async () => {
    const card = await open();
    const { label } = card.config.options.plugins.tooltip.callbacks;
    const say = (datasetIndex, dataIndex) => {
        const said = label({ datasetIndex, dataIndex });
        return Array.isArray(said) ? said.map(String) : said && String(said);
    };
    expect(say(0, 2)).toBe("Good feelings: 75% (60–86%) · 45/60");
    expect(say(1, 2)).toBe("Bad feelings: 25% (14–40%) · 15/60");
    expect(say(2, 2)).toBe("Net feeling balance: 61.3 (58.0–64.4), 1,234 customers");
    expect(say(3, 2)).toEqual(["40 customers"]);
    expect(say(3, 1)).toEqual(["Too few customers: groups of fewer than 5 stay hidden."]);
    expect(say(3, 0)).toBe("None");
    expect(say(0, 0)).toBe(null);
    expect(say(2, 1)).toBe(null);
});

test("a click opens the readings of the month, of the side if one was hit", async () => {
    watchActions();
    const card = await open();
    const opened = (...more) => [
        "action",
        {
            name: "Feelings in Mar 26",
            res_model: "relationship.reading",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [
                ["measure_id", "in", [1, 2]],
                ["date", ">=", "2026-03-01 00:00:00"],
                ["date", "<", "2026-04-01 00:00:00"],
                ...more,
            ],
        },
    ];
    const hit = (...bars) => ({ getElementsAtEventForMode: () => bars });
    card.onClick([{ index: 2 }], {}, hit());
    card.onClick([{ index: 2 }], {}, hit({ index: 2, datasetIndex: 0 }));
    card.onClick([{ index: 2 }], {}, hit({ index: 2, datasetIndex: 1 }));
    card.onClick([], {}, hit());
    expect.verifySteps([opened(), opened(["valence", "=", "1"]), opened(["valence", "=", "-1"])]);
});

test("the table says the same", async () => {
    await open();
    await click(".o_insight_toggle");
    await animationFrame();
    expect(queryAllTexts("tbody tr:eq(2) td")).toEqual([
        "Mar 26",
        "75% (60–86%) · 45/60",
        "25% (14–40%) · 15/60",
        "40",
        "61.3 (58.0–64.4)",
        "1,234",
    ]);
    expect(queryAllTexts("tbody tr:eq(1) td")).toEqual([
        "Feb 26",
        "–",
        "–",
        "Too few",
        "–",
        "None",
    ]);
});
