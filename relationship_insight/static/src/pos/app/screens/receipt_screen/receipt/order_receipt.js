import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { generateQRCodeDataUrl } from "@point_of_sale/utils";
import { patch } from "@web/core/utils/patch";
import { receiptToken } from "../../../utils/receipt_token";

patch(OrderReceipt.prototype, {
    get relationshipPulseUrl() {
        const { config, uuid, date_order, finalized, isRefund } = this.order;
        if (!config._relationship_receipt_key || !finalized || !uuid || isRefund) {
            return false;
        }
        const minute = Math.floor((date_order?.toSeconds?.() ?? Date.now() / 1000) / 60);
        const token = receiptToken(config._relationship_receipt_key, config.id, uuid, minute);
        return `${config._base_url}/pulse/receipt/${token}`;
    },

    get relationshipPulseQr() {
        return generateQRCodeDataUrl(this.relationshipPulseUrl);
    },
});
