import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RelationshipMeter } from "../widgets/relationship_meter/relationship_meter";

/** One of the four axes: its figure, how many answers it rests on, and as of when. */
export class RelationshipAxis extends Component {
    static template = "relationship_insight.RelationshipAxis";
    static components = { RelationshipMeter };
    static props = {
        title: String,
        icon: String,
        help: String,
        axis: Object,
        text: String,
        note: String,
        date: String,
        count: { type: String, optional: true },
    };

    get isKnown() {
        return this.props.axis.value !== null;
    }

    get countText() {
        return this.props.count || _t("Answers: %(count)s", { count: this.props.axis.n });
    }

    get isThin() {
        return this.props.axis.status === "low_base";
    }
}
