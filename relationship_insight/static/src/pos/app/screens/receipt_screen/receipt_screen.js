import { patch } from "@web/core/utils/patch";
import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
import { FeelingsButton } from "../../components/feelings_button/feelings_button";

patch(ReceiptScreen, {
    components: { ...ReceiptScreen.components, FeelingsButton },
});
