import { patch } from "@web/core/utils/patch";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { RelationshipStrip } from "../../components/relationship_strip/relationship_strip";

patch(ProductScreen, {
    components: { ...ProductScreen.components, RelationshipStrip },
});

patch(ProductScreen.prototype, {
    setup() {
        super.setup(...arguments);
        useBarcodeReader({ referral: ({ code }) => this.pos.scanReferralLink(code) });
    },
});
