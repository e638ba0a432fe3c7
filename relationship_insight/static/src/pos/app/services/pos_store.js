import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { FeelingsPopup } from "../components/popups/feelings_popup/feelings_popup";
import { RelationshipNotes } from "./relationship_notes";

patch(PosStore.prototype, {
    async setup() {
        await super.setup(...arguments);
        this.relationshipNotes = new RelationshipNotes({
            database: odoo.info?.db,
            send: (note) => this.sendRelationshipNote(note),
            isOrderOpen: (uuid) => this.isRelationshipOrderOpen(uuid),
            onRefused: (note) => this.warnRelationshipNoteRefused(note),
            onUnsaved: () => this.warnRelationshipNoteUnsaved(),
        });
        window.addEventListener("pos-network-online", () => this.relationshipNotes.flush());
        this.relationshipNotes.flush();
    },

    async postSyncAllOrders() {
        await super.postSyncAllOrders(...arguments);
        // Not awaited: a payment never waits for a note.
        this.relationshipNotes?.flush();
    },

    /** The feelings a cashier can note, pleasant ones first; none if they could not be loaded. */
    get relationshipFeelings() {
        const measures = this.models["relationship.measure"]?.getAll() ?? [];
        return [...measures].sort((a, b) => a.sequence - b.sequence || a.id - b.id);
    },

    canNoteFeelings(partner) {
        return typeof partner?.id === "number" && this.relationshipFeelings.length > 0;
    },

    /** Start or continue the note about a customer, see RelationshipNotes. */
    openRelationshipNote(partner, order) {
        const cashier = this.getCashier();
        const isEmployee = cashier?.model?.name === "hr.employee";
        return this.relationshipNotes.open({
            partner_id: partner.id,
            partner_name: partner.name,
            order_uuid: order?.uuid || "",
            user_id: (isEmployee ? this.user?.id : cashier?.id) || false,
            employee_id: isEmployee ? cashier.id : false,
        });
    },

    /**
     * Ask how a customer felt.
     *
     * @param {Object} partner
     * @param {Object} [order] the order being served, if any
     */
    noteFeelings(partner, order) {
        const note = this.openRelationshipNote(partner, order);
        this.dialog.add(
            FeelingsPopup,
            { note, feelings: this.relationshipFeelings },
            { onClose: () => this.relationshipNotes.close(note) }
        );
    },

    sendRelationshipNote(note) {
        return this.data.call("pos.session", "relationship_store_note", [[this.session.id], note]);
    },

    isRelationshipOrderOpen(uuid) {
        const order = this.models["pos.order"].getBy("uuid", uuid);
        return Boolean(order) && order.state !== "cancel" && !(order.finalized && order.isSynced);
    },

    warnRelationshipNoteRefused(note) {
        this.notification.add(
            _t("The note about %(customer)s could not be saved: %(reason)s", {
                customer: note.partner_name,
                reason: note.refused,
            }),
            { type: "danger", sticky: true }
        );
    },

    warnRelationshipNoteUnsaved() {
        this.notification.add(
            _t("This browser can't keep the note. Stay on this page until it is sent."),
            { type: "warning" }
        );
    },
});
