import { Component } from "@odoo/owl";

const GOOD = ["glad", "cared", "ease", "valued", "impressed"];
const BAD = ["annoyed", "letdown", "ignored", "worried", "pressured"];
const REASONS = [
    "location",
    "convenience",
    "price",
    "promotion",
    "assortment",
    "quality",
    "habit",
    "only",
    "staff",
    "friend",
    "trust",
    "atmosphere",
];

/** A feeling or a reason as the public page draws it; what a shop made up itself as it was typed. */
export class Picture extends Component {
    static template = "relationship_insight.Picture";
    static props = {
        name: { type: [String, { value: false }], optional: true },
        class: { type: String, optional: true },
    };
    static defaultProps = { class: "" };

    get kind() {
        const { name } = this.props;
        if (GOOD.includes(name)) {
            return "o_relationship_face_good";
        }
        return BAD.includes(name) ? "o_relationship_face_bad" : "o_relationship_reason";
    }

    get isDrawn() {
        return [...GOOD, ...BAD, ...REASONS].includes(this.props.name);
    }

    get viewBox() {
        return REASONS.includes(this.props.name) ? "0 0 24 24" : "0 0 64 64";
    }
}
