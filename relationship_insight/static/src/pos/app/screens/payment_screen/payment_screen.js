import { patch } from "@web/core/utils/patch";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { RelationshipStrip } from "../../components/relationship_strip/relationship_strip";

patch(PaymentScreen, {
    components: { ...PaymentScreen.components, RelationshipStrip },
});
