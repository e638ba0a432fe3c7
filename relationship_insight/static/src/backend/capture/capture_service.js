import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { uuid } from "@web/core/utils/strings";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { session } from "@web/session";

const LOG_ACTION = "relationship_insight.relationship_note_action_log";

/** The picture of each kind of talk. */
export const CHANNEL_ICONS = {
    store: "fa-shopping-bag",
    visit: "fa-map-marker",
    call_in: "fa-phone",
    call_out: "fa-volume-control-phone",
    call_missed: "fa-phone-square",
    chat: "fa-comments-o",
    email: "fa-envelope-o",
    event: "fa-calendar-o",
};

/** What everything that logs a conversation shares: options, drafts, the guess, the dialog. */
export class Capture {
    constructor(env, { action, notification, orm }) {
        this.env = env;
        this.action = action;
        this.notification = notification;
        this.orm = orm;
    }

    get available() {
        return Boolean(session.relationship_capture);
    }

    newKey() {
        return uuid().replaceAll("-", "");
    }

    /** Asked once per visit of the page, when somebody first logs something. */
    async getOptions() {
        this.options ??= this.orm
            .call("relationship.note", "get_line_options", [])
            .catch((error) => {
                this.options = null;
                throw error;
            });
        return this.options;
    }

    /** @returns {Promise<Object>} the row of the stored conversation */
    async logLine(line) {
        const row = await this.orm.call("relationship.note", "log_line", [line]);
        if (this.options && line.channel && line.channel !== "call_missed") {
            (await this.options).channel = line.channel;
        }
        this.env.bus.trigger("RELATIONSHIP:LOGGED", { partnerId: row.partner_id });
        return row;
    }

    /** @returns {Promise<Object>} the attachment made of what Odoo's recorder hands over */
    async storeVoice(file) {
        const url = await getDataURLFromFile(file);
        return this.orm.call("relationship.note", "store_voice", [file.name, url.split(",")[1]]);
    }

    /** Words of an error for people; whatever was typed stays where it is. */
    getErrorText(error) {
        const words = error.data?.message;
        return words && error.data.name?.startsWith("odoo.exceptions.")
            ? words
            : _t("It couldn't be saved just now. Nothing is lost: try again.");
    }

    // A draft lives in this tab only: it may hold words that are nobody else's business.
    getDraftName(model, resId) {
        return `relationship.line:${user.userId}:${model}:${resId}`;
    }

    readDraft(model, resId) {
        try {
            return JSON.parse(browser.sessionStorage.getItem(this.getDraftName(model, resId)));
        } catch {
            return null;
        }
    }

    keepDraft(model, resId, draft) {
        const name = this.getDraftName(model, resId);
        if (draft) {
            browser.sessionStorage.setItem(name, JSON.stringify(draft));
        } else {
            browser.sessionStorage.removeItem(name);
        }
    }

    /** The record on the screen, also behind the dialog or the palette that asks. */
    getOpenRecord() {
        const controller = this.action.currentController;
        const model = controller?.props?.resModel || controller?.action?.res_model;
        const resId = controller?.currentState?.resId || controller?.props?.resId;
        if (model && Number.isInteger(resId)) {
            return { model, resId };
        }
        const partnerId = controller?.action?.context?.partner_id;
        return partnerId ? { model: "res.partner", resId: partnerId } : null;
    }

    /** Open the dialog with whoever the open record is about; without one, it asks. */
    async logOpenRecord() {
        const open = this.getOpenRecord();
        const guess =
            open &&
            (await this.orm.call("relationship.capture", "guess_customer", [
                open.model,
                open.resId,
            ]));
        return this.openDialog(guess ? guess.defaults : {});
    }

    openDialog(defaults, onClose) {
        return this.action.doAction(LOG_ACTION, {
            additionalContext: defaults,
            onClose: () => {
                this.env.bus.trigger("RELATIONSHIP:LOGGED", {
                    partnerId: defaults.default_partner_id,
                });
                return onClose?.();
            },
        });
    }
}

export const captureService = {
    dependencies: ["action", "command", "notification", "orm"],
    start(env, services) {
        const capture = new Capture(env, services);
        if (capture.available) {
            services.command.add(
                _t("Log Conversation"),
                () => {
                    capture.logOpenRecord();
                },
                { category: "app", global: true, hotkey: "alt+shift+l" }
            );
        }
        return capture;
    },
};

registry.category("services").add("relationship_capture", captureService);
