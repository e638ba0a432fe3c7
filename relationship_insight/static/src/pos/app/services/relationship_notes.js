import { browser } from "@web/core/browser/browser";
import { Mutex } from "@web/core/utils/concurrency";
import { Reactive } from "@web/core/utils/reactive";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { markRaw } from "@odoo/owl";
import { uuidv4 } from "@point_of_sale/utils";
import { logPosMessage } from "@point_of_sale/app/utils/pretty_console_log";
import { RelationshipNoteStorage } from "../utils/relationship_note_storage";

export const RETRY_DELAY = 30000;
const CHOICES = ["purpose", "visibility"];
const FINAL_ERRORS = ["odoo.exceptions.UserError", "odoo.exceptions.ValidationError"];

/**
 * What cashiers note about customers: kept on this till first, then sent.
 *
 * A note's key is made here and a send only carries what the server has not confirmed yet, so
 * that a retry, a lost answer or a reload stores it once. A note that the server refuses for
 * good stays here, marked, until somebody discards it.
 */
export class RelationshipNotes extends Reactive {
    /**
     * @param {Object} options
     * @param {string} options.database keeps the notes of two databases apart
     * @param {(values: Object) => Promise<boolean>} options.send false means: not now
     * @param {(uuid: string) => boolean} options.isOrderOpen whether an order is still to be paid
     *  or sent, so that it can't be linked to the note yet
     * @param {(note: Object) => void} options.onRefused
     * @param {(note: Object) => void} options.onUnsaved the browser could not keep the note
     */
    constructor({ database, send, isOrderOpen, onRefused, onUnsaved }) {
        super();
        this.storage = markRaw(new RelationshipNoteStorage(database));
        this.callbacks = markRaw({ send, isOrderOpen, onRefused, onUnsaved });
        this.mutex = markRaw(new Mutex());
        this.editing = markRaw(new Set());
        this.notes = {};
        for (const note of this.storage.load()) {
            this.notes[note.key] = { ...this.blank, ...note };
        }
    }

    /** What a note starts with; one kept by an older till may lack some of it. */
    get blank() {
        return {
            feelings: [],
            sent_feelings: [],
            line: "",
            kind: "",
            choices: {},
            sent_choices: {},
            promise: "",
            promise_date: "",
            sent_promise: "",
            friend: null,
            is_friend_sent: false,
            sent_lines: [],
            is_sent: false,
            refused: "",
        };
    }

    get waiting() {
        return Object.values(this.notes).filter((note) => !note.refused && this.hasNews(note));
    }

    get refused() {
        return Object.values(this.notes).filter((note) => note.refused);
    }

    hasNews(note) {
        return (
            Boolean(note.line.trim()) ||
            this.newFeelings(note).length > 0 ||
            this.hasNewFriend(note) ||
            this.hasNewPromise(note) ||
            this.hasNewChoice(note)
        );
    }

    hasNewPromise(note) {
        return Boolean(note.promise.trim()) && !note.sent_promise;
    }

    /** Purpose and privacy, as far as the server doesn't know them. */
    newChoices(note) {
        const isNew = (name) =>
            note.choices[name] && note.choices[name] !== note.sent_choices[name];
        return Object.fromEntries(CHOICES.filter(isNew).map((name) => [name, note.choices[name]]));
    }

    /** Who may read it goes with everything that is sent, but is nothing to store by itself. */
    hasNewChoice(note) {
        const { purpose, visibility } = this.newChoices(note);
        return Boolean(purpose || (visibility && note.is_sent));
    }

    hasNewFriend(note) {
        return Boolean(note.friend) && !note.is_friend_sent;
    }

    newFeelings(note) {
        return note.feelings.filter((id) => !note.sent_feelings.includes(id));
    }

    /**
     * Start or continue the note of one conversation. Nothing is sent while it is open.
     *
     * @param {Object} values partner_id, partner_name, order_uuid, user_id, employee_id
     * @returns {Object} the note
     */
    open(values) {
        const staff = values.employee_id ? `e${values.employee_id}` : `u${values.user_id}`;
        const conversation = values.order_uuid
            ? `${values.order_uuid}:${values.partner_id}:${staff}`
            : uuidv4();
        const key = `pos:${conversation}`;
        if (!this.notes[key]) {
            this.notes[key] = {
                ...this.blank,
                ...values,
                key,
                noted_at: Date.now(),
                to_link: Boolean(values.order_uuid),
            };
        }
        this.editing.add(key);
        return this.notes[key];
    }

    /** The cashier has finished with the note: send it. */
    close(note) {
        this.editing.delete(note.key);
        this.keep(note);
        return this.flush();
    }

    /** Add a feeling, or take it back as long as it was not sent. */
    toggleFeeling(note, measureId) {
        if (note.sent_feelings.includes(measureId)) {
            return;
        }
        note.feelings = note.feelings.includes(measureId)
            ? note.feelings.filter((id) => id !== measureId)
            : [...note.feelings, measureId];
        note.refused = "";
        this.keep(note);
    }

    setLine(note, line) {
        note.line = line;
        note.refused = "";
        this.keep(note);
    }

    /** What the line tells to remember of the customer: a kind of preference, or nothing. */
    setKind(note, kind) {
        note.kind = note.kind === kind ? "" : kind;
        note.refused = "";
        this.keep(note);
    }

    /** @param {"purpose"|"visibility"} name */
    setChoice(note, name, value) {
        note.choices = { ...note.choices, [name]: value };
        note.refused = "";
        this.keep(note);
    }

    /** A promise is made once per conversation. */
    setPromise(note, promise, date = note.promise_date) {
        if (note.sent_promise) {
            return;
        }
        note.promise = promise;
        note.promise_date = date;
        note.refused = "";
        this.keep(note);
    }

    /** Who brought the customer: { id, name } of a customer, { id: false, name } of anybody else. */
    setFriend(note, friend) {
        note.friend = friend;
        note.is_friend_sent = false;
        note.refused = "";
        this.keep(note);
    }

    retry(note) {
        note.refused = "";
        this.keep(note);
        return this.flush();
    }

    discard(note) {
        this.storage.remove(note);
        delete this.notes[note.key];
    }

    /** Write to the browser what must survive; forget there what the server has. */
    keep(note) {
        if (!this.hasNews(note) && !note.refused && !(note.is_sent && note.to_link)) {
            this.storage.remove(note);
        } else if (!this.storage.save({ ...note, sent_lines: [] })) {
            this.callbacks.onUnsaved(note);
        }
    }

    /** Whether a note has anything to send: news, or the order that was paid meanwhile. */
    isDue(note) {
        if (note.refused || this.editing.has(note.key)) {
            return false;
        }
        const isLinkable =
            note.to_link && note.is_sent && !this.callbacks.isOrderOpen(note.order_uuid);
        return this.hasNews(note) || isLinkable;
    }

    /** Send all that is due, oldest first. Never throws. */
    flush() {
        return this.mutex.exec(async () => {
            browser.clearTimeout(this.retryTimeout);
            for (const note of Object.values(this.notes)) {
                if (!this.isDue(note)) {
                    continue;
                }
                try {
                    await this.sendNote(note);
                } catch (error) {
                    if (error instanceof ConnectionLostError) {
                        break;
                    }
                    if (!(error instanceof RPCError)) {
                        logPosMessage("RelationshipNotes", "flush", error.message);
                    }
                }
            }
            if (Object.values(this.notes).some((note) => this.isDue(note))) {
                this.retryTimeout = browser.setTimeout(() => this.flush(), RETRY_DELAY);
            }
        });
    }

    async sendNote(note) {
        const feelings = this.newFeelings(note);
        const line = note.line.trim();
        const friend = this.hasNewFriend(note) ? note.friend : null;
        const promise = this.hasNewPromise(note) ? note.promise.trim() : "";
        const choices = this.newChoices(note);
        const isLinking = note.to_link && !this.callbacks.isOrderOpen(note.order_uuid);
        let isStored;
        try {
            isStored = await this.callbacks.send({
                key: note.key,
                partner_id: note.partner_id,
                order_uuid: note.order_uuid,
                user_id: note.user_id,
                employee_id: note.employee_id,
                age: Math.max(0, Math.round((Date.now() - note.noted_at) / 1000)),
                feelings,
                line,
                ...choices,
                ...(note.choices.visibility && { visibility: note.choices.visibility }),
                ...(line && note.kind && { kind: note.kind }),
                ...(promise && { promise, promise_date: note.promise_date }),
                ...(friend && { friend }),
            });
        } catch (error) {
            if (!(error instanceof RPCError && FINAL_ERRORS.includes(error.exceptionName))) {
                throw error;
            }
            if (this.hasNews(note)) {
                note.refused = error.data?.message || error.message;
                this.callbacks.onRefused(note);
            } else {
                note.to_link = false;
            }
            this.keep(note);
            return;
        }
        if (!isStored) {
            return;
        }
        note.is_sent = true;
        note.is_friend_sent = note.is_friend_sent || (friend && note.friend === friend);
        note.sent_feelings = [...note.sent_feelings, ...feelings];
        note.feelings = [...new Set([...note.feelings, ...feelings])];
        if (line) {
            note.sent_lines = [...note.sent_lines, line];
            if (note.line.trim() === line) {
                note.line = note.kind = "";
            }
        }
        note.sent_choices = { ...note.sent_choices, ...choices };
        note.sent_promise = note.sent_promise || promise;
        note.to_link = note.to_link && !isLinking;
        this.keep(note);
    }
}
