import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Picture } from "@relationship_insight/pictures/picture";

const MAX_POINTS = 11;

/** Shows a measure's answers as a customer would see them, while the form is being filled in. */
export class RelationshipScalePreview extends Component {
    static template = "relationship_insight.RelationshipScalePreview";
    static components = { Picture };
    static props = { ...standardWidgetProps };

    get data() {
        return this.props.record.data;
    }

    get isScale() {
        return !["text", "count"].includes(this.data.kind);
    }

    /** The label of each value, from lines such as "1 = Never". */
    get labels() {
        const labels = {};
        for (const line of (this.data.anchors || "").split("\n")) {
            const [value, ...label] = line.split("=");
            if (label.length && value.trim() && !isNaN(Number(value))) {
                labels[Number(value)] = label.join("=").trim();
            }
        }
        return labels;
    }

    get points() {
        const { scale_min: low, scale_max: high, step } = this.data;
        const count = Math.round((high - low) / step) + 1;
        if (!(step > 0) || !(high > low) || count > MAX_POINTS) {
            return [];
        }
        const labels = this.labels;
        return Array.from({ length: count }, (_, place) => {
            const value = Number((low + place * step).toFixed(6));
            const end =
                (place === 0 && this.data.anchor_min) ||
                (place === count - 1 && this.data.anchor_max);
            return { value, label: labels[value] || end || "" };
        });
    }
}

export const relationshipScalePreview = {
    component: RelationshipScalePreview,
    fieldDependencies: [
        { name: "kind", type: "selection" },
        { name: "question", type: "text" },
        { name: "picture", type: "char" },
        { name: "scale_min", type: "float" },
        { name: "scale_max", type: "float" },
        { name: "step", type: "float" },
        { name: "anchor_min", type: "char" },
        { name: "anchor_max", type: "char" },
        { name: "anchors", type: "text" },
    ],
};

registry.category("view_widgets").add("relationship_scale_preview", relationshipScalePreview);
