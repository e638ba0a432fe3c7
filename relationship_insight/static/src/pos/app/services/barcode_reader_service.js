import { patch } from "@web/core/utils/patch";
import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { isReferralLink } from "../utils/referral_code";

patch(BarcodeReader.prototype, {
    /** A friend's link is no barcode of a product: it goes to whoever takes links. */
    async _scan(code) {
        if (!code || !isReferralLink(code)) {
            return super._scan(code);
        }
        const takers = this.exclusiveCbMap ? [this.exclusiveCbMap] : [...this.cbMaps];
        for (const { referral } of takers) {
            await referral?.({ type: "referral", code });
        }
    },
});
