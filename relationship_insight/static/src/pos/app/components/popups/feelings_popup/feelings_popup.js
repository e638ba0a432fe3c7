import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { useDebounced } from "@web/core/utils/timing";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

const FRIENDS_SHOWN = 6;
const FRIEND_LETTERS = 2;

export class FeelingsPopup extends Component {
    static template = "relationship_insight.FeelingsPopup";
    static components = { Dialog };
    static props = {
        note: Object,
        feelings: Array,
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.notes = useState(this.pos.relationshipNotes);
        this.network = useState(this.pos.data.network);
        this.search = useState({ words: "", found: [] });
        this.askServer = useDebounced(() => this.findFriends(), 300);
    }

    get note() {
        return this.notes.notes[this.props.note.key] ?? this.props.note;
    }

    get title() {
        return _t("How did %s feel?", this.note.partner_name);
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

    isSent(feeling) {
        return this.note.sent_feelings.includes(feeling.id);
    }

    isChosen(feeling) {
        return this.note.feelings.includes(feeling.id);
    }

    describe(note) {
        const chosen = this.props.feelings.filter((feeling) => note.feelings.includes(feeling.id));
        return [
            ...chosen.map((feeling) => feeling.emoji || feeling.name),
            note.line,
            note.friend?.name,
        ]
            .filter(Boolean)
            .join(" ");
    }

    setWords(words) {
        this.search.words = words;
        this.search.found = [];
        if (words.trim().length >= FRIEND_LETTERS && !this.network.offline) {
            this.askServer();
        }
    }

    /** By name, phone, loyalty card or code; what this till has loaded is searched anyway. */
    async findFriends() {
        const { words } = this.search;
        try {
            const found = await this.pos.data.call("res.partner", "find_referrers", [
                words,
                this.note.partner_id,
                FRIENDS_SHOWN,
            ]);
            if (words === this.search.words) {
                this.search.found = found;
            }
        } catch {
            // Without the network, or without the right, the till's own customers are enough.
        }
    }

    get friends() {
        const words = this.search.words.trim().toLowerCase();
        if (words.length < FRIEND_LETTERS) {
            return [];
        }
        const digits = words.replace(/\D/g, "");
        const here = this.pos.models["res.partner"].filter(
            (partner) =>
                typeof partner.id === "number" &&
                partner.id !== this.note.partner_id &&
                (partner.name?.toLowerCase().includes(words) ||
                    partner.barcode === words ||
                    (digits.length > 4 && partner.phone?.replace(/\D/g, "").includes(digits)))
        );
        const friends = new Map();
        for (const { id, name, phone } of [...this.search.found, ...here]) {
            if (!friends.has(id) && friends.size < FRIENDS_SHOWN) {
                friends.set(id, { id, name, phone: phone || "" });
            }
        }
        return [...friends.values()];
    }

    chooseFriend({ id, name }) {
        this.notes.setFriend(this.note, { id, name });
        this.search.words = "";
        this.search.found = [];
    }

    keepName() {
        this.chooseFriend({ id: false, name: this.search.words.trim() });
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
