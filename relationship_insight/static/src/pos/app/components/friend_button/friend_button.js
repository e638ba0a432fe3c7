import { Component } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

/** Asks who brought an order's customer; disabled until a customer is picked. */
export class FriendButton extends Component {
    static template = "relationship_insight.FriendButton";
    static props = {
        order: { type: [Object, { value: null }], optional: true },
    };

    setup() {
        this.pos = usePos();
    }

    get partner() {
        return this.props.order?.getPartner();
    }

    get isEnabled() {
        return typeof this.partner?.id === "number";
    }

    onClick() {
        this.pos.nameFriend(this.partner, this.props.order);
    }
}
