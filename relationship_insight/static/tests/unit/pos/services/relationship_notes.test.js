import { describe, expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import {
    RelationshipNotes,
    RETRY_DELAY,
} from "@relationship_insight/pos/app/services/relationship_notes";

describe.current.tags("headless");

const CUSTOMER = {
    partner_id: 6,
    partner_name: "Anong",
    order_uuid: "",
    user_id: 2,
    employee_id: false,
};

/** A server that keeps one note per key, and a till that talks to it. */
function makeTill(server = {}) {
    Object.assign(server, {
        stored: server.stored ?? {},
        calls: server.calls ?? [],
        openOrders: server.openOrders ?? new Set(),
    });
    const notes = new RelationshipNotes({
        database: server.database ?? "shop",
        send: async (values) => {
            server.calls.push(values);
            await server.before?.(values);
            const stored = (server.stored[values.key] ??= { feelings: new Set(), lines: [] });
            values.feelings.forEach((id) => stored.feelings.add(id));
            if (values.line && !stored.lines.includes(values.line)) {
                stored.lines.push(values.line);
            }
            await server.after?.(values);
            return true;
        },
        isOrderOpen: (uuid) => server.openOrders.has(uuid),
        onRefused: (note) => expect.step(`refused: ${note.refused}`),
        onUnsaved: () => expect.step("unsaved"),
    });
    return { server, notes };
}

function kept() {
    return Object.keys(browser.localStorage).filter((name) => name.startsWith("relationship_note"));
}

function refuse(exceptionName, message) {
    const error = new RPCError(message);
    error.exceptionName = exceptionName;
    error.data = { message };
    throw error;
}

const lose = () => {
    throw new ConnectionLostError("/web/dataset/call_kw");
};

test("a tapped face is kept at once, sent when done, and then forgotten", async () => {
    const { server, notes } = makeTill();
    const note = notes.open(CUSTOMER);
    expect(kept()).toHaveLength(0);
    notes.toggleFeeling(note, 11);
    expect(kept()).toHaveLength(1);
    notes.setLine(note, " Daughter starts school ");
    await notes.flush();
    expect(server.calls).toHaveLength(0);
    await notes.close(note);
    expect(server.calls).toHaveLength(1);
    expect(server.calls[0]).toMatchObject({
        partner_id: 6,
        user_id: 2,
        feelings: [11],
        line: "Daughter starts school",
    });
    expect(kept()).toHaveLength(0);
    await notes.flush();
    expect(server.calls).toHaveLength(1);
});

test("a face tapped by mistake is taken back", async () => {
    const { server, notes } = makeTill();
    const note = notes.open(CUSTOMER);
    notes.toggleFeeling(note, 11);
    notes.toggleFeeling(note, 11);
    expect(kept()).toHaveLength(0);
    await notes.close(note);
    expect(server.calls).toHaveLength(0);
});

test("without a network notes wait, oldest first, and are sent once it is back", async () => {
    const { server, notes } = makeTill({ before: lose });
    for (const feeling of [11, 12, 13]) {
        const note = notes.open(CUSTOMER);
        notes.toggleFeeling(note, feeling);
        await notes.close(note);
    }
    expect(kept()).toHaveLength(3);
    expect(notes.waiting).toHaveLength(3);
    server.calls.length = 0;
    await notes.flush();
    expect(server.calls).toHaveLength(1, { message: "one try tells that there is no network" });
    server.before = null;
    server.calls.length = 0;
    await notes.flush();
    expect(server.calls.map((call) => call.feelings)).toEqual([[11], [12], [13]]);
    expect(new Set(server.calls.map((call) => call.key)).size).toBe(3);
    expect(kept()).toHaveLength(0);
});

test("notes survive a reload of the till, also one still open", async () => {
    const before = makeTill({ before: lose });
    const closed = before.notes.open(CUSTOMER);
    before.notes.toggleFeeling(closed, 11);
    await before.notes.close(closed);
    const open = before.notes.open(CUSTOMER);
    before.notes.setLine(open, "Waited long");

    const { server, notes } = makeTill();
    await notes.flush();
    expect(server.calls.map((call) => call.key)).toEqual([closed.key, open.key]);
    expect(server.calls[1].line).toBe("Waited long");
    expect(kept()).toHaveLength(0);
});

test("a lost answer and a replay store once", async () => {
    const { server, notes } = makeTill({ after: lose });
    const note = notes.open(CUSTOMER);
    notes.toggleFeeling(note, 11);
    notes.setLine(note, "Loves green tea");
    await notes.close(note);
    expect(kept()).toHaveLength(1);
    const reloaded = makeTill({ ...server, after: null });
    await reloaded.notes.flush();
    await reloaded.notes.flush();
    expect(reloaded.server.calls).toHaveLength(2);
    expect(Object.keys(reloaded.server.stored)).toEqual([note.key]);
    expect([...reloaded.server.stored[note.key].feelings]).toEqual([11]);
    expect(reloaded.server.stored[note.key].lines).toEqual(["Loves green tea"]);
});

test("a conversation goes on under the same key and sends only what is new", async () => {
    const { server, notes } = makeTill({ openOrders: new Set(["o1"]) });
    const values = { ...CUSTOMER, order_uuid: "o1" };
    const note = notes.open(values);
    notes.toggleFeeling(note, 11);
    await notes.close(note);
    const again = notes.open(values);
    expect(again.key).toBe(note.key);
    notes.toggleFeeling(again, 11);
    expect(again.feelings).toEqual([11], { message: "what was sent can't be taken back here" });
    notes.toggleFeeling(again, 12);
    await notes.close(again);
    expect(server.calls.map((call) => call.feelings)).toEqual([[11], [12]]);
    expect(notes.open({ ...values, partner_id: 7 }).key).not.toBe(note.key);
    expect(notes.open({ ...values, employee_id: 3 }).key).not.toBe(note.key);
});

test("the order is linked once it is paid, also after a reload", async () => {
    const openOrders = new Set(["o1"]);
    const first = makeTill({ openOrders });
    const note = first.notes.open({ ...CUSTOMER, order_uuid: "o1" });
    first.notes.toggleFeeling(note, 11);
    first.notes.setLine(note, "Daughter starts school");
    await first.notes.close(note);
    expect(kept()).toHaveLength(1);
    expect(browser.localStorage.getItem(kept()[0])).not.toInclude("Daughter");
    await first.notes.flush();
    expect(first.server.calls).toHaveLength(1);

    openOrders.delete("o1");
    const { server, notes } = makeTill();
    await notes.flush();
    expect(server.calls).toHaveLength(1);
    expect(server.calls[0]).toMatchObject({ order_uuid: "o1", feelings: [], line: "" });
    expect(kept()).toHaveLength(0);
});

test("a refused note is told once, kept, and can be tried again", async () => {
    const { server, notes } = makeTill({
        before: () => refuse("odoo.exceptions.ValidationError", "This customer is gone."),
    });
    const note = notes.open(CUSTOMER);
    notes.toggleFeeling(note, 11);
    await notes.close(note);
    await notes.flush();
    expect.verifySteps(["refused: This customer is gone."]);
    expect(server.calls).toHaveLength(1);
    expect(kept()).toHaveLength(1);

    const reloaded = makeTill();
    await reloaded.notes.flush();
    expect.verifySteps([]);
    expect(reloaded.server.calls).toHaveLength(0);
    expect(reloaded.notes.refused).toHaveLength(1);
    await reloaded.notes.retry(reloaded.notes.refused[0]);
    expect(reloaded.server.calls).toHaveLength(1);
    expect(kept()).toHaveLength(0);
});

test("a refused note can be discarded", async () => {
    const { notes } = makeTill({
        before: () => refuse("odoo.exceptions.ValidationError", "No."),
    });
    const note = notes.open(CUSTOMER);
    notes.toggleFeeling(note, 11);
    await notes.close(note);
    expect.verifySteps(["refused: No."]);
    notes.discard(notes.refused[0]);
    expect(kept()).toHaveLength(0);
    expect(notes.refused).toHaveLength(0);
});

test("an error of the server keeps the note, lets others pass, and is tried again", async () => {
    const broken = (values) =>
        values.feelings.includes(11) && refuse("odoo.exceptions.AccessError", "Not now.");
    const { server, notes } = makeTill({ before: broken });
    for (const feeling of [11, 12]) {
        const note = notes.open(CUSTOMER);
        notes.toggleFeeling(note, feeling);
        await notes.close(note);
    }
    expect(Object.keys(server.stored)).toHaveLength(1);
    expect(notes.waiting).toHaveLength(1);
    server.before = null;
    await advanceTime(RETRY_DELAY);
    await notes.mutex.getUnlockedDef();
    expect(Object.keys(server.stored)).toHaveLength(2);
    expect.verifySteps([]);
    expect(kept()).toHaveLength(0);
});

test("a note the browser can't keep is still sent", async () => {
    const { server, notes } = makeTill();
    patchWithCleanup(browser.localStorage, {
        setItem() {
            throw new DOMException("full", "QuotaExceededError");
        },
    });
    const note = notes.open(CUSTOMER);
    notes.toggleFeeling(note, 11);
    expect.verifySteps(["unsaved"]);
    await notes.close(note);
    expect.verifySteps(["unsaved"]);
    expect(server.calls).toHaveLength(1);
});

test("unreadable entries and other databases are left alone", async () => {
    browser.localStorage.setItem("relationship_note/shop/pos:x", "{");
    browser.localStorage.setItem("relationship_note/shop/pos:y", "null");
    browser.localStorage.setItem("relationship_note/other/pos:z", '{"key":"z","partner_id":1}');
    const { server, notes } = makeTill();
    await notes.flush();
    expect(server.calls).toHaveLength(0);
    expect(kept()).toHaveLength(3);
});

test("who brought the customer is sent once, with or without a feeling", async () => {
    const { server, notes } = makeTill();
    const note = notes.open(CUSTOMER);
    notes.setFriend(note, { id: 9, name: "Malee" });
    expect(notes.hasNews(note)).toBe(true);
    await notes.close(note);
    expect(server.calls.at(-1).friend).toEqual({ id: 9, name: "Malee" });
    expect(notes.hasNews(note)).toBe(false);
    notes.setLine(note, "Likes green");
    await notes.flush();
    expect("friend" in server.calls.at(-1)).toBe(false);
});

test("a friend named without the network waits for it", async () => {
    let offline = true;
    const { server, notes } = makeTill({ before: () => offline && lose() });
    const note = notes.open(CUSTOMER);
    notes.setFriend(note, { id: false, name: "Uncle Somsak" });
    await notes.close(note);
    expect(note.is_friend_sent).toBe(false);
    expect(kept()).toHaveLength(1);
    offline = false;
    await notes.flush();
    expect(server.calls.at(-1).friend.name).toBe("Uncle Somsak");
    expect(kept()).toHaveLength(0);
});

test("privacy alone stores nothing, and goes with the first thing that does", async () => {
    const { server, notes } = makeTill();
    const note = notes.open(CUSTOMER);
    notes.setChoice(note, "visibility", "me");
    await notes.close(note);
    expect(server.calls).toHaveLength(0);
    notes.open(note);
    notes.setLine(note, "Divorce");
    await notes.close(note);
    expect(server.calls).toMatchObject([{ line: "Divorce", visibility: "me" }]);
    notes.setChoice(note, "visibility", "company");
    await notes.flush();
    expect(server.calls[1]).toMatchObject({ line: "", visibility: "company" });
    expect(kept()).toHaveLength(0);
});

test("a promise and a purpose survive a reload and are sent once", async () => {
    const server = {};
    server.before = lose;
    const { notes } = makeTill(server);
    const note = notes.open(CUSTOMER);
    notes.setPromise(note, "Order the jar", "2019-03-14");
    notes.setChoice(note, "purpose", "sell");
    await notes.close(note);
    expect(kept()).toHaveLength(1);
    server.before = null;
    const { notes: reloaded } = makeTill(server);
    await reloaded.flush();
    await reloaded.flush();
    expect(server.calls).toHaveLength(2);
    expect(server.calls[1]).toMatchObject({
        promise: "Order the jar",
        promise_date: "2019-03-14",
        purpose: "sell",
    });
    expect(kept()).toHaveLength(0);
});

test("a note kept by an older till is still sent", async () => {
    const { notes } = makeTill();
    const note = notes.open(CUSTOMER);
    notes.setLine(note, "Hello");
    const [name] = kept();
    const old = JSON.parse(browser.localStorage.getItem(name));
    for (const key of ["choices", "sent_choices", "promise", "sent_promise", "kind"]) {
        delete old[key];
    }
    browser.localStorage.setItem(name, JSON.stringify(old));
    const { server, notes: reloaded } = makeTill();
    await reloaded.flush();
    expect(server.calls).toMatchObject([{ line: "Hello" }]);
});
