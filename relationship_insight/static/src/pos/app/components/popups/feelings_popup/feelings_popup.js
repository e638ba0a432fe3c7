import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { Picture } from "@relationship_insight/pictures/picture";
import { FriendPicker } from "../../friend_picker/friend_picker";
import { NoteChips } from "../../note_chips/note_chips";
import { NotePromise } from "../../note_promise/note_promise";

export class FeelingsPopup extends Component {
    static template = "relationship_insight.FeelingsPopup";
    static components = { Dialog, FriendPicker, NoteChips, NotePromise, Picture };
    static props = {
        note: Object,
        feelings: Array,
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.notes = useState(this.pos.relationshipNotes);
        this.network = useState(this.pos.data.network);
    }

    get note() {
        return this.notes.notes[this.props.note.key] ?? this.props.note;
    }

    get title() {
        return _t("Note about %s", this.note.partner_name);
    }

    get columns() {
        const isNegative = (feeling) => feeling.valence === "-1";
        return [
            this.props.feelings.filter((feeling) => !isNegative(feeling)),
            this.props.feelings.filter(isNegative),
        ];
    }

    /** Other notes the server refused, to try again or to give up. */
    get refused() {
        return this.notes.refused;
    }

    get status() {
        if (!this.notes.hasNews(this.note)) {
            return this.note.is_sent ? _t("Saved") : "";
        }
        return this.network.offline
            ? _t("Saved on this till. It is sent when the network is back.")
            : _t("Saved");
    }

    get purposes() {
        return [
            { value: "listen", name: _t("Listening") },
            { value: "care", name: _t("Care") },
            { value: "sell", name: _t("Sale") },
            { value: "advise", name: _t("Advice before the sale") },
            { value: "solve", name: _t("Help after the sale") },
            { value: "complaint", name: _t("Complaint") },
        ];
    }

    get kinds() {
        return [
            { value: "care", name: _t("How to care for them") },
            { value: "like", name: _t("Likes") },
            { value: "dislike", name: _t("Dislikes") },
            { value: "need", name: _t("Needs") },
            { value: "wish", name: _t("Wishes for") },
        ];
    }

    get isPrivate() {
        return this.note.choices.visibility === "me";
    }

    get canBePrivate() {
        return this.pos.relationshipStrips?.names.private;
    }

    togglePrivate() {
        this.notes.setChoice(this.note, "visibility", this.isPrivate ? "company" : "me");
    }

    isSent(feeling) {
        return this.note.sent_feelings.includes(feeling.id);
    }

    isChosen(feeling) {
        return this.note.feelings.includes(feeling.id);
    }

    describe(note) {
        const chosen = this.props.feelings.filter((feeling) => note.feelings.includes(feeling.id));
        return [
            ...chosen.map((feeling) => feeling.name),
            note.line,
            note.promise,
            note.friend?.name,
        ]
            .filter(Boolean)
            .join(", ");
    }

    /** A tap beside the popup is the quickest way on: everything is saved already. */
    onClickOutside(ev) {
        if (ev.target.classList.contains("modal")) {
            this.props.close();
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            this.props.close();
        }
    }
}
