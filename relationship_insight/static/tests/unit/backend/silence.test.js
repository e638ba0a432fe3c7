import { describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryAllTexts, select } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import { SilenceAction } from "@relationship_insight/backend/silence/silence_action";
import {
    placedUnits,
    silenceConfig,
    STATUS_COLORS,
    STATUS_SHAPES,
    STATUS_SYMBOLS,
    upValue,
} from "@relationship_insight/backend/silence/silence_config";
import { answer, mountScreen, prepareScreens, watchActions } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const unit = (id, name, status, more) => ({
    id,
    name,
    status,
    status_name: `${status} name`,
    customers: 1200,
    growth: 0.5,
    orders_before: 10,
    orders_now: 15,
    talks: 2,
    expected: 8,
    listening: 0.5,
    never: 3,
    feeling: 61.6,
    bond_change: -2.34,
    gap: 1.25,
    gap_wait: "",
    ...more,
});
const UNITS = [
    unit(1, "Nok", "silent"),
    unit(2, "Dao", "ok", { growth: -0.1, talks: 10, bond_change: 3, feeling: null }),
    unit(3, "Far", "talks", { growth: 9, talks: 90, expected: 10, bond_change: null }),
    unit(4, "New", "peers", {
        growth: null,
        talks: 0,
        expected: 0,
        gap: null,
        gap_wait: "Too early",
    }),
];
const BOARD = {
    units: UNITS,
    hidden: 0,
    floor: 5,
    window: "",
    pairs: 4,
    customers: null,
    being_read: false,
    can_refresh: true,
};

async function open(board = {}) {
    answer("relationship.silence", "get_silence_board", { ...BOARD, ...board });
    return mountScreen(SilenceAction, { action: {} });
}

test("talks are measured by what colleagues have, growth is cut at the edge", () => {
    expect(UNITS.map((each) => upValue(each, "talks"))).toEqual([0.25, 1.25, 3, null]);
    expect(UNITS.map((each) => upValue(each, "bond"))).toEqual([-2.34, 3, null, -2.34]);
    expect(placedUnits(UNITS, "talks").map(({ name }) => name)).toEqual(["Nok", "Dao", "Far"]);
    expect(placedUnits(UNITS, "bond").map(({ name }) => name)).toEqual(["Nok", "Dao"]);
    for (const looks of [STATUS_SHAPES, STATUS_SYMBOLS]) {
        expect(new Set(Object.values(looks)).size).toBe(5);
    }
    expect(Object.keys(STATUS_COLORS)).toEqual(["silent", "logging", "ok", "talks", "peers"]);
});

test("one point for each colleague, the axes around them", async () => {
    await makeMockEnv();
    const told = [];
    const config = silenceConfig(UNITS, "talks", (each) => told.push(each.name));
    expect(config.data.datasets.map(({ data }) => data.map(({ x, y }) => [x, y]))).toEqual([
        [[0.5, 0.25]],
        [],
        [[-0.1, 1.25]],
        [[3, 3]],
        [],
    ]);
    expect(config.data.datasets.map(({ pointRadius }) => pointRadius)).toEqual([9, 7, 7, 7, 7]);
    const { x, y } = config.options.scales;
    expect([x.min, x.max, y.min, y.max]).toEqual([-0.35, 3.1, -0.15, 3.15]);
    expect([x.ticks.callback(0.5), y.ticks.callback(1), y.ticks.callback(-0.1)]).toEqual([
        "50%",
        "100%",
        "",
    ]);
    config.options.plugins.tooltip.callbacks.label({ raw: { unit: UNITS[0] } });
    expect(told).toEqual(["Nok"]);
    const bonds = silenceConfig(UNITS, "bond", () => "").options.scales.y;
    expect([bonds.min, bonds.max, bonds.ticks.callback(2.345)]).toEqual([-10, 10, 2.3]);
    expect(String(bonds.title.text)).toBe("Change of bonds (points)");
});

test("every level, period and axis", async () => {
    await open();
    expect.verifySteps([["get_silence_board", "staff", "180"]]);
    for (const [name, values] of [
        ["level", ["shop", "team", "staff"]],
        ["period", ["90", "180"]],
    ]) {
        expect(queryAll(`[data-filter=${name}] option`)).toHaveLength(values.length);
        for (const value of values) {
            await click(`[data-filter=${name}]`);
            await select(value, { target: `[data-filter=${name}]` });
            await animationFrame();
        }
    }
    expect.verifySteps([
        ["get_silence_board", "shop", "180"],
        ["get_silence_board", "team", "180"],
        ["get_silence_board", "staff", "180"],
        ["get_silence_board", "staff", "90"],
        ["get_silence_board", "staff", "180"],
    ]);
    // The other axis is drawn of what is there.
    await click("[data-axis=bond]");
    await animationFrame();
    expect("[data-axis=bond]").toHaveAttribute("aria-pressed", "true");
    expect("[data-axis=talks]").toHaveAttribute("aria-pressed", "false");
    expect.verifySteps([]);
});

test("the table, and what a line and a point open", async () => {
    watchActions();
    const screen = await open();
    expect(queryAllTexts(".o_silence_table tbody tr")).toEqual([
        "Nok 1,200 +50% 2 8 50% 3 62 1.3 ◆silent name",
        "Dao 1,200 -10% 10 8 50% 3 – 1.3 ●ok name",
        "Far 1,200 +900% 90 10 50% 3 62 1.3 ■talks name",
        "New 1,200 – 0 – – 3 62 Too early ✕peers name",
    ]);
    expect(screen.describe(UNITS[0])).toBe("Nok · orders +50% · talks: 2, as colleagues: 8");
    expect(".o_insight_headline").toHaveText(
        "Sales rose with almost no recorded conversation: Nok. Ask, don't judge."
    );
    await click(".o_silence_table tbody tr:eq(1) button");
    screen.onClick([{ datasetIndex: 0, index: 0 }], {}, { data: screen.config.data });
    screen.onClick([], {}, {});
    await click(".o_silence_pairs");
    const form = { res_model: "relationship.silence", views: [[false, "form"]] };
    expect.verifySteps([
        ["get_silence_board", "staff", "180"],
        ["action", { name: "Dao", res_id: 2, ...form }],
        ["action", { name: "Nok", res_id: 1, ...form }],
        ["action", { xmlid: "relationship_insight.relationship_silent_pair_action" }],
    ]);
});

test("what it says when nobody is silent", async () => {
    const screen = await open({ units: [unit(1, "Nok", "logging"), UNITS[1]] });
    expect(String(screen.headline)).toBe(
        "Sales rose, hardly any talk is recorded with anybody: Nok. Ask first whether talks are written down."
    );
    const say = (board) => {
        screen.state.board = { ...BOARD, ...board };
        return String(screen.headline);
    };
    expect(say({ being_read: true })).toBe("Our customers are being read.");
    expect(say({ units: [UNITS[2]], pairs: 0 })).toBe(
        "Sales rose, but too few talks are usual to judge: Far."
    );
    expect.verifySteps([["get_silence_board", "staff", "180"]]);
});

test("the view of bonds speaks of bonds, and what is drawn nearer says so", async () => {
    const screen = await open();
    expect(String(screen.note)).toMatch(
        /Further out than the picture reaches, drawn at its edge: Far · orders \+900% · talks: 90, as colleagues: 10\./
    );
    screen.setFilter("axis", "bond");
    await animationFrame();
    expect(String(screen.title)).toBe("Did sales rise while bonds grew?");
    expect(".o_silence_corner").toHaveText("More orders, weaker bonds");
    expect(".o_insight_headline").toHaveText(
        "More orders, but weaker bonds: Nok. Ask, don't judge."
    );
    expect(screen.describe(UNITS[0])).toBe("Nok · orders +50% · bonds -2.3 points");
    expect(String(screen.note)).not.toMatch(/Further out/);
    expect.verifySteps([["get_silence_board", "staff", "180"]]);
});
