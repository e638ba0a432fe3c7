import { Component, useEffect, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

/** The three lines about the customer of an order; on a small screen one, until it is tapped. */
export class RelationshipStrip extends Component {
    static template = "relationship_insight.RelationshipStrip";
    static props = {
        order: { type: [Object, { value: null }], optional: true },
        class: { type: String, optional: true },
    };
    static defaultProps = { class: "" };

    setup() {
        this.pos = usePos();
        this.strips = useState(this.pos.relationshipStrips);
        this.state = useState({ isOpen: false });
        useEffect(
            (id) => {
                this.state.isOpen = false;
                if (typeof id === "number") {
                    this.pos.meetRelationshipCustomer(this.props.order, this.partner);
                }
            },
            () => [this.partner?.id, this.props.order?.uuid]
        );
    }

    get partner() {
        return this.props.order?.getPartner();
    }

    get strip() {
        return this.strips.describe(this.partner);
    }

    /** A tap shows the whole of what was cut off. */
    toggle() {
        this.state.isOpen = !this.state.isOpen;
    }
}
