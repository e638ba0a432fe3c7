import { Component } from "@odoo/owl";

/** A row of chips of which one may be chosen. */
export class NoteChips extends Component {
    static template = "relationship_insight.NoteChips";
    static props = {
        title: String,
        choices: Array,
        chosen: String,
        choose: Function,
        class: { type: String, optional: true },
    };
    static defaultProps = { class: "" };
}
