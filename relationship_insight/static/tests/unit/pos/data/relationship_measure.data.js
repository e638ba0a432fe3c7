import { patch } from "@web/core/utils/patch";
import { hootPosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { fields, models } from "@web/../tests/web_test_helpers";

export class RelationshipMeasure extends models.ServerModel {
    _name = "relationship.measure";

    name = fields.Char();
    emoji = fields.Char();
    valence = fields.Char();
    sequence = fields.Integer();

    _load_pos_data_fields() {
        return ["id", "name", "emoji", "valence", "sequence"];
    }

    _records = [
        { id: 1, name: "Annoyed", emoji: "😠", valence: "-1", sequence: 206 },
        { id: 2, name: "Glad", emoji: "😊", valence: "1", sequence: 201 },
        { id: 3, name: "Cared for", emoji: "🤗", valence: "1", sequence: 202 },
    ];
}

patch(hootPosModels, [...hootPosModels, RelationshipMeasure]);
