import { Component, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

/** Asks who brought an order's customer; disabled until a customer is picked. */
export class FriendButton extends Component {
    static template = "relationship_insight.FriendButton";
    static props = {
        order: { type: [Object, { value: null }], optional: true },
    };

    setup() {
        this.pos = usePos();
        this.notes = useState(this.pos.relationshipNotes);
    }

    get partner() {
        return this.props.order?.getPartner();
    }

    get isEnabled() {
        return typeof this.partner?.id === "number";
    }

    get isNamed() {
        const { partner } = this;
        return Object.values(this.notes.notes).some(
            ({ order_uuid, partner_id, friend }) =>
                friend && order_uuid === this.props.order?.uuid && partner_id === partner?.id
        );
    }

    onClick() {
        this.pos.nameFriend(this.partner, this.props.order);
    }
}
