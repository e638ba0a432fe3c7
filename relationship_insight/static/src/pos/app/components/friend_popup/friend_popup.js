import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { FriendPicker } from "../friend_picker/friend_picker";

/** Who brought the customer, and nothing else: it closes as soon as somebody is chosen. */
export class FriendPopup extends Component {
    static template = "relationship_insight.FriendPopup";
    static components = { Dialog, FriendPicker };
    static props = { note: Object, close: Function };

    setup() {
        this.notes = useState(usePos().relationshipNotes);
    }

    get note() {
        return this.notes.notes[this.props.note.key] ?? this.props.note;
    }

    get title() {
        return _t("Who told %s about us?", this.note.partner_name);
    }
}
