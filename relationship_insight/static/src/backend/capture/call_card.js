import { Component, useRef, useState, useEffect } from "@odoo/owl";
import { serializeDate, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** "How did it go?" after a call: in a corner, in nobody's way. */
export class CallCard extends Component {
    static template = "relationship_insight.CallCard";
    static props = {};

    setup() {
        this.watch = useService("relationship_call");
        this.capture = useService("relationship_capture");
        this.notification = useService("notification");
        this.call = useState(this.watch.state);
        this.line = useRef("line");
        this.state = useState(this.blank);
        useEffect(
            () => {
                Object.assign(this.state, this.blank);
            },
            () => [this.card?.key]
        );
    }

    get blank() {
        return {
            outcome: null,
            text: "",
            day: serializeDate(today().plus({ days: 1 })),
            busy: false,
            error: "",
        };
    }

    get card() {
        return this.call.card;
    }

    get question() {
        return _t("How did the call with %(name)s go?", { name: this.card.name });
    }

    get outcomes() {
        return [
            { id: "reached", label: _t("Reached"), icon: "fa-check" },
            { id: "missed", label: _t("No answer"), icon: "fa-times" },
            { id: "later", label: _t("Call later"), icon: "fa-clock-o" },
        ];
    }

    pick(outcome) {
        this.state.outcome = outcome;
        if (outcome === "missed" || (outcome === "reached" && this.state.text.trim())) {
            return this.save();
        }
        this.line.el?.focus();
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            ev.stopPropagation();
            this.state.outcome ??= "reached";
            this.save();
        }
    }

    async save() {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        this.state.error = "";
        const { card } = this;
        const { outcome, text, day } = this.state;
        try {
            await this.capture.logLine({
                key: card.key,
                partner_id: card.partner_id,
                model: card.call.model,
                res_id: card.call.resId,
                channel: outcome === "reached" ? "call_out" : "call_missed",
                text,
                ...(outcome === "later" ? { promise: _t("Call again"), promise_date: day } : {}),
            });
            this.notification.add(_t("Saved for %(name)s.", { name: card.name }), {
                type: "success",
            });
            this.watch.forget();
        } catch (error) {
            this.state.error = this.capture.getErrorText(error);
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("main_components").add("relationship_call_card", { Component: CallCard });
