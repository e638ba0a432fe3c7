import { describe, expect, test } from "@odoo/hoot";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import { RelationshipCard } from "@relationship_insight/backend/card/relationship_card";
import * as format from "@relationship_insight/backend/dashboard/insight_format";
import { ReferralInsight } from "@relationship_insight/backend/referral/referral_insight";
import { prepareScreens, series } from "./helpers";

describe.current.tags("headless");
prepareScreens();

/** What a screen says of these figures, without drawing it. */
async function say(Screen, state) {
    await makeMockEnv();
    return Object.assign(Object.create(Screen.prototype), { state, format });
}

const AXIS = { value: null, n: 0, date: false, status: "insufficient" };
const CARD = {
    state: "thin",
    loyalty_class: false,
    currency_id: false,
    changes: [{ id: 1, from: "true", to: "low" }],
    probabilities: [{ key: "true", value: 0.666 }],
    motives: [
        { id: 1, name: "Staff", share: 0.5 },
        { id: 2, name: "Price", share: 0.2 },
    ],
    purchases: { overdue_ratio: 2 },
    axes: { feelings: AXIS, attitude: AXIS, bond: AXIS, behaviour: AXIS },
};
const axes = (more) => ({ card: { ...CARD, axes: { ...CARD.axes, ...more } } });

describe("customer card", () => {
    test("nothing known says so on every axis", async () => {
        const card = await say(RelationshipCard, { card: CARD });
        expect(
            [
                card.feelingsText,
                card.attitudeText,
                card.attitudeNote,
                card.bondText,
                card.bondNote,
                card.behaviourText,
                card.behaviourNote,
            ].map(String)
        ).toEqual([
            "Nobody asked",
            "Nobody asked",
            "Only the customer's own answers count here.",
            "No talk yet",
            "Log a conversation to start one.",
            "No purchase yet",
            "",
        ]);
        expect([card.loyaltyClass.color, card.isOverdue, card.hasProfile]).toEqual([
            "secondary",
            false,
            true,
        ]);
    });

    test("figures with what they rest on", async () => {
        const card = await say(
            RelationshipCard,
            axes({
                attitude: { value: 71.6, low: 63, high: 80.2, basis: "mixed" },
                behaviour: { value: 88.4, n: 12, rate_year: 14.25, p_behaviour: 0.905 },
                bond: { value: 55.5, n: 4, staff: "Nok", alone: 41.2, told: 0 },
                feelings: { value: 60.2, n: 3, positive: 5, negative: 1 },
            })
        );
        expect(String(card.attitudeText)).toBe("72");
        expect(String(card.attitudeNote)).toBe(
            "Likely between 63 and 80, partly compared with other stores"
        );
        expect(String(card.behaviourText)).toBe("14.3 a year");
        expect(String(card.behaviourNote)).toBe(
            "More often than 88 in 100 customers; as often as a loyal customer with a chance of 91 in 100"
        );
        expect(String(card.bondNote)).toBe(
            "All colleagues together. Closest: Nok, 41 alone. Staff-reported only, so nobody alone is above 60."
        );
        card.card.axes.bond.told = 2;
        expect(String(card.bondNote)).toBe("All colleagues together. Closest: Nok, 41 alone.");
        card.card.axes.bond.told = null;
        expect(String(card.bondNote)).toBe(
            "Yours, from talks. Customer's word: included for Customer Relations only."
        );
        expect(String(card.feelingsNote)).toBe("Good moments noted in 12 months: 5, bad ones: 1");
        card.card.purchases.overdue_ratio = 2.01;
        expect(card.isOverdue).toBe(true);
    });

    test("bars of motives and chances, changes of class, answers in words", async () => {
        const card = await say(RelationshipCard, { card: CARD });
        expect(card.motives.map(({ percent, width }) => [String(percent), width])).toEqual([
            ["50 %", 100],
            ["20 %", 40],
        ]);
        const [chance] = card.probabilities;
        expect([chance.percent, chance.color]).toEqual([67, "success"]);
        expect(card.changes.map(({ before, after }) => [before.color, after.color])).toEqual([
            ["success", "danger"],
        ]);
        const words = (reading) => String(card.answer({ value: 3, scale_max: 4, ...reading }));
        expect(words({ kind: "scale" })).toBe("3 of 4");
        expect(words({ kind: "count" })).toBe("3");
        expect(words({ kind: "scale", na: true })).toBe("Doesn't know");
        expect(words({ kind: "text", text: "Nice" })).toBe("Nice");
        expect([1, -1, 0].map((valence) => card.valenceClass({ valence }))).toEqual([
            "text-success",
            "text-danger",
            "text-muted",
        ]);
        expect(["2026-03-09", "2026-03-09 05:00:00", false].map((at) => card.date(at))).toEqual([
            "03/09/2026",
            "03/09/2026",
            "",
        ]);
    });
});

const part = (share, n = 40) => ({ share, low: share - 0.1, high: share + 0.1, n, k: 10 });
const FIGURES = {
    life: { claims: 9, accepted: 7, bought: 4, rewarded: 2 },
    rate: part(0.25, 1200),
    days: 12,
    conversion: part(0.5),
    k: [0.119, 0.08, 0.2],
    kept: {
        again: {
            referred: { share: 0.6 },
            organic: { share: 0.4567 },
            difference: [0.14, 0.02, 0.3],
        },
        active: { referred: { share: 0.5 }, organic: { share: 0.5 } },
    },
    felt: { referred: 70.4, organic: 65.6, difference: [5, -1, 11] },
    generations: [
        { generation: 0, revenue: 1000 },
        { generation: 1, revenue: 200 },
        { generation: 5, revenue: 50 },
    ],
    said: { promoters: { share: 0.5, n: 20, k: 10 }, others: { share: 0.1, n: 30, k: 3 } },
};

describe("referrals", () => {
    test("what friends who bring friends are worth", async () => {
        const screen = await say(ReferralInsight, {
            data: { currency_id: false, figures: FIGURES },
        });
        expect(String(screen.rateHeadline)).toBe(
            "25% (15% to 35%) of 1,200 new customers of the last 12 months came through a friend. Half of the friends bought within 12 days."
        );
        expect(String(screen.share({}))).toBe("nobody yet");
        expect(series(screen.lifeConfig)).toEqual([["Referrals", [9, 7, 4, 2]]]);
        expect(series(screen.keptConfig)).toEqual([
            ["Came through a friend", [60, 50]],
            ["Others", [45.7, 50]],
        ]);
        expect(series(screen.saidConfig)).toEqual([
            ["Brought a friend", [10, 3]],
            ["Brought nobody", [10, 27]],
        ]);
        expect(screen.generations.map(({ name }) => String(name))).toEqual([
            "Brought by nobody",
            "Generation 1",
            "Generation 5+",
        ]);
        // Those nobody brought are no friends' doing.
        expect(String(screen.generationHeadline)).toBe(
            "Customers brought by friends have spent 250.00 so far."
        );
    });

    test("a difference says no more than it may", async () => {
        const screen = await say(ReferralInsight, { data: { figures: FIGURES } });
        expect(String(screen.keptHeadline)).toBe(
            "Customers who came through a friend come back more often."
        );
        const verdict = (...ends) => String(screen.verdict(ends, "more", "less"));
        expect(verdict(0.1, 0.01, 0.2)).toBe("more");
        expect(verdict(-0.1, -0.2, -0.01)).toBe("less");
        expect(verdict(0.1, 0, 0.2)).toBe("The difference may be chance.");
        expect(String(screen.keptNote)).toBe(
            "Attitude (0 to 100): 70 through a friend, 66 the others. The difference may be chance."
        );
        expect(String(screen.difference([0.052, -0.01, 0.114]))).toBe(
            "+5.2 points (-1.0 to +11.4)"
        );
    });
});
