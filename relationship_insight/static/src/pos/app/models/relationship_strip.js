import { registry } from "@web/core/registry";
import { Base } from "@point_of_sale/app/models/related_models";

/** What the till shows of one customer, or, with a negative id, the names that rows speak of. */
export class RelationshipStripRow extends Base {
    static pythonModel = "relationship.strip";
}

registry
    .category("pos_available_models")
    .add(RelationshipStripRow.pythonModel, RelationshipStripRow);
