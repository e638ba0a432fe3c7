import { patch } from "@web/core/utils/patch";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { RelationshipStrip } from "../../components/relationship_strip/relationship_strip";

patch(ProductScreen, {
    components: { ...ProductScreen.components, RelationshipStrip },
});
