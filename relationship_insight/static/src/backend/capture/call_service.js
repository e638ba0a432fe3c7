import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { session } from "@web/session";

// Coming back at once means that nothing was dialled; hours later it's another matter.
const SHORTEST = 1500;
const LONGEST = 4 * 3600 * 1000;

/** Remembers that a customer's number was tapped, and asks how it went on return. */
export class CallWatch {
    constructor({ orm, relationship_capture: capture }) {
        this.orm = orm;
        this.capture = capture;
        this.state = reactive({ card: null });
    }

    get enabled() {
        return Boolean(session.relationship_capture?.call_card);
    }

    get name() {
        return `relationship.call:${user.userId}`;
    }

    get pending() {
        try {
            return JSON.parse(browser.sessionStorage.getItem(this.name));
        } catch {
            return null;
        }
    }

    forget() {
        browser.sessionStorage.removeItem(this.name);
        this.state.card = null;
    }

    onClick(ev) {
        const link = ev.target.closest?.("a[href^='tel:']");
        if (!link || !this.enabled) {
            return;
        }
        const { relationshipModel: model, relationshipId } = link.dataset;
        const subject =
            model && Number(relationshipId)
                ? { model, resId: Number(relationshipId) }
                : this.capture.getOpenRecord();
        if (subject) {
            const phone = decodeURIComponent(link.getAttribute("href").slice("tel:".length));
            browser.sessionStorage.setItem(
                this.name,
                JSON.stringify({ ...subject, phone, at: Date.now() })
            );
        }
    }

    async onReturn() {
        const call = this.pending;
        if (!call || this.state.card || this.asking || document.visibilityState === "hidden") {
            return;
        }
        const passed = Date.now() - call.at;
        if (passed < SHORTEST) {
            return;
        }
        if (passed > LONGEST || !this.enabled) {
            this.forget();
            return;
        }
        this.asking = true;
        try {
            const guess = await this.orm.silent.call("relationship.capture", "guess_customer", [
                call.model,
                call.resId,
                call.phone,
            ]);
            if (guess) {
                this.state.card = { ...guess, call, key: this.capture.newKey() };
            } else {
                this.forget();
            }
        } catch {
            // No network yet after the call: the next return asks again.
        } finally {
            this.asking = false;
        }
    }

    async stopAsking() {
        this.forget();
        session.relationship_capture.call_card = false;
        await this.orm.call("res.users", "stop_relationship_call_card", []);
    }
}

export const callService = {
    dependencies: ["orm", "relationship_capture"],
    start(env, services) {
        const watch = new CallWatch(services);
        if (watch.enabled) {
            document.addEventListener("click", (ev) => watch.onClick(ev), true);
            document.addEventListener("visibilitychange", () => watch.onReturn());
            browser.addEventListener("focus", () => watch.onReturn());
            watch.onReturn();
        }
        return watch;
    },
};

registry.category("services").add("relationship_call", callService);
