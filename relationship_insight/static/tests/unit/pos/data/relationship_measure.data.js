import { patch } from "@web/core/utils/patch";
import { hootPosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { fields, models } from "@web/../tests/web_test_helpers";

export class RelationshipMeasure extends models.ServerModel {
    _name = "relationship.measure";

    name = fields.Char();
    picture = fields.Char();
    valence = fields.Char();
    sequence = fields.Integer();

    _load_pos_data_fields() {
        return ["id", "name", "picture", "valence", "sequence"];
    }

    _records = [
        { id: 1, name: "Annoyed", picture: "annoyed", valence: "-1", sequence: 206 },
        { id: 2, name: "Glad", picture: "glad", valence: "1", sequence: 201 },
        { id: 3, name: "Cared for", picture: "cared", valence: "1", sequence: 202 },
    ];
}

patch(hootPosModels, [...hootPosModels, RelationshipMeasure]);
