import { DataServiceOptions } from "@point_of_sale/app/models/data_service_options";
import { patch } from "@web/core/utils/patch";

patch(DataServiceOptions.prototype, {
    get uniqueModels() {
        // The server always sends all of these: what the browser kept before is replaced.
        return [...super.uniqueModels, "relationship.measure", "relationship.strip"];
    },
});
