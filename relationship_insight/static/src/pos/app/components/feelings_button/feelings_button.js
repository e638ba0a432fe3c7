import { Component } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

/** Opens the feelings of an order's customer; disabled until a customer is picked. */
export class FeelingsButton extends Component {
    static template = "relationship_insight.FeelingsButton";
    static props = {
        order: { type: [Object, { value: null }], optional: true },
        class: { type: String, optional: true },
        iconOnly: { type: Boolean, optional: true },
    };
    static defaultProps = {
        class: "btn btn-secondary btn-lg lh-lg",
        iconOnly: false,
    };

    setup() {
        this.pos = usePos();
    }

    get partner() {
        return this.props.order?.getPartner();
    }

    get isEnabled() {
        return this.pos.canNoteFeelings(this.partner);
    }

    onClick() {
        this.pos.noteFeelings(this.partner, this.props.order);
    }
}
