import { Component, onWillUpdateProps, useExternalListener, useRef, useState } from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Picture } from "@relationship_insight/pictures/picture";
import { CHANNEL_ICONS } from "./capture_service";

/**
 * One line about a talk, on a contact or a document of theirs: type, Enter, stored.
 * It asks the server for nothing before it is used.
 */
export class Composer extends Component {
    static template = "relationship_insight.Composer";
    static components = { Picture };
    static props = {
        ...standardWidgetProps,
        partnerField: { type: String, optional: true },
    };

    setup() {
        this.capture = useService("relationship_capture");
        this.orm = useService("orm");
        this.root = useRef("root");
        this.line = useRef("line");
        this.state = useState({ options: null, busy: false });
        this.restore(this.props);
        onWillUpdateProps((nextProps) => {
            if (this.getOwner(nextProps) !== this.owner) {
                this.restore(nextProps);
            }
        });
        useExternalListener(window, "pointerdown", (ev) => {
            if (this.state.open && !this.root.el?.contains(ev.target) && !this.isTouched) {
                this.state.open = false;
            }
        });
    }

    getOwner({ record }) {
        return `${record.resModel}:${record.resId}`;
    }

    restore({ record }) {
        this.owner = this.getOwner({ record });
        Object.assign(
            this.state,
            {
                text: "",
                channel: null,
                feelings: [],
                private: false,
                key: this.capture.newKey(),
                open: false,
                error: "",
                rows: [],
                recent: null,
            },
            this.capture.readDraft(record.resModel, record.resId)
        );
    }

    get record() {
        return this.props.record;
    }

    get partnerId() {
        const { partnerField } = this.props;
        return partnerField ? this.record.data[partnerField]?.id : this.record.resId;
    }

    get canMakeCustomer() {
        return this.record.resModel === "crm.lead";
    }

    get channel() {
        return this.state.channel || this.state.options?.channel;
    }

    /** Something to store, other than a kind of talk that was offered unasked. */
    get isTouched() {
        const { text, feelings, channel } = this.state;
        return Boolean(text.trim() || feelings.length || channel);
    }

    /** What was said before, while one writes: others may have talked with them already. */
    get recent() {
        const shown = this.state.rows.map(({ id }) => id);
        return (this.state.recent || []).filter(({ id }) => !shown.includes(id));
    }

    get sides() {
        const { feelings } = this.state.options;
        return ["1", "-1"].map((valence) => ({
            valence,
            className: valence === "1" ? "o_feeling_good" : "o_feeling_bad",
            chips: feelings.filter((feeling) => feeling.valence === valence),
        }));
    }

    getIcon(channel) {
        return CHANNEL_ICONS[channel] || "fa-comment-o";
    }

    formatMoment(value) {
        return toLocaleDateTimeString(deserializeDateTime(value));
    }

    async open() {
        if (this.state.open) {
            return;
        }
        this.state.open = true;
        const { owner } = this;
        if (!this.state.options || !this.state.recent) {
            try {
                const [options, recent] = await Promise.all([
                    this.capture.getOptions(),
                    this.orm.call("relationship.note", "get_recent_lines", [this.partnerId]),
                ]);
                this.state.options = options;
                if (owner === this.owner) {
                    this.state.recent = recent;
                }
            } catch (error) {
                this.state.error = this.capture.getErrorText(error);
            }
        }
    }

    keep() {
        const { text, channel, feelings, key } = this.state;
        this.capture.keepDraft(
            this.record.resModel,
            this.record.resId,
            this.isTouched ? { text, channel, feelings, key, private: this.state.private } : null
        );
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.keep();
    }

    onKeydown(ev) {
        if (ev.key === "Escape" && this.state.open) {
            ev.stopPropagation();
            this.state.open = false;
            this.line.el.blur();
        } else if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            ev.stopPropagation();
            this.save();
        }
    }

    pickChannel(channel) {
        this.state.channel = channel;
        this.keep();
        this.line.el.focus();
    }

    toggleFeeling(feeling) {
        const { feelings } = this.state;
        this.state.feelings = feelings.includes(feeling.id)
            ? feelings.filter((id) => id !== feeling.id)
            : [...feelings, feeling.id];
        this.keep();
        this.line.el.focus();
    }

    togglePrivate() {
        this.state.private = !this.state.private;
        this.keep();
        this.line.el.focus();
    }

    clear() {
        Object.assign(this.state, {
            text: "",
            channel: null,
            feelings: [],
            private: false,
            key: this.capture.newKey(),
            error: "",
            open: false,
        });
        this.keep();
    }

    /** Show what was just stored, here and wherever else it is shown. */
    async onStored(row) {
        this.clear();
        this.state.rows = [row, ...this.state.rows.filter(({ id }) => id !== row.id)].slice(0, 3);
        this.line.el?.blur();
        if (!this.props.partnerField && !(await this.record.isDirty())) {
            await this.record.load();
        }
    }

    async save() {
        if (this.state.busy || !this.isTouched) {
            return;
        }
        this.state.busy = true;
        this.state.error = "";
        const owner = this.owner;
        const { text, feelings, key } = this.state;
        try {
            const row = await this.capture.logLine({
                key,
                text,
                feelings,
                channel: this.channel,
                private: this.state.private,
                partner_id: this.partnerId,
                model: this.record.resModel,
                res_id: this.record.resId,
            });
            if (owner === this.owner) {
                await this.onStored(row);
            }
        } catch (error) {
            this.state.error = this.capture.getErrorText(error);
        } finally {
            this.state.busy = false;
        }
    }

    /** The whole dialog, with what was typed so far. */
    openDialog() {
        const { resModel, resId } = this.record;
        const { text, feelings, key } = this.state;
        const isDocument = resModel !== "res.partner";
        return this.capture.openDialog(
            {
                default_partner_id: this.partnerId,
                default_summary: text,
                default_feeling_ids: [[6, 0, feelings]],
                default_source_key: key,
                default_visibility: this.state.private ? "me" : "company",
                ...(this.channel ? { default_channel: this.channel } : {}),
                ...(isDocument ? { default_order_model: resModel, default_order_id: resId } : {}),
                relationship_partner_known: true,
            },
            async () => {
                const row = await this.orm.call("relationship.note", "find_line", [key]);
                if (row) {
                    await this.onStored(row);
                }
            }
        );
    }

    openRow(row) {
        return this.capture.action.doAction({
            type: "ir.actions.act_window",
            res_model: "relationship.note",
            res_id: row.id,
            views: [[false, "form"]],
        });
    }

    async makeCustomer() {
        if (await this.record.save()) {
            await this.orm.call("crm.lead", "action_relationship_customer", [[this.record.resId]]);
            await this.record.load();
        }
    }
}

export const composer = {
    component: Composer,
    extractProps: ({ options }) => ({ partnerField: options.partner_field }),
};

registry.category("view_widgets").add("relationship_composer", composer);
