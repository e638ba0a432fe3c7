import { describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryAllTexts, queryOne, select } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { CampaignReport } from "@relationship_insight/backend/campaign/campaign_report";
import { ResultCard } from "@relationship_insight/backend/campaign/result_card";
import { answer, mountScreen, prepareScreens, series, watchActions } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const stage = (key, count, more = {}) => ({
    stage: key,
    name: key,
    count,
    domain: [["stage", "=", key]],
    marked: 0,
    ...more,
});
const CUTS = ["wave_id", "channel", "lang", "shop_name", "stratum", "is_refreshment", "step"];
const REPORT = {
    people: 900,
    wave_id: false,
    floor: 5,
    waves: [
        [3, "First"],
        [6, "Second"],
    ],
    funnel: [
        stage("chosen", 2000),
        stage("sent", 1600),
        stage("delivered", 1500),
        stage("opened", 0),
        stage("answered", 500),
        stage("finished", 450, { marked: 12, marked_domain: [["flag", "!=", false]] }),
    ],
    rates: {
        ...Object.fromEntries(CUTS.map((cut) => [cut, []])),
        channel: [
            { label: "E-mail", delivered: 1500, done: 450, domain: [["channel", "=", "mail"]] },
            { label: "SMS", delivered: 0, done: 0, domain: [["channel", "=", "sms"]] },
        ],
    },
    measures: [],
};

async function open(props = {}) {
    answer("relationship.campaign", "get_campaign_report", ([, wave]) => ({
        ...REPORT,
        wave_id: wave,
    }));
    return mountScreen(CampaignReport, { action: { params: { campaign_id: 5 } }, ...props });
}

test("every wave of the selector, and all of them again", async () => {
    await open();
    expect.verifySteps([["get_campaign_report", [5], false]]);
    for (const option of [...queryAll("select option")].reverse()) {
        await click("select");
        await select(option.value);
        await animationFrame();
    }
    expect.verifySteps([
        ["get_campaign_report", [5], 6],
        ["get_campaign_report", [5], 3],
        ["get_campaign_report", [5], false],
    ]);
    expect(queryOne("select").value).toBe("0");
});

test("the funnel: counts, bars of those chosen, shares of the stage before", async () => {
    watchActions();
    const report = await open({ state: { waveId: 6 } });
    expect.verifySteps([["get_campaign_report", [5], 6]]);
    expect(".o_insight_headline").toHaveText(
        "450 of 1,500 invitations to 900 customers led to an answer: 30%."
    );
    expect(REPORT.funnel.map((each) => report.width(each))).toEqual([100, 80, 75, 0, 25, 22.5]);
    expect(REPORT.funnel.map((_, place) => String(report.through(place)))).toEqual([
        "",
        "80% of: chosen",
        "94% of: sent",
        "0% of: delivered",
        // Nobody before: no share of it.
        "",
        "90% of: answered",
    ]);
    await click(".o_campaign_stage[data-stage=finished]");
    await click("[data-stage=marked]");
    expect("[data-stage=marked]").toHaveText("of which 12 are marked");
    const views = [
        [false, "list"],
        [false, "form"],
    ];
    expect.verifySteps([
        [
            "action",
            {
                name: "finished",
                res_model: "relationship.invitation",
                views,
                domain: [["stage", "=", "finished"]],
            },
        ],
        [
            "action",
            {
                name: "finished",
                res_model: "relationship.invitation",
                views,
                domain: [["flag", "!=", false]],
            },
        ],
    ]);
});

test("rates by every cut", async () => {
    await open();
    expect(queryAllTexts("[data-card=rates] tbody tr")).toEqual([
        "E-mail 1,500 450 30%",
        "SMS 0 0 –",
    ]);
    const names = queryAllTexts("[data-card=rates] .btn-group button");
    expect(names).toEqual([
        "Wave",
        "Channel",
        "Language",
        "Shop",
        "Group",
        "New or Asked Before",
        "Reminders",
    ]);
    for (const [place] of names.entries()) {
        await click(`[data-card=rates] .btn-group button:eq(${place})`);
        await animationFrame();
        expect("[data-card=rates] .btn-primary").toHaveText(names[place]);
        expect("[data-card=rates] tbody tr").toHaveCount(names[place] === "Channel" ? 2 : 1);
    }
    expect.verifySteps([["get_campaign_report", [5], false]]);
});

test("counted again, and opened without a campaign", async () => {
    await open();
    answer("relationship.campaign", "action_refresh_results", true);
    await click(".o_control_panel .btn-secondary:contains(Count again)");
    await animationFrame();
    expect.verifySteps([
        ["get_campaign_report", [5], false],
        ["action_refresh_results", [5]],
        ["get_campaign_report", [5], false],
    ]);
});

test("opened without a campaign", async () => {
    await open({ action: {} });
    expect(".alert-info").toHaveText("Open the report from a campaign.");
    expect.verifySteps([]);
});

const point = (period, more) => ({
    period,
    segment: 1,
    status: "ok",
    n: 1200,
    n_eff: 1010.4,
    weighted: true,
    mean: 61.26,
    low: 58,
    high: 64.4,
    likeness: 0.9,
    flagged_count: 0,
    moved: false,
    ...more,
});
const card = (points) =>
    mountScreen(ResultCard, { measure: { id: 1, name: "Pride", points, cuts: [] }, floor: 5 });

test("a line with its band, broken where the question changed", async () => {
    const points = [
        point("2026-01-01"),
        point("2026-02-01", { status: "suppressed", n: null, mean: null }),
        point("2026-03-01", { segment: 2, mean: 70, low: 66, high: 74 }),
    ];
    const result = await card(points);
    expect(series(result.config)).toEqual([
        [undefined, [58, null, null]],
        [undefined, [64.4, null, null]],
        ["Pride", [61.26, null, null]],
        [undefined, [null, null, 66]],
        [undefined, [null, null, 74]],
        ["Pride", [null, null, 70]],
    ]);
    expect(result.config.data.labels).toEqual(["Jan 26", "Feb 26", "Mar 26"]);
    expect(result.headline).toBe("70 of 100 in Mar 26 (between 66 and 74). ");
    expect(result.note).toBe(
        "1,200 people, weighted; as exact as 1,010 equal answers. The line breaks where the question got another meaning."
    );
    const { tooltip } = result.config.options.plugins;
    expect([0, 1, 2, 5].map((datasetIndex) => tooltip.filter({ datasetIndex }))).toEqual([
        false,
        false,
        true,
        true,
    ]);
    expect(String(tooltip.callbacks.label({ dataIndex: 0 }))).toBe("61 (58 to 64), 1,200 people");
});

test("better, worse and no reliable change, with who answered both times", async () => {
    const moved = {
        moved: "down",
        change: -5.46,
        change_low: -9,
        change_high: -1.96,
        least_change: 2,
        pairs: 10,
        pair_change: 0.26,
        pair_low: -1,
        pair_high: 1.5,
    };
    const result = await card([point("2026-01-01"), point("2026-02-01", moved)]);
    expect(result.headline).toBe(
        "61 of 100 in Feb 26 (between 58 and 64). Worse by 5.5 points than in Jan 26."
    );
    expect(result.changeNote({ ...moved }).map(String)).toEqual([
        "The change is that of the line, everybody who answered: -5.5 points (95% between -9.0 and -2.0).",
        "Better or worse is said from 2.0 points on, and only if at most one in ten of all changes told in a year is chance.",
        "The 10 people who answered both times, by themselves and not weighted: +0.3 (95% between -1.0 and +1.5).",
    ]);
    expect(result.changeNote({ ...moved, pairs: 9 })).toHaveLength(2);
    expect(String(result.move({ ...moved, moved: "same" }))).toBe("No reliable change.");
    const better = await card([
        point("2026-01-01"),
        point("2026-02-01", { ...moved, moved: "up" }),
    ]);
    expect(better.headline).toMatch(/Better by 5.5 points than in Jan 26\.$/);
    expect(result.move({ moved: false })).toBe("");
});

test("doubtful, unlike and unweighted answers are named", async () => {
    const result = await card([
        point("2026-01-01", { weighted: false, flagged_count: 3, likeness: 0.69 }),
    ]);
    expect(result.note).toBe(
        "1,200 people, not weighted. 3 of them are marked as doubtful; they count until somebody sets them aside. Those who answered differ from those who were asked: read with care."
    );
    const empty = await card([point("2026-01-01", { status: "insufficient", n: 4 })]);
    expect(String(empty.message)).toBe("4 answered so far; figures are shown from 10 customers.");
    expect(empty.headline).toBe("");
});
