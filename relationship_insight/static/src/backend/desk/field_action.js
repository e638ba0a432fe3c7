import { useVoiceRecorder } from "@mail/discuss/voice_message/common/voice_recorder";
import { Component, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Picture } from "@relationship_insight/pictures/picture";
import { CHANNEL_ICONS } from "../capture/capture_service";

const RETRY_DELAY = 15000;
const KINDS = ["visit", "store", "call_out", "call_in", "chat", "event"];

/** For whoever is out with customers: two taps keep a talk, the words come later. */
export class FieldAction extends Component {
    static template = "relationship_insight.FieldAction";
    static components = { Layout, Picture };
    static props = { ...standardActionServiceProps };

    setup() {
        this.capture = useService("relationship_capture");
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.gone = new Map();
        this.display = { controlPanel: {} };
        this.state = useState({
            page: null,
            text: "",
            found: null,
            openId: null,
            drafts: [],
            waiting: this.readWaiting(),
            locating: false,
            current: null,
        });
        // Odoo's recorder hands its file to whatever stands here.
        this.attachmentUploader = { uploadFile: (file) => this.keepVoice(file) };
        this.recorder = useVoiceRecorder();
        this.search = useDebounced(() => this.find(), 250);
        useExternalListener(browser, "online", () => this.flush());
        onWillStart(async () => {
            await this.load();
            this.flush();
        });
        onWillUnmount(() => browser.clearTimeout(this.retry));
    }

    async load() {
        const page = await this.orm.call("relationship.field", "get_page", []);
        this.state.page = page;
        this.state.drafts = page.drafts;
    }

    get people() {
        return this.state.found || this.state.page.people;
    }

    get kinds() {
        const labels = Object.fromEntries(this.state.page.options.channels);
        return KINDS.map((channel) => ({ channel, label: labels[channel] }));
    }

    get feelings() {
        return this.state.page.options.feelings;
    }

    /** What is kept here until the network is back, and what the server has. */
    get tray() {
        const keys = new Set(this.state.waiting.map(({ key }) => key));
        return [
            ...this.state.waiting.map((draft) => this.getWaitingRow(draft)),
            ...this.state.drafts.filter(({ key }) => !keys.has(key)),
        ];
    }

    getWaitingRow(draft) {
        const labels = Object.fromEntries(this.state.page.options.channels);
        return {
            ...draft,
            channel_label: labels[draft.channel],
            feelings: this.feelings.filter(({ id }) => draft.feelings.includes(id)),
            waiting: true,
        };
    }

    getIcon(channel) {
        return CHANNEL_ICONS[channel];
    }

    formatMoment(value) {
        return value ? toLocaleDateTimeString(deserializeDateTime(value)) : "";
    }

    // ------------------------------------------------------------
    // Whom
    // ------------------------------------------------------------

    onInput(ev) {
        this.state.text = ev.target.value;
        this.search();
    }

    async find() {
        const text = this.state.text.trim();
        this.state.found =
            text.length < 2
                ? null
                : await this.keepLast.add(
                      this.orm.call("relationship.field", "find_people", [text])
                  );
    }

    findNear() {
        if (!browser.navigator.geolocation) {
            this.notification.add(_t("This device doesn't tell where it is."), { type: "warning" });
            return;
        }
        this.state.locating = true;
        browser.navigator.geolocation.getCurrentPosition(
            async ({ coords }) => {
                try {
                    this.state.text = "";
                    this.state.found = await this.keepLast.add(
                        this.orm.call("relationship.field", "find_near", [
                            coords.latitude,
                            coords.longitude,
                        ])
                    );
                } finally {
                    this.state.locating = false;
                }
            },
            () => {
                this.state.locating = false;
                this.notification.add(
                    _t("The device doesn't let us know where you are. Search by name instead."),
                    { type: "warning" }
                );
            },
            { timeout: 10000, maximumAge: 60000 }
        );
    }

    // ------------------------------------------------------------
    // Two taps
    // ------------------------------------------------------------

    /** The first tap: whom. */
    pick(person) {
        this.state.openId = this.state.openId === person.id ? null : person.id;
        this.state.current = null;
    }

    get current() {
        return this.state.current;
    }

    isKind(kind) {
        return this.current?.channel === kind.channel;
    }

    isChosen(feeling) {
        return Boolean(this.current?.feelings.includes(feeling.id));
    }

    /** The second tap keeps the draft; each further one adds to it. */
    tap(person, { channel, feeling }) {
        const draft = this.begin(person);
        if (channel) {
            draft.channel = channel;
        }
        if (feeling) {
            draft.feelings = draft.feelings.includes(feeling.id)
                ? draft.feelings.filter((id) => id !== feeling.id)
                : [...draft.feelings, feeling.id];
        }
        this.keepWaiting(draft);
        this.flush();
    }

    begin(person) {
        this.state.current ??= {
            key: this.capture.newKey(),
            partner_id: person.id,
            name: person.name,
            channel: "visit",
            feelings: [],
            voices: [],
            at: Date.now(),
        };
        return this.current;
    }

    /** A voice message makes a draft of its own accord; the words come later. */
    toggleRecorder(person) {
        this.recorded = this.recorder.recording ? this.recorded : this.begin(person);
        this.recorder.onClick();
    }

    async keepVoice(file) {
        const draft = this.recorded;
        const { id } = await this.capture.storeVoice(file);
        draft.voices = [...draft.voices, id];
        this.keepWaiting(draft);
        await this.flush();
    }

    // Kept on the device until the server has it: no words, only whom, what kind, which faces.
    get waitingName() {
        return `relationship.field:${user.userId}`;
    }

    readWaiting() {
        try {
            return JSON.parse(browser.localStorage.getItem(this.waitingName)) || [];
        } catch {
            return [];
        }
    }

    writeWaiting() {
        browser.localStorage.setItem(this.waitingName, JSON.stringify(this.state.waiting));
    }

    keepWaiting(draft) {
        const others = this.state.waiting.filter(({ key }) => key !== draft.key);
        this.state.waiting = [{ ...draft, version: (draft.version || 0) + 1 }, ...others];
        draft.version = this.state.waiting[0].version;
        this.writeWaiting();
    }

    dropWaiting(sent) {
        this.state.waiting = this.state.waiting.filter(
            ({ key, version }) => key !== sent.key || version !== sent.version
        );
        this.writeWaiting();
    }

    /** Send what waits, one after the other; what can't go now stays. */
    async flush() {
        if (this.flushing) {
            this.flushAgain = true;
            return;
        }
        this.flushing = true;
        browser.clearTimeout(this.retry);
        try {
            do {
                this.flushAgain = false;
                for (const draft of [...this.state.waiting].reverse()) {
                    await this.send(draft);
                }
            } while (this.flushAgain);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.retry = browser.setTimeout(() => this.flush(), RETRY_DELAY);
        } finally {
            this.flushing = false;
        }
    }

    async send(draft) {
        const { key, partner_id, channel, feelings, voices, at } = draft;
        const age = Math.max(0, Math.round((Date.now() - at) / 1000));
        let row;
        try {
            row = await this.orm.call("relationship.note.draft", "keep_draft", [
                { key, partner_id, channel, feelings, voices, age },
            ]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                throw error;
            }
            this.notification.add(
                _t("%(name)s: %(problem)s", {
                    name: draft.name,
                    problem: this.capture.getErrorText(error),
                }),
                { type: "danger" }
            );
        }
        this.dropWaiting(draft);
        const gone = this.gone.get(key);
        if (row && gone) {
            // It was taken off while it was on its way.
            gone.ids.add(row.id);
            if (gone.closed) {
                await this.orm.unlink("relationship.note.draft", [row.id]);
            }
        } else if (row) {
            this.state.drafts = [row, ...this.state.drafts.filter((other) => other.key !== key)];
        }
    }

    // ------------------------------------------------------------
    // Finish later
    // ------------------------------------------------------------

    finish(draft) {
        return this.capture.openDialog(draft.defaults, async () => {
            this.state.openId = null;
            await this.load();
        });
    }

    /** Deleted once the message is gone, so that nothing is lost by a slip of the thumb. */
    discard({ key, name }) {
        const waiting = this.state.waiting.find((draft) => draft.key === key);
        const stored = this.state.drafts.find((draft) => draft.key === key);
        const gone = { ids: new Set(stored ? [stored.id] : []), closed: false };
        this.gone.set(key, gone);
        if (this.current?.key === key) {
            this.state.current = null; // The next tap begins another one.
        }
        this.state.waiting = this.state.waiting.filter((draft) => draft.key !== key);
        this.writeWaiting();
        this.state.drafts = this.state.drafts.filter((draft) => draft.key !== key);
        const close = this.notification.add(_t("%(name)s was taken off.", { name }), {
            type: "info",
            buttons: [
                {
                    name: _t("Undo"),
                    primary: true,
                    onClick: () => {
                        this.gone.delete(key);
                        if (stored) {
                            this.state.drafts = [stored, ...this.state.drafts];
                        }
                        if (waiting) {
                            this.keepWaiting(waiting);
                            this.flush();
                        }
                        close();
                    },
                },
            ],
            onClose: () => {
                gone.closed = true;
                if (this.gone.get(key) === gone && gone.ids.size) {
                    this.orm.unlink("relationship.note.draft", [...gone.ids]);
                }
            },
        });
    }

    /** Odoo's own page to put one screen on the telephone as an app. */
    install() {
        const name = encodeURIComponent(_t("In the Field"));
        const path = encodeURIComponent("scoped_app/relationship-field");
        browser.open(
            `/scoped_app?app_id=relationship_insight&app_name=${name}&path=${path}`,
            "_blank"
        );
    }
}

registry.category("actions").add("relationship_field", FieldAction);
