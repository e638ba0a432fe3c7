import { describe, expect, test } from "@odoo/hoot";
import { click, edit, press, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame, Deferred, mockDate } from "@odoo/hoot-mock";
import {
    getService,
    makeServerError,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { session } from "@web/session";
import { CallCard } from "@relationship_insight/backend/capture/call_card";
import { Composer } from "@relationship_insight/backend/capture/composer";
import { VoiceField } from "@relationship_insight/backend/capture/voice_field";
import {
    answer,
    fakeRecord,
    mountScreen,
    prepareScreens,
    watchActions,
    watchNotifications,
} from "./helpers";

describe.current.tags("desktop");
prepareScreens();

const OPTIONS = {
    channel: "store",
    channels: [
        ["store", "In store"],
        ["call_out", "We called"],
    ],
    feelings: [
        { id: 1, name: "Glad", picture: "ease", valence: "1" },
        { id: 3, name: "Angry", picture: "annoyed", valence: "-1" },
    ],
};
const row = (id, more) => ({
    id,
    partner_id: 7,
    channel: "In store",
    summary: "Tea",
    feelings: [],
    private: false,
    staff: "Nok",
    date: "2026-03-09 05:00:00",
    next: "",
    ...more,
});

/** The composer on a contact; what it stores becomes a step without its key. */
async function open({ record = {}, stored = () => row(9), ...props } = {}) {
    onRpc("relationship.note", "get_line_options", () => ({ ...OPTIONS }));
    onRpc("relationship.note", "get_recent_lines", () => [row(4), row(9)]);
    onRpc("relationship.note", "log_line", ({ args: [{ key, ...line }] }) => {
        expect(key).toMatch(/^[0-9a-f]{16,}$/);
        expect.step(["log_line", line]);
        return stored(line);
    });
    return mountScreen(Composer, {
        record: fakeRecord({
            isDirty: async () => false,
            load: async () => expect.step("form loaded"),
            ...record,
        }),
        ...props,
    });
}

const LINE = {
    text: "Moves house",
    feelings: [],
    channel: "store",
    private: false,
    partner_id: 7,
    model: "res.partner",
    res_id: 7,
};

describe("composer", () => {
    test("type, Enter, stored", async () => {
        const composer = await open();
        await click(".o_relationship_line");
        await animationFrame();
        expect(queryAllTexts("[data-channel]")).toEqual(["In store", "We called"]);
        expect("[data-channel=store]").toHaveAttribute("aria-pressed", "true");
        expect(".o_relationship_line_recent button").toHaveCount(2);
        // Nothing to store as yet.
        await press("Enter");
        expect.verifySteps([]);
        await edit("Moves house");
        await press("Enter");
        await animationFrame();
        expect.verifySteps([["log_line", LINE], "form loaded"]);
        expect(".o_relationship_line_row").toHaveCount(1);
        expect(queryOne(".o_relationship_line").value).toBe("");
        // What is shown as just stored isn't listed as recent too.
        expect(composer.recent.map(({ id }) => id)).toEqual([4]);
    });

    test("kind, feelings and privacy go along; a second tap takes a feeling off", async () => {
        const composer = await open();
        await click(".o_relationship_line");
        await animationFrame();
        await click("[data-channel=call_out]");
        await click(".o_feeling_good .o_feeling");
        await click(".o_feeling_bad .o_feeling");
        await animationFrame();
        await click(".o_feeling_good .o_feeling");
        await click(".o_relationship_line_private");
        await animationFrame();
        expect(".o_feeling_bad .o_feeling").toHaveClass("o_feeling_chosen");
        await click(".o_relationship_line_save");
        await animationFrame();
        expect.verifySteps([
            ["log_line", { ...LINE, text: "", feelings: [3], channel: "call_out", private: true }],
            "form loaded",
        ]);
        expect(composer.isTouched).toBe(false);
        // The kind of the last talk is offered next time.
        expect(composer.channel).toBe("call_out");
    });

    test("what failed stays, says why, and is sent under the same key", async () => {
        const keys = [];
        let broken = true;
        const composer = await open({
            stored: () => {
                keys.push(composer.state.key);
                if (broken) {
                    throw makeServerError({ type: "UserError", message: "Not with them." });
                }
                return row(9);
            },
        });
        await click(".o_relationship_line");
        await animationFrame();
        await edit("Moves house");
        await press("Enter");
        await animationFrame();
        expect(".o_relationship_line_error").toHaveText("Not with them.");
        expect(queryOne(".o_relationship_line").value).toBe("Moves house");
        broken = false;
        await press("Enter");
        await animationFrame();
        expect(keys[0]).toBe(keys[1]);
        expect.verifySteps([["log_line", LINE], ["log_line", LINE], "form loaded"]);
    });

    test("Enter twice stores once", async () => {
        const slow = new Deferred();
        await open({
            stored: async () => {
                await slow;
                return row(9);
            },
        });
        await click(".o_relationship_line");
        await animationFrame();
        await edit("Moves house");
        await press("Enter");
        await press("Enter");
        slow.resolve();
        await animationFrame();
        expect.verifySteps([["log_line", LINE], "form loaded"]);
    });

    test("a draft is kept in this tab and cleared by hand", async () => {
        const composer = await open();
        await click(".o_relationship_line");
        await animationFrame();
        await edit("Half a sen");
        const kept = composer.capture.readDraft("res.partner", 7);
        expect([kept.text, kept.feelings, kept.private]).toEqual(["Half a sen", [], false]);
        expect(composer.capture.readDraft("res.partner", 8)).toBe(null);
        await animationFrame();
        await click("button:contains(Clear)");
        expect(composer.capture.readDraft("res.partner", 7)).toBe(null);
    });

    test("on a document: its customer, its own record, the whole dialog", async () => {
        watchActions();
        const composer = await open({
            partnerField: "partner_id",
            record: { resModel: "sale.order", resId: 50, data: { partner_id: { id: 7 } } },
        });
        await click(".o_relationship_line");
        await animationFrame();
        await edit("Moves house");
        await animationFrame();
        const { key } = composer.state;
        await click(".o_relationship_line_more");
        expect.verifySteps([
            [
                "action",
                { xmlid: "relationship_insight.relationship_note_action_log" },
                {
                    default_partner_id: 7,
                    default_summary: "Moves house",
                    default_feeling_ids: [[6, 0, []]],
                    default_source_key: key,
                    default_visibility: "company",
                    default_channel: "store",
                    default_order_model: "sale.order",
                    default_order_id: 50,
                    relationship_partner_known: true,
                },
            ],
        ]);
        queryOne(".o_relationship_line").focus();
        await press("Enter");
        expect.verifySteps([["log_line", { ...LINE, model: "sale.order", res_id: 50 }]]);
    });

    test("a lead without a customer asks for one first", async () => {
        answer("crm.lead", "action_relationship_customer", true);
        await open({
            partnerField: "partner_id",
            record: { resModel: "crm.lead", resId: 3, save: async () => true },
        });
        expect(".o_relationship_line").toHaveCount(0);
        await click("button:contains(Make a Contact of This Lead)");
        await animationFrame();
        expect.verifySteps([["action_relationship_customer", [3]], "form loaded"]);
    });
});

describe("call card", () => {
    async function ring() {
        patchWithCleanup(session, { relationship_capture: { call_card: true } });
        onRpc("relationship.note", "log_line", ({ args: [{ key, ...line }] }) => {
            expect.step(["log_line", line]);
            return row(9);
        });
        watchNotifications();
        const card = await mountScreen(CallCard);
        card.watch.state.card = {
            key: "k",
            name: "Ann",
            partner_id: 7,
            call: { model: "crm.lead", resId: 3 },
        };
        await animationFrame();
        return card;
    }
    const saved = (more) => [
        ["log_line", { partner_id: 7, model: "crm.lead", res_id: 3, ...more }],
        ["told", "success", "Saved for Ann."],
    ];

    test("each answer", async () => {
        mockDate("2026-03-09 12:00:00", 0);
        const card = await ring();
        // mountScreen shows the main components as well, so there may be two faces of one card.
        expect(String(card.question)).toBe("How did the call with Ann go?");
        expect(card.outcomes.map(({ id }) => id)).toEqual(["reached", "missed", "later"]);
        await card.pick("missed");
        expect.verifySteps(saved({ channel: "call_missed", text: "" }));
        expect(card.card).toBe(null);
    });

    test("reached waits for the words, then Enter", async () => {
        const card = await ring();
        await card.pick("reached");
        expect.verifySteps([]);
        card.state.text = "Wants tea";
        await card.pick("reached");
        expect.verifySteps(saved({ channel: "call_out", text: "Wants tea" }));
    });

    test("later promises a day", async () => {
        mockDate("2026-03-09 12:00:00", 0);
        const card = await ring();
        await card.pick("later");
        expect(card.state.day).toBe("2026-03-10");
        card.state.day = "2026-03-12";
        await card.save();
        expect.verifySteps(
            saved({
                channel: "call_missed",
                text: "",
                promise: "Call again",
                promise_date: "2026-03-12",
            })
        );
    });

    test("when a call counts", async () => {
        const card = await ring();
        const { watch } = card;
        watch.forget();
        let at = 0;
        answer("relationship.capture", "guess_customer", false);
        patchWithCleanup(Object.getPrototypeOf(watch), {
            get pending() {
                return { model: "res.partner", resId: 7, phone: "081", at };
            },
        });
        at = Date.now() - 1000;
        await watch.onReturn();
        expect.verifySteps([]); // Back at once: nothing was dialled.
        at = Date.now() - 5 * 3600 * 1000;
        await watch.onReturn();
        expect.verifySteps([]); // Hours later it is another matter.
        at = Date.now() - 60000;
        await watch.onReturn();
        expect.verifySteps([["guess_customer", "res.partner", 7, "081"]]);
        expect(watch.state.card).toBe(null);
    });
});

test("the record on the screen, also behind a dialog", async () => {
    await mountScreen(CallCard);
    const capture = getService("relationship_capture");
    const open = (currentController) => {
        capture.action = { currentController };
        return capture.getOpenRecord();
    };
    expect(open({ props: { resModel: "sale.order", resId: 5 } })).toEqual({
        model: "sale.order",
        resId: 5,
    });
    expect(open({ props: { resModel: "sale.order" }, currentState: { resId: 6 } })).toEqual({
        model: "sale.order",
        resId: 6,
    });
    expect(open({ props: { resModel: "sale.order" } })).toBe(null);
    expect(open({ action: { context: { partner_id: 7 } } })).toEqual({
        model: "res.partner",
        resId: 7,
    });
    expect(open(undefined)).toBe(null);
    expect(
        capture.getErrorText({ data: { name: "odoo.exceptions.UserError", message: "No." } })
    ).toBe("No.");
    // A traceback is no sentence for people.
    expect(String(capture.getErrorText({ data: { name: "KeyError", message: "'x'" } }))).toBe(
        "It couldn't be saved just now. Nothing is lost: try again."
    );
});

test("a voice message becomes an attachment of the conversation", async () => {
    answer("relationship.note", "store_voice", {
        id: 40,
        name: "voice.mp3",
        mimetype: "audio/mpeg",
    });
    const list = {
        records: [],
        linkTo: async (...args) => expect.step(["link", ...args]),
        unlinkFrom: (id) => expect.step(["unlink", id]),
    };
    const field = await mountScreen(VoiceField, {
        name: "voice_ids",
        record: fakeRecord({ data: { voice_ids: list } }),
    });
    expect(String(field.title)).toBe("Record a voice message");
    await field.attachmentUploader.uploadFile(
        new File(["abc"], "voice.mp3", { type: "audio/mpeg" })
    );
    expect(field.state.uploading).toBe(false);
    field.remove({ id: 40 });
    expect.verifySteps([
        ["store_voice", "voice.mp3", "YWJj"],
        ["link", 40, { name: "voice.mp3", mimetype: "audio/mpeg" }],
        ["unlink", 40],
    ]);
});
