import { patch } from "@web/core/utils/patch";
import { hootPosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { fields, models } from "@web/../tests/web_test_helpers";

export class RelationshipStrip extends models.ServerModel {
    _name = "relationship.strip";

    lines = fields.Json();

    _load_pos_data_fields() {
        return ["id", "lines"];
    }

    _records = [
        {
            id: 3,
            lines: [
                ["care", [1, 7, "stands on the right"]],
                ["talk", "2019-03-08", 5],
                ["ask", "like", "Green tea", 0],
            ],
        },
        {
            id: -1,
            lines: { tags: { 7: "📞 Phone first" }, staff: { 5: "Mali" }, shown: true },
        },
    ];
}

patch(hootPosModels, [...hootPosModels, RelationshipStrip]);
