import { browser } from "@web/core/browser/browser";

/**
 * Keeps notes in the browser until the server has them. One entry per note, written at once:
 * a tap survives a reload, a crash and a power cut, and resetting the till's data cache.
 */
export class RelationshipNoteStorage {
    constructor(database) {
        this.prefix = `relationship_note/${database}/`;
    }

    /** @returns {Object[]} the notes kept, unreadable entries left alone */
    load() {
        const notes = [];
        for (let index = 0; index < browser.localStorage.length; index++) {
            const name = browser.localStorage.key(index);
            if (name?.startsWith(this.prefix)) {
                const note = this.parse(browser.localStorage.getItem(name));
                if (note) {
                    notes.push(note);
                }
            }
        }
        return notes.sort((a, b) => a.noted_at - b.noted_at);
    }

    parse(text) {
        try {
            const note = JSON.parse(text);
            return note?.key && note.partner_id ? note : null;
        } catch {
            return null;
        }
    }

    /** @returns {boolean} false when the browser refuses, e.g. because it is full */
    save(note) {
        try {
            browser.localStorage.setItem(this.prefix + note.key, JSON.stringify(note));
            return true;
        } catch {
            return false;
        }
    }

    remove(note) {
        browser.localStorage.removeItem(this.prefix + note.key);
    }
}
