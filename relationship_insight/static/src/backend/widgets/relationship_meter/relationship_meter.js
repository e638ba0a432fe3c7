import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const clip = (value) => Math.min(100, Math.max(0, value));

/**
 * A value from 0 to 100 as a bar. A lighter band over it shows between which ends the true value
 * likely lies.
 */
export class RelationshipMeter extends Component {
    static template = "relationship_insight.RelationshipMeter";
    static props = {
        value: { type: [Number, { value: null }], optional: true },
        low: { type: Number, optional: true },
        high: { type: Number, optional: true },
        label: { type: String, optional: true },
    };

    get isKnown() {
        return typeof this.props.value === "number";
    }

    get width() {
        return clip(this.props.value);
    }

    get band() {
        if (this.props.low === undefined || this.props.high === undefined) {
            return null;
        }
        const low = clip(this.props.low);
        return { left: low, width: clip(this.props.high) - low };
    }
}

export class RelationshipMeterField extends Component {
    static template = "relationship_insight.RelationshipMeterField";
    static components = { RelationshipMeter };
    static props = {
        ...standardFieldProps,
        evidenceField: { type: String, optional: true },
        seField: { type: String, optional: true },
    };

    get data() {
        return this.props.record.data;
    }

    get isKnown() {
        return !this.props.evidenceField || Boolean(this.data[this.props.evidenceField]);
    }

    get value() {
        return this.isKnown ? this.data[this.props.name] : null;
    }

    get text() {
        return this.isKnown ? formatFloat(this.value, { digits: [16, 0] }) : "—";
    }

    get band() {
        const se = this.props.seField && this.data[this.props.seField];
        return this.isKnown && se
            ? { low: this.value - 1.96 * se, high: this.value + 1.96 * se }
            : {};
    }

    get tooltip() {
        if (!this.isKnown) {
            return _t("Not known yet");
        }
        if (this.band.low === undefined) {
            return "";
        }
        return _t("%(value)s of 100, likely between %(low)s and %(high)s", {
            value: this.text,
            low: Math.round(clip(this.band.low)),
            high: Math.round(clip(this.band.high)),
        });
    }
}

export const relationshipMeterField = {
    component: RelationshipMeterField,
    displayName: _t("Bar from 0 to 100"),
    supportedTypes: ["float", "integer"],
    fieldDependencies: ({ options }) =>
        [
            { name: options.evidence_field, type: "float" },
            { name: options.se_field, type: "float" },
        ].filter((field) => field.name),
    extractProps: ({ options }) => ({
        evidenceField: options.evidence_field,
        seField: options.se_field,
    }),
};

registry.category("fields").add("relationship_meter", relationshipMeterField);
