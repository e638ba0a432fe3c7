import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useSpecialData } from "@web/views/fields/relational_utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Picture } from "@relationship_insight/pictures/picture";

const FEELING_DOMAIN = [
    ["kind", "=", "emotion"],
    ["parent_id.code", "=", "M02"],
];
const FEELING_FIELDS = ["name", "picture", "valence", "sequence"];

/** Shows the feelings as faces with a word, each switched on and off by one tap. */
export class FeelingsField extends Component {
    static template = "relationship_insight.FeelingsField";
    static components = { Picture };
    static props = { ...standardFieldProps };

    setup() {
        this.feelings = useSpecialData((orm, props) =>
            props.readonly
                ? []
                : orm.call(props.record.fields[props.name].relation, "search_read", [], {
                      domain: FEELING_DOMAIN,
                      fields: FEELING_FIELDS,
                      order: "sequence, id",
                  })
        );
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    /** @returns {Object[]} the chips of one side, to choose from or chosen ones when read only */
    getChips(valence) {
        const feelings = this.props.readonly
            ? this.list.records.map((record) => ({ ...record.data, id: record.resId }))
            : this.feelings.data || [];
        return feelings
            .filter((feeling) => feeling.valence === valence)
            .sort((a, b) => a.sequence - b.sequence);
    }

    get sides() {
        return [
            { valence: "1", label: _t("Good feelings"), className: "o_feeling_good" },
            { valence: "-1", label: _t("Bad feelings"), className: "o_feeling_bad" },
        ];
    }

    isChosen(feeling) {
        return this.list.currentIds.includes(feeling.id);
    }

    toggle(feeling) {
        // The record is at hand, so linking it asks the server for nothing.
        const { id, ...data } = feeling;
        return this.isChosen(feeling) ? this.list.unlinkFrom(id) : this.list.linkTo(id, data);
    }
}

export const feelingsField = {
    component: FeelingsField,
    displayName: _t("Feelings"),
    supportedTypes: ["many2many"],
    isEmpty: () => false,
    relatedFields: [
        { name: "name", type: "char" },
        { name: "picture", type: "char" },
        { name: "valence", type: "selection", selection: [] },
        { name: "sequence", type: "integer" },
    ],
};

registry.category("fields").add("relationship_feelings", feelingsField);
