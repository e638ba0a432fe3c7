import { Component, useState } from "@odoo/owl";
import { useDebounced } from "@web/core/utils/timing";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

const FRIENDS_SHOWN = 6;
const FRIEND_LETTERS = 2;

/** Who told a customer about us: one of ours, found by a few letters, or just a name. */
export class FriendPicker extends Component {
    static template = "relationship_insight.FriendPicker";
    static props = { note: Object };

    setup() {
        this.pos = usePos();
        this.notes = useState(this.pos.relationshipNotes);
        this.network = useState(this.pos.data.network);
        this.search = useState({ words: "", found: [] });
        this.askServer = useDebounced(() => this.findFriends(), 300);
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
                this.props.note.partner_id,
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
                partner.id !== this.props.note.partner_id &&
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
        this.notes.setFriend(this.props.note, { id, name });
        this.search.words = "";
        this.search.found = [];
    }

    keepName() {
        this.chooseFriend({ id: false, name: this.search.words.trim() });
    }
}
