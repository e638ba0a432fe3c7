import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { RelationshipStrips } from "./relationship_strips";
import "./pos_store";

patch(PosStore.prototype, {
    async setup() {
        await super.setup(...arguments);
        this.relationshipStrips = new RelationshipStrips({
            models: this.models,
            userId: user.userId,
            fetch: (id) => this.fetchRelationshipStrip(id),
            keep: (rows) => this.data.synchronizeServerDataInIndexedDB(rows),
        });
    },

    /** Straight to the server: a failure is no reason to tell the cashier about the network. */
    async fetchRelationshipStrip(partnerId) {
        if (this.data.network.offline) {
            return false;
        }
        return this.data.orm.silent.call("pos.session", "relationship_get_strips", [
            [this.session.id],
            [partnerId],
        ]);
    },

    /** A customer was picked: show a pinned warning at once, the latest lines when they come. */
    async meetRelationshipCustomer(order, partner) {
        this.showRelationshipPin(order, partner);
        await this.relationshipStrips.refresh(partner.id);
        if (order.getPartner()?.id === partner.id) {
            this.showRelationshipPin(order, partner);
        }
    },

    /** Once per order and customer, also after a reload. */
    showRelationshipPin(order, partner) {
        const pin = this.relationshipStrips.pinOf(partner);
        if (!pin || order.finalized || order.uiState.relationshipPinned === partner.id) {
            return;
        }
        order.uiState.relationshipPinned = partner.id;
        this.dialog.add(AlertDialog, {
            title: _t("Warning for %s", partner.name),
            body: pin,
        });
    },

    async sendRelationshipNote(note) {
        const isStored = await super.sendRelationshipNote(...arguments);
        this.relationshipStrips?.refresh(note.partner_id);
        return isStored;
    },
});
