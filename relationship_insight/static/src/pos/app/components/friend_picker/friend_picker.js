import { Component, useState } from "@odoo/owl";
import { useAutofocus } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { isNamedBy } from "../../utils/friend_match";
import { isReferralLink, readCode, showCode } from "../../utils/referral_code";

const FRIENDS_SHOWN = 6;
const FRIEND_LETTERS = 2;

/** Who told a customer about us: one of ours, found by a few letters or a code, or just a name. */
export class FriendPicker extends Component {
    static template = "relationship_insight.FriendPicker";
    static props = {
        note: Object,
        autofocus: { type: Boolean, optional: true },
        onChosen: { type: Function, optional: true },
    };

    setup() {
        this.pos = usePos();
        this.notes = useState(this.pos.relationshipNotes);
        this.network = useState(this.pos.data.network);
        this.search = useState({ words: "", found: [], problem: "" });
        this.showCode = showCode;
        this.askServer = useDebounced(() => this.findFriends(), 300);
        if (this.props.autofocus) {
            useAutofocus({ refName: "words", mobile: true });
        }
    }

    setWords(words) {
        Object.assign(this.search, { words, found: [], problem: "" });
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

    /** What was typed or scanned, if it is a code; the server knows whose it is. */
    get code() {
        const words = this.search.words.trim();
        return isReferralLink(words) ? words : readCode(words);
    }

    get friends() {
        const words = this.search.words.trim().toLowerCase();
        if (words.length < FRIEND_LETTERS) {
            return [];
        }
        const here = this.pos.models["res.partner"].filter(
            (partner) =>
                typeof partner.id === "number" &&
                partner.id !== this.props.note.partner_id &&
                isNamedBy(partner, words)
        );
        const friends = new Map();
        for (const { id, name, phone, code } of [...this.search.found, ...here]) {
            if (!friends.has(id) && friends.size < FRIENDS_SHOWN) {
                friends.set(id, { id, name: name || "", phone: phone || "", code: code || "" });
            }
        }
        return [...friends.values()];
    }

    async chooseFriend({ id, name, code }) {
        if (code) {
            return this.useCode(code);
        }
        this.notes.setFriend(this.props.note, { id, name });
        this.done();
    }

    async useCode(code) {
        const { problem } = await this.pos.takeReferralCode(this.props.note, code);
        if (problem) {
            this.search.problem = problem;
        } else {
            this.done();
        }
    }

    done() {
        Object.assign(this.search, { words: "", found: [], problem: "" });
        this.props.onChosen?.();
    }

    keepName() {
        return this.chooseFriend({ id: false, name: this.search.words.trim() });
    }

    /** Scanners end with Enter: a code is taken at once. */
    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing && this.code) {
            ev.preventDefault();
            ev.stopPropagation();
            this.useCode(this.code);
        }
    }
}
