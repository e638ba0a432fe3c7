import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { FriendPopup } from "../components/friend_popup/friend_popup";
import { showCode } from "../utils/referral_code";

patch(PosStore.prototype, {
    /** Ask who brought a customer: one tap to ask, one to choose. */
    nameFriend(partner, order) {
        const note = this.openRelationshipNote(partner, order);
        this.dialog.add(
            FriendPopup,
            { note },
            { onClose: () => this.relationshipNotes.close(note) }
        );
    },

    /**
     * Note that a customer gave this friend's code. With the network the server says at once
     * whether it can count; without, it does when the note is sent.
     *
     * @param {Object} note of the customer
     * @param {string} text the code, or the link as scanned
     * @returns {Promise<{ name?: string, problem?: string }>}
     */
    async takeReferralCode(note, text) {
        let friend = { name: _t("Code %s", showCode(text)), code: text };
        if (!this.data.network.offline) {
            try {
                friend = await this.data.call("pos.session", "relationship_check_code", [
                    [this.session.id],
                    text,
                    note.partner_id,
                ]);
            } catch {
                // The network went just now: kept as it is.
            }
        }
        if (!friend.problem) {
            this.relationshipNotes.setFriend(note, {
                id: false,
                name: friend.name,
                code: friend.code,
            });
        }
        return friend;
    },

    /** A friend's link was scanned: it counts for the customer of the order, asked for if need be. */
    async scanReferralLink(text) {
        const order = this.getOrder();
        const partner = order?.getPartner() || (order && (await this.selectPartner(order)));
        if (typeof partner?.id !== "number") {
            this.notification.add(_t("Choose the customer, then scan the friend's code again."), {
                type: "warning",
            });
            return;
        }
        const note = this.openRelationshipNote(partner, order);
        const { name, problem } = await this.takeReferralCode(note, text);
        this.relationshipNotes.close(note);
        this.notification.add(
            problem ||
                _t("%(customer)s was brought by %(friend)s.", {
                    customer: partner.name,
                    friend: name,
                }),
            { type: problem ? "warning" : "success" }
        );
    },
});
