import { describe, expect, test } from "@odoo/hoot";
import { click } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { getService, makeMockEnv, onRpc } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";
import { DeskAction } from "@relationship_insight/backend/desk/desk_action";
import { FieldAction } from "@relationship_insight/backend/desk/field_action";
import { PersonCard } from "@relationship_insight/backend/desk/person_card";
import { answer, mountScreen, prepareScreens, watchActions, watchNotifications } from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const DESK = {
    today: "2026-03-09",
    user: "Nok",
    everyone: false,
    being_read: false,
    can_see_everyone: true,
    digest: false,
    drafts: 0,
    people: [{ id: 11, name: "Ann", reason: "A talk is due", more: [], urgent: false }],
    promises: [{ id: 5, partner_id: 12, customer: "Bo", text: "Samples", days: -3 }],
    events: [],
    cases: [],
    case_count: 0,
    case_domain: [],
    handovers: [],
};

describe("desk", () => {
    async function open(desk = {}) {
        onRpc("relationship.desk", "get_desk", ({ kwargs }) => {
            expect.step(["get_desk", kwargs.everyone]);
            return { ...DESK, everyone: Boolean(kwargs.everyone), ...desk };
        });
        return mountScreen(DeskAction, { action: {} });
    }

    test("days in words", async () => {
        const desk = await open();
        expect([-3, -1, 0, 1, 9].map((days) => String(desk.whenText(days)))).toEqual([
            "3 days late",
            "since yesterday",
            "today",
            "tomorrow",
            "in 9 days",
        ]);
        expect(desk.today).toBe("Monday, March 9");
        expect.verifySteps([["get_desk", false]]);
    });

    test("first steps are opened, ticked and put away", async () => {
        const steps = [
            { id: 1, title: "Who", description: "Roles", button: "Give roles", done: true },
            { id: 2, title: "Test", description: "To you", button: "Send", done: false },
        ];
        answer("relationship.onboarding", "open_step", {
            type: "ir.actions.client",
            tag: "display_notification",
        });
        answer("relationship.onboarding", "put_away", false);
        watchActions();
        await open({ onboarding: { found: "300 customers.", steps }, people: [] });
        expect(".o_relationship_found").toHaveText(/^300 customers\./);
        expect(".o_relationship_onboarding .fa-check-circle").toHaveCount(1);
        await click(".o_relationship_onboarding [data-step='2']");
        await animationFrame();
        await click(".o_relationship_onboarding .btn-close");
        await animationFrame();
        expect.verifySteps([
            ["get_desk", false],
            ["open_step", 2],
            ["action", { tag: "display_notification" }],
            ["get_desk", false],
            ["put_away"],
            ["get_desk", false],
        ]);
    });

    test("mine and everyone's; a reload keeps the choice", async () => {
        const desk = await open();
        await click(".o_control_panel [aria-label='Whose customers'] button:eq(1)");
        await animationFrame();
        await desk.load();
        await click(".o_control_panel [aria-label='Whose customers'] button:eq(0)");
        await animationFrame();
        expect.verifySteps([
            ["get_desk", false],
            ["get_desk", true],
            ["get_desk", true],
            ["get_desk", false],
        ]);
    });

    test("lines leave the desk, for a week or for good", async () => {
        watchNotifications();
        for (const [model, method] of [
            ["relationship.desk", "snooze"],
            ["relationship.desk", "not_relevant"],
            ["relationship.desk", "set_digest"],
            ["relationship.promise", "action_keep"],
        ]) {
            answer(model, method, true);
        }
        await open();
        await click(".o_relationship_desk_snooze");
        await animationFrame();
        await click(".o_relationship_desk_promises button[title='Not relevant']");
        await animationFrame();
        await click(".o_relationship_desk_promises button[title=Kept]");
        await animationFrame();
        await click("footer input");
        await animationFrame();
        expect.verifySteps([
            ["get_desk", false],
            ["snooze", "person", 11],
            ["told", "info", "It comes back in a week."],
            ["get_desk", false],
            ["not_relevant", "promise", 5],
            ["told", "info", "It won't be shown again."],
            ["get_desk", false],
            ["action_keep", [5]],
            ["told", "success", "Kept. Well done!"],
            ["get_desk", false],
            ["set_digest", true],
            ["get_desk", false],
        ]);
    });

    test("an empty desk; drafts alone keep it from being empty", async () => {
        const desk = await open({ people: [], promises: [] });
        expect(desk.isEmpty).toBe(true);
        expect(".o_relationship_desk_grid").toHaveCount(0);
        desk.state.desk = { ...DESK, people: [], promises: [], drafts: 2 };
        expect(desk.isEmpty).toBe(false);
        expect.verifySteps([["get_desk", false]]);
    });

    test("whom a line's buttons are about", async () => {
        watchActions();
        await open();
        await click(".o_relationship_desk_person .btn-primary");
        await click(".o_relationship_desk_brief");
        await click(".o_relationship_desk_promises .btn-link:contains(Bo)");
        const brief = (id) => [
            "action",
            { xmlid: "relationship_insight.relationship_brief_action" },
            { partner_id: id, active_id: id },
        ];
        expect.verifySteps([
            ["get_desk", false],
            [
                "action",
                { xmlid: "relationship_insight.relationship_note_action_log" },
                { default_partner_id: 11, relationship_partner_known: true },
            ],
            brief(11),
            brief(12),
        ]);
    });
});

const PAGE = {
    people: [
        { id: 11, name: "Ann" },
        { id: 12, name: "Bo" },
    ],
    drafts: [],
    options: {
        channels: [
            ["visit", "Visit"],
            ["store", "In store"],
            ["call_out", "We called"],
            ["call_in", "They called"],
            ["chat", "Chat"],
            ["event", "Event"],
        ],
        feelings: [
            { id: 1, name: "Glad", picture: "ease", valence: "1" },
            { id: 3, name: "Angry", picture: "annoyed", valence: "-1" },
        ],
    },
};

describe("in the field", () => {
    async function open({ keep, page = {} } = {}) {
        onRpc("relationship.field", "get_page", () => ({ ...PAGE, ...page }));
        onRpc("relationship.note.draft", "keep_draft", ({ args: [{ key, age, ...draft }] }) => {
            expect.step(["keep_draft", draft]);
            return keep ? keep(key, draft) : { id: 90, key, name: "Ann", feelings: [] };
        });
        return mountScreen(FieldAction, { action: {} });
    }
    const draft = (more) => [
        "keep_draft",
        { partner_id: 11, channel: "visit", feelings: [], voices: [], ...more },
    ];
    const settle = async () => {
        await animationFrame();
        await animationFrame();
    };

    test("two taps keep a talk, each further one adds to the same draft", async () => {
        const field = await open();
        expect(field.kinds.map(({ channel }) => channel)).toEqual([
            "visit",
            "store",
            "call_out",
            "call_in",
            "chat",
            "event",
        ]);
        const [ann] = PAGE.people;
        field.pick(ann);
        field.tap(ann, { channel: "store" });
        await settle();
        field.tap(ann, { feeling: { id: 3 } });
        await settle();
        field.tap(ann, { feeling: { id: 3 } });
        await settle();
        expect.verifySteps([
            draft({ channel: "store" }),
            draft({ channel: "store", feelings: [3] }),
            draft({ channel: "store" }),
        ]);
        expect(field.state.waiting).toEqual([]);
        expect(field.state.drafts).toHaveLength(1);
        expect(field.tray).toHaveLength(1);
    });

    test("without a network it waits on the device, and goes once", async () => {
        let lost = true;
        const field = await open({
            keep: (key) => {
                if (lost) {
                    throw new ConnectionLostError("/keep_draft");
                }
                return { id: 90, key, name: "Ann", feelings: [] };
            },
        });
        const [ann] = PAGE.people;
        patchSend(field, () => lost);
        field.tap(ann, { feeling: { id: 1 } });
        await settle();
        expect(field.readWaiting()).toHaveLength(1);
        expect(field.tray.map(({ waiting, channel_label }) => [waiting, channel_label])).toEqual([
            [true, "Visit"],
        ]);
        lost = false;
        await field.flush();
        expect(field.readWaiting()).toEqual([]);
        expect(field.tray.map(({ waiting }) => waiting)).toEqual([undefined]);
        expect.verifySteps([draft({ feelings: [1] })]);
    });

    /** The server out of reach, as the browser tells it. */
    function patchSend(field, isLost) {
        const { call } = field.orm;
        field.orm = Object.assign(Object.create(field.orm), {
            call: (...args) =>
                isLost()
                    ? Promise.reject(new ConnectionLostError("/"))
                    : call.apply(field.orm, args),
        });
    }

    test("taken off and brought back", async () => {
        const told = watchNotifications();
        onRpc("relationship.note.draft", "unlink", ({ args }) => {
            expect.step(["unlink", ...args]);
            return true;
        });
        const row = { id: 90, key: "k", name: "Ann", feelings: [], defaults: {} };
        const field = await open({ page: { drafts: [row] } });
        field.discard(row);
        expect(field.tray).toEqual([]);
        expect.verifySteps([["told", "info", "Ann was taken off."]]);
        told.options.buttons[0].onClick();
        told.options.onClose();
        await settle();
        expect(field.tray.map(({ id }) => id)).toEqual([90]);
        expect.verifySteps([]);
        // And for good, once the message is gone.
        field.discard(row);
        told.options.onClose();
        await settle();
        expect.verifySteps([
            ["told", "info", "Ann was taken off."],
            ["unlink", [90]],
        ]);
    });

    test("a search begins with two letters", async () => {
        answer("relationship.field", "find_people", [{ id: 12, name: "Bo" }]);
        const field = await open();
        field.state.text = " b ";
        await field.find();
        expect(field.people).toHaveLength(2);
        expect.verifySteps([]);
        field.state.text = " bo ";
        await field.find();
        expect(field.people.map(({ id }) => id)).toEqual([12]);
        expect.verifySteps([["find_people", "bo"]]);
    });
});

describe("person card", () => {
    const CARD = {
        customer_id: 7,
        tags: [
            { id: 1, kind: "like", name: "Tea" },
            { id: 2, kind: "dislike", name: "Calls" },
        ],
        cadence: { id: 3 },
    };

    test("tags of the kind, words by Enter", async () => {
        let asked = 0;
        onRpc("relationship.person", "get_person_card", () => {
            asked++;
            return CARD;
        });
        onRpc("relationship.preference", "create", ({ args }) => {
            expect.step(["create", args[0]]);
            return [1];
        });
        await makeMockEnv();
        // Not drawn: what it decides is what is tested.
        const person = Object.assign(Object.create(PersonCard.prototype), {
            orm: getService("orm"),
            keepLast: new KeepLast(),
            state: { card: null, adding: false, kind: "like" },
        });
        await person.load(7);
        expect(asked).toBe(1);
        expect(person.tags.map(({ name }) => name)).toEqual(["Tea"]);
        person.state.kind = "dislike";
        expect(person.tags.map(({ name }) => name)).toEqual(["Calls"]);
        expect(
            ["active", "cooling", "dormant", "stale"].map((one) => person.stageColor(one))
        ).toEqual(["success", "info", "warning", "danger"]);
        const key = (name, value) => ({
            key: name,
            target: { value },
            preventDefault() {},
            stopPropagation() {},
        });
        await person.addText(key("a", "Tea"));
        await person.addText(key("Enter", "  "));
        expect.verifySteps([]);
        await person.addText(key("Enter", " No calls before ten "));
        await person.tapTag(CARD.tags[1]);
        expect.verifySteps([
            ["create", [{ partner_id: 7, text: "No calls before ten", kind: "dislike" }]],
            ["create", [{ partner_id: 7, tag_id: 2, kind: "dislike" }]],
        ]);
        expect(asked).toBe(3);
    });
});
