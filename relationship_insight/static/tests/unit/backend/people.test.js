import { describe, expect, test } from "@odoo/hoot";
import { click, press, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { BondStar } from "@relationship_insight/backend/team/bond_star/bond_star";
import { placeBonds, SIZE } from "@relationship_insight/backend/team/bond_star/bond_star_geometry";
import { KeyPeopleAction } from "@relationship_insight/backend/team/key_people/key_people_action";
import { answer, fakeRecord, mountScreen, prepareScreens, watchActions } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

describe("where bonds stand", () => {
    test("the stronger, the nearer and the thicker", () => {
        const middle = { x: SIZE.width / 2, y: SIZE.height / 2 };
        const [full] = placeBonds([{ strength: 100 }]);
        // Straight above, the circles of 46 and 24 apart by 22.
        expect(full).toEqual({ x: 320, y: 118, x1: 320, y1: 164, width: 12, below: false });
        const [none] = placeBonds([{ strength: 0 }]);
        expect([none.x, none.y, none.width]).toEqual([320, 52, 1.5]);
        const four = placeBonds([80, 60, 40, 20].map((strength) => ({ strength })));
        expect(four.map(({ width }) => width)).toEqual([9.9, 7.8, 5.7, 3.6]);
        expect(four.map(({ x, y }) => [Math.sign(x - middle.x), Math.sign(y - middle.y)])).toEqual([
            [0, -1],
            [1, 0],
            [0, 1],
            [-1, 0],
        ]);
        const wide = placeBonds([{ strength: 50 }, { strength: 140 }, { strength: -3 }]);
        expect(wide.map(({ width }) => width)).toEqual([6.8, 12, 1.5]);
        expect(placeBonds([])).toEqual([]);
    });

    test("twelve bonds stay inside and don't cover each other", () => {
        const places = placeBonds(Array.from({ length: 12 }, (_, n) => ({ strength: 95 - 7 * n })));
        for (const { x, y } of places) {
            expect(x >= 52 && x <= SIZE.width - 52 && y >= 52 && y <= SIZE.height - 52).toBe(true);
        }
        places.forEach((one, place) => {
            const next = places[(place + 1) % places.length];
            expect(Math.hypot(one.x - next.x, one.y - next.y)).toBeGreaterThan(48);
        });
    });
});

const bond = (id, staff, strength, more) => ({
    id,
    staff,
    staff_id: 30 + id,
    strength,
    band: "good",
    basis: "both",
    role: "",
    left: false,
    talks: 4,
    served: 0,
    kept: 0,
    last_talk: false,
    movement: null,
    parts: [],
    ...more,
});
const STAR = {
    customer: "Somchai Jai Dee",
    all: true,
    warm: 1,
    key_staff: "Nok",
    risk: 0.42,
    cap: 60,
    hidden: 0,
    word: "",
    bonds: [bond(1, "Nok", 80), bond(2, "A colleague with a long name", 33.4, { basis: "staff" })],
};

describe("star", () => {
    async function open(star = {}) {
        answer("relationship.bond", "get_bond_star", {
            ...STAR,
            bonds: STAR.bonds.map((each) => ({ ...each })),
            ...star,
        });
        return mountScreen(BondStar, { record: fakeRecord({}) });
    }

    test("the strongest is chosen first, others by click and key", async () => {
        const star = await open();
        expect.verifySteps([["get_bond_star", 7]]);
        expect(String(star.summary)).toBe(
            "Everything hangs on Nok: nobody else has a warm bond. Key-person risk 42 of 100."
        );
        expect(queryAllTexts(".o_bond_star_number")).toEqual(["80", "33"]);
        expect(queryAllTexts(".o_bond_star_name")).toEqual(["Nok", "A colleague with …"]);
        expect(".o_bond_star_ray.o_chosen").toHaveAttribute("data-staff", "Nok");
        expect(star.initials("Somchai Jai Dee")).toBe("SJ");
        await click(".o_bond_star_ray:eq(1) circle");
        await animationFrame();
        expect(star.chosen.id).toBe(2);
        expect(".o_bond_star_ray:eq(1) line").toHaveAttribute("stroke-dasharray", "10 7");
        queryOne(".o_bond_star_ray:eq(0)").focus();
        await press("Enter");
        await animationFrame();
        expect(star.chosen.id).toBe(1);
    });

    test("what is said of everybody's bonds", async () => {
        const star = await open();
        expect.verifySteps([["get_bond_star", 7]]);
        const say = (more) => {
            star.state.star = { ...STAR, bonds: star.star.bonds, ...more };
            return String(star.summary);
        };
        expect(say({ all: false })).toBe(
            "You see your own bond. Customer Relations see everybody's."
        );
        expect(say({ warm: 0 })).toBe("Nobody has a warm bond with them yet.");
        expect(say({ warm: 0, bonds: [] })).toBe("");
        expect(say({ warm: 3 })).toBe("Colleagues with a warm bond: 3");
    });

    test("facts and movement of the chosen bond", async () => {
        const star = await open();
        expect.verifySteps([["get_bond_star", 7]]);
        const of = (more) => {
            const at = { x: 0, y: 0, x1: 0, y1: 0, width: 1, below: false };
            star.state.star = { ...STAR, bonds: [bond(1, "Nok", 80, { at, ...more })] };
            star.state.chosen = 1;
            return star;
        };
        expect(of({}).facts.map(String)).toEqual(["No talk on record", "Talks in 12 months: 4"]);
        expect(
            of({ last_talk: "2026-03-09 05:00:00", served: 2, kept: 1 }).facts.map(String)
        ).toEqual([
            "Last talk: 03/09/2026",
            "Talks in 12 months: 4",
            "Orders served at the till: 2",
            "Promises kept: 1",
        ]);
        const moved = [null, 0.4, 3.2, -2.6].map((movement) =>
            String(of({ movement }).movementText)
        );
        expect(moved).toEqual([
            "",
            "Unchanged since last month",
            "3 points up since last month",
            "3 points down since last month",
        ]);
        of({
            parts: [
                { key: "I", most: 50 },
                { key: "R", most: 20 },
            ],
        });
        expect(star.partStyle({ exact: -10 })).toBe("width: 20%");
        expect(star.partStyle({ exact: 80 })).toBe("width: 100%");
        expect(["strong", "weak", ""].map((band) => String(star.bandText({ band })))).toEqual([
            "Strong bond",
            "Weak bond",
            "Hardly a bond",
        ]);
    });

    test("nobody yet: log a conversation", async () => {
        const last = watchActions();
        await open({ bonds: [], warm: 0 });
        await click(".o_bond_star_empty button");
        expect.verifySteps([
            ["get_bond_star", 7],
            [
                "action",
                { xmlid: "relationship_insight.relationship_note_action_log" },
                { default_partner_id: 7, relationship_partner_known: true },
            ],
        ]);
        await last.options.onClose();
        expect.verifySteps([["get_bond_star", 7]]);
    });
});

const BOARD = {
    coverage: {
        customers: 40,
        spend: 1000,
        touched: 10,
        spend_touched: 333,
        touched_180: 20,
        heard_180: 0,
    },
    untouched: [
        {
            id: 1,
            partner_id: 11,
            name: "Best",
            spend: 1234.6,
            text: "Long ago",
            salesperson: "Nok",
        },
    ],
    untouched_count: 3,
    people: [
        { staff_id: 31, name: "Nok", customers: 1, exposed: 400, expected: 200, share: 0.4 },
        { staff_id: 32, name: "Dao", customers: 12, exposed: 100, expected: 10, share: 0.1 },
    ],
    days: 90,
    currency_id: false,
    warn: 0.2,
    alarm: 0.3,
    being_read: false,
};
const LEAVER = {
    staff_id: 31,
    name: "Nok",
    exposed: 400,
    expected: 200,
    share: 0.4,
    customer_count: 2,
    customers: [
        {
            id: 11,
            name: "Best",
            spend: 400,
            risk: 0.5,
            second: false,
            helper: "Dao",
            helper_bond: 20.4,
        },
        { id: 12, name: "Next", spend: 10, risk: 0.5, second: false, helper: "", helper_bond: 0 },
    ],
};

describe("key people", () => {
    async function open(board = {}) {
        answer("relationship.key.people", "get_key_people", { ...BOARD, ...board });
        answer("relationship.key.people", "get_leaver", ([staff, second]) => ({
            ...LEAVER,
            staff_id: staff,
            name: staff === 31 ? "Nok" : "Dao",
            expected: 200 - 50 * second.length,
            customers: LEAVER.customers.map((each) => ({
                ...each,
                second: second.includes(each.id),
            })),
        }));
        return mountScreen(KeyPeopleAction, { action: {} });
    }

    test("coverage, levels and bars", async () => {
        const screen = await open();
        expect.verifySteps([["get_key_people"], ["get_leaver", 31, []]]);
        expect(screen.tiles.map(({ value }) => value)).toEqual(["25%", "33%", "50%", "0%"]);
        expect(screen.share(1, 0)).toBe("–");
        expect([0.3, 0.29, 0.2, 0.19].map((share) => screen.level(share))).toEqual([
            "danger",
            "warning",
            "warning",
            "info",
        ]);
        expect(BOARD.people.map((person) => screen.barWidth(person))).toEqual([
            "width: 100%",
            "width: 25%",
        ]);
        expect(screen.money(1234.6)).toBe("1,235");
        expect([1, 1200].map((count) => String(screen.countText(count)))).toEqual([
            "1 customer",
            "1,200 customers",
        ]);
        expect(LEAVER.customers.map((each) => String(screen.helperText(each)))).toEqual([
            "next: Dao, 20",
            "nobody else",
        ]);
        expect(String(screen.leaverText)).toBe(
            "If Nok leaves: 400 hang on them alone (40% of all spend), about 200 of it at risk."
        );
    });

    test("second bonds are tried, and forgotten for the next colleague", async () => {
        const screen = await open();
        await click("[data-card=leaver] tbody input:eq(0)");
        await animationFrame();
        expect(String(screen.savedText)).toBe("A second warm bond saves about 50.");
        await click("[data-card=leaver] tbody input:eq(1)");
        await animationFrame();
        await click("[data-card=leaver] tbody input:eq(0)");
        await animationFrame();
        await click("[data-person=Dao]");
        await animationFrame();
        expect("[data-card=leaver] tbody input:checked").toHaveCount(0);
        expect("[data-person=Dao]").toHaveClass("o_chosen");
        expect.verifySteps([
            ["get_key_people"],
            ["get_leaver", 31, []],
            ["get_leaver", 31, [11]],
            ["get_leaver", 31, [11, 12]],
            ["get_leaver", 31, [12]],
            ["get_leaver", 32, []],
        ]);
    });

    test("what is opened", async () => {
        watchActions();
        const screen = await open();
        await click("[data-card=untouched] .o_key_people_row");
        await click("[data-card=untouched] .btn-secondary");
        screen.openHeld();
        expect.verifySteps([
            ["get_key_people"],
            ["get_leaver", 31, []],
            ["action", { res_model: "res.partner", res_id: 11, views: [[false, "form"]] }],
            ["action", { xmlid: "relationship_insight.relationship_profile_action_untouched" }],
            [
                "action",
                { xmlid: "relationship_insight.relationship_profile_action_key_people" },
                { search_default_key_staff_id: 31 },
            ],
        ]);
    });

    test("nobody hangs on one colleague", async () => {
        await open({ people: [] });
        expect.verifySteps([["get_key_people"]]);
        expect("[data-card=leaver] p.my-3").toHaveText(
            "No customer hangs on one colleague alone, or no bonds are known yet."
        );
    });
});
