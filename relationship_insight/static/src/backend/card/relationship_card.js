import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Picture } from "@relationship_insight/pictures/picture";
import { CLASS_HELP, CLASS_NAMES } from "../class_names";
import { CLASS_TONES } from "../dashboard/insight_format";
import { useRefreshedCustomers } from "./refreshed_hook";
import { RelationshipAxis } from "./relationship_axis";

export const CLASSES = {
    true: { color: CLASS_TONES.true, label: CLASS_NAMES.true },
    latent: { color: CLASS_TONES.latent, label: CLASS_NAMES.latent },
    spurious: { color: CLASS_TONES.spurious, label: CLASS_NAMES.spurious },
    low: { color: CLASS_TONES.low, label: CLASS_NAMES.low },
    unknown: { color: CLASS_TONES.unknown, label: CLASS_NAMES.unknown },
};

/**
 * What we know of one customer, loaded by one call when its tab is first shown.
 * `partnerField` names the field that holds the contact; without it the record is the contact.
 */
export class RelationshipCard extends Component {
    static template = "relationship_insight.RelationshipCard";
    static components = { Picture, RelationshipAxis };
    static props = {
        ...standardWidgetProps,
        partnerField: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ card: null, failed: false });
        useRefreshedCustomers((customers) => this.onRefreshed(customers));
        // A talk logged on the same screen is among the last talks at once.
        useBus(
            this.env.bus,
            "RELATIONSHIP:LOGGED",
            () => this.card && this.onRefreshed([this.card.customer_id])
        );
        onWillStart(() => {
            this.load(this.props);
        });
        onWillUpdateProps((nextProps) => {
            if (this.getPartnerId(nextProps) !== this.partnerId) {
                this.load(nextProps);
            }
        });
    }

    getPartnerId(props) {
        const { record, partnerField } = props;
        return partnerField ? record.data[partnerField]?.id : record.resId;
    }

    /** Not awaited while the tab opens, so that the form never waits for the card. */
    async load(props) {
        this.partnerId = this.getPartnerId(props);
        this.state.card = null;
        this.state.failed = false;
        if (!this.partnerId) {
            return;
        }
        try {
            this.state.card = await this.keepLast.add(
                this.orm.call("relationship.card", "get_customer_card", [this.partnerId])
            );
        } catch (error) {
            this.state.failed = true;
            throw error;
        }
    }

    /** New evidence was worked in: show it where the customer is open, without a flicker. */
    async onRefreshed(customers) {
        const shown = this.card;
        if (!shown || (customers.length && !customers.includes(shown.customer_id))) {
            return;
        }
        const partnerId = this.partnerId;
        const card = await this.keepLast.add(
            this.orm.silent.call("relationship.card", "get_customer_card", [partnerId])
        );
        if (partnerId === this.partnerId) {
            this.state.card = card;
        }
        const { record } = this.props;
        if (card.loyalty_class !== shown.loyalty_class && !(await record.isDirty())) {
            await record.load();
        }
    }

    get card() {
        return this.state.card;
    }

    get hasProfile() {
        return ["rich", "thin"].includes(this.card.state);
    }

    get classHelp() {
        return CLASS_HELP;
    }

    get loyaltyClass() {
        return CLASSES[this.card.loyalty_class || "unknown"];
    }

    get changes() {
        return this.card.changes.map((change) => ({
            ...change,
            before: CLASSES[change.from],
            after: CLASSES[change.to],
        }));
    }

    get probabilities() {
        return this.card.probabilities.map(({ key, value }) => ({
            key,
            ...CLASSES[key],
            percent: Math.round(100 * value),
            width: 100 * value,
        }));
    }

    get motives() {
        const most = Math.max(...this.card.motives.map((motive) => motive.share), 0.01);
        return this.card.motives.map((motive) => ({
            ...motive,
            percent: _t("%(percent)s %", { percent: Math.round(100 * motive.share) }),
            width: (100 * motive.share) / most,
        }));
    }

    get feelingsNote() {
        const { positive, negative } = this.card.axes.feelings;
        return _t("Good moments noted in 12 months: %(good)s, bad ones: %(bad)s", {
            good: positive,
            bad: negative,
        });
    }

    get feelingsText() {
        const { value } = this.card.axes.feelings;
        return value === null ? _t("Nobody asked") : this.round(value);
    }

    get countMoments() {
        return _t("Moments on record: %(count)s", { count: this.card.axes.feelings.n });
    }

    get attitudeText() {
        const { value } = this.card.axes.attitude;
        return value === null ? _t("Nobody asked") : this.round(value);
    }

    get attitudeNote() {
        const { value, low, high, basis } = this.card.axes.attitude;
        if (value === null) {
            return _t("Only the customer's own answers count here.");
        }
        const ends = { low: this.round(low), high: this.round(high) };
        if (basis === "mixed") {
            return _t(
                "Likely between %(low)s and %(high)s, partly compared with other stores",
                ends
            );
        }
        return basis === "relative"
            ? _t("Likely between %(low)s and %(high)s, compared with other stores", ends)
            : _t("Likely between %(low)s and %(high)s, asked about us only", ends);
    }

    get bondText() {
        const { value } = this.card.axes.bond;
        return value === null ? _t("No talk yet") : this.round(value);
    }

    get bondNote() {
        const { value, staff, told, alone } = this.card.axes.bond;
        if (value === null) {
            return _t("Log a conversation to start one.");
        }
        if (!staff) {
            return "";
        }
        if (told === null) {
            return _t("Yours, from talks. Customer's word: included for Customer Relations only.");
        }
        const whose = { staff, alone: this.round(alone) };
        return told
            ? _t("All colleagues together. Closest: %(staff)s, %(alone)s alone.", whose)
            : _t(
                  "All colleagues together. Closest: %(staff)s, %(alone)s alone. Staff-reported only, so nobody alone is above 60.",
                  whose
              );
    }

    get behaviourText() {
        const { value, rate_year } = this.card.axes.behaviour;
        return value === null
            ? _t("No purchase yet")
            : _t("%(count)s a year", { count: formatFloat(rate_year, { digits: [16, 1] }) });
    }

    get behaviourNote() {
        const { value, p_behaviour } = this.card.axes.behaviour;
        if (value === null) {
            return "";
        }
        return _t(
            "More often than %(percentile)s in 100 customers; as often as a loyal customer with a chance of %(chance)s in 100",
            { percentile: this.round(value), chance: Math.round(100 * p_behaviour) }
        );
    }

    get countTalks() {
        return _t("Talks in 12 months: %(count)s", { count: this.card.axes.bond.n });
    }

    get countPurchases() {
        return _t("Purchase days: %(count)s", { count: this.card.axes.behaviour.n });
    }

    get isOverdue() {
        return this.card.purchases.overdue_ratio > 2;
    }

    round(value) {
        return formatFloat(value, { digits: [16, 0] });
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.card.currency_id });
    }

    date(value) {
        if (!value) {
            return "";
        }
        return formatDate(value.length > 10 ? deserializeDateTime(value) : deserializeDate(value));
    }

    valenceClass(reading) {
        return { 1: "text-success", "-1": "text-danger" }[reading.valence] || "text-muted";
    }

    answer(reading) {
        if (reading.na) {
            return _t("Doesn't know");
        }
        if (reading.text || reading.kind === "text") {
            return reading.text;
        }
        const value = formatFloat(reading.value, { digits: [16, 2], trailingZeros: false });
        if (["count", "awareness"].includes(reading.kind)) {
            return value;
        }
        return _t("%(value)s of %(most)s", {
            value,
            most: formatFloat(reading.scale_max, { digits: [16, 2], trailingZeros: false }),
        });
    }

    /** Open the dialog for a conversation; show it on the card once saved. */
    logConversation() {
        return this.action.doAction("relationship_insight.relationship_note_action_log", {
            additionalContext: {
                default_partner_id: this.partnerId,
                relationship_partner_known: true,
            },
            onClose: () => this.load(this.props),
        });
    }

    openReading(reading) {
        return this.openForm("relationship.reading", reading.id);
    }

    openChange(change) {
        return this.openForm("relationship.transition", change.id);
    }

    openTalk(talk) {
        return this.openForm("relationship.note", talk.id);
    }

    openForm(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

export const relationshipCard = {
    component: RelationshipCard,
    extractProps: ({ options }) => ({ partnerField: options.partner_field }),
};

registry.category("view_widgets").add("relationship_card", relationshipCard);
