import { describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryAllTexts, queryOne, select } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { onRpc } from "@web/../tests/web_test_helpers";
import { InsightAction } from "@relationship_insight/backend/dashboard/insight_action";
import { answer, mountScreen, prepareScreens, watchActions } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const OPTIONS = {
    being_read: false,
    has_profiles: true,
    has_attitude: true,
    can_compare: true,
    can_survey: true,
    can_refresh: true,
    salespeople: [
        [4, "Ann"],
        [9, "Bo"],
    ],
    staff: [[31, "Nok"]],
    floor: 5,
    companies: ["Here"],
    threshold_company: "Here",
};
const NONE = { user_id: false, staff_id: false, customer_type: false, months: 12 };
const EMPTY = {
    get_insight_matrix: {
        classes: [],
        unknown: { name: "Not yet known", count: 0, reasons: [] },
        shares: { n: 0, status: "insufficient", values: {} },
        money: { currency_id: 1, classes: { unknown: { spend: null, at_risk: null } } },
        total: 0,
        points: [],
        bins: null,
        domain: [],
        floor: 5,
    },
    get_insight_feelings: { months: [], floor: 5, domains: { events: [], answers: [] } },
    get_insight_motives: {
        motives: [],
        classes: [],
        n: 0,
        status: "insufficient",
        floor: 5,
        domain: [],
    },
    get_insight_history: { months: [], classes: [], domain: [] },
};

/** Filters each picture was asked for, as steps; only the matrix speaks for all four below. */
async function open(options = {}, props = {}) {
    onRpc("relationship.insights", "get_insight_options", () => ({ ...OPTIONS, ...options }));
    const asked = {};
    for (const [method, figures] of Object.entries(EMPTY)) {
        onRpc("relationship.insights", method, ({ args }) => {
            asked[method] = args[0];
            if (method === "get_insight_matrix") {
                expect.step(args[0]);
            }
            return figures;
        });
    }
    await mountScreen(InsightAction, { action: {}, ...props });
    return asked;
}

/** Choose every option of a filter after each other, and what the pictures are asked for. */
async function chooseAll(name) {
    for (const option of queryAll(`select[data-filter=${name}] option`)) {
        await click(`select[data-filter=${name}]`);
        await select(option.value, { target: `select[data-filter=${name}]` });
        await animationFrame();
    }
}

test("every option of every filter asks all four pictures anew", async () => {
    const asked = await open();
    expect.verifySteps([NONE]);
    expect(queryAllTexts("select[data-filter=user_id] option")).toEqual([
        "All salespeople",
        "Ann",
        "Bo",
    ]);
    await chooseAll("user_id");
    expect.verifySteps([NONE, { ...NONE, user_id: 4 }, { ...NONE, user_id: 9 }]);
    expect(Object.values(asked)).toEqual(Array(4).fill({ ...NONE, user_id: 9 }));
    expect(queryOne("select[data-filter=user_id]").value).toBe("9");

    await chooseAll("staff_id");
    const bo = { ...NONE, user_id: 9 };
    expect.verifySteps([bo, { ...bo, staff_id: 31 }]);

    await chooseAll("customer_type");
    const nok = { ...bo, staff_id: 31 };
    expect.verifySteps([
        nok,
        { ...nok, customer_type: "company" },
        { ...nok, customer_type: "person" },
    ]);

    await chooseAll("months");
    const people = { ...nok, customer_type: "person" };
    expect.verifySteps([people, { ...people, months: 24 }]);
    expect(Object.values(asked)).toEqual(Array(4).fill({ ...people, months: 24 }));

    // And back to all of them.
    await click("select[data-filter=user_id]");
    await select("0", { target: "select[data-filter=user_id]" });
    await animationFrame();
    expect.verifySteps([{ ...people, months: 24, user_id: false }]);
});

test("filters of somebody who may not compare, and those kept from before", async () => {
    await open(
        { salespeople: [], staff: [], can_refresh: false },
        { state: { filters: { months: 24 } } }
    );
    expect.verifySteps([{ ...NONE, months: 24 }]);
    expect("select").toHaveCount(2);
    expect(queryOne("select[data-filter=months]").value).toBe("24");
    expect(".o_insight_refresh").toHaveCount(0);
});

test("first steps, thin figures and figures being read", async () => {
    await open({ has_profiles: false });
    expect(".o_insight_first").toHaveCount(1);
    expect("[data-step]").toHaveCount(3);
    expect(".o_insight_filters").toHaveCount(0);
    expect.verifySteps([]);
});

test("while customers are read the first steps wait", async () => {
    await open({ has_profiles: false, being_read: true });
    expect(".o_insight_first").toHaveCount(0);
    expect(".o_relationship_being_read").toHaveCount(1);
});

test("thin figures say so, several companies are named", async () => {
    await open({ has_attitude: false, companies: ["Here", "There"] });
    expect(".o_insight_thin").toHaveCount(1);
    expect("p.o_insight_note:last").toHaveText(
        "These pictures explain: they say why customers come and what to ask next. They don't predict better than the two scales themselves. They show Here and There together; the lines of the first picture are those of Here."
    );
    expect.verifySteps([NONE]);
});

test("refresh now asks the server once", async () => {
    watchActions();
    await open();
    answer("relationship.insights", "action_refresh_now", {
        type: "x",
        tag: "display_notification",
    });
    await click(".o_insight_refresh");
    await animationFrame();
    expect.verifySteps([NONE, ["action_refresh_now"], ["action", { tag: "display_notification" }]]);
});
