import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Component, markRaw, onWillUpdateProps, useComponent, useState } from "@odoo/owl";

/** Frame of one picture: a title, a sentence, the picture or its table, a note. */
export class InsightCard extends Component {
    static template = "relationship_insight.InsightCard";
    static props = {
        title: String,
        loading: Boolean,
        headline: { type: String, optional: true },
        message: { type: String, optional: true },
        note: { type: String, optional: true },
        name: String,
        slots: Object,
    };

    setup() {
        this.state = useState({ table: false });
    }
}

/**
 * Load a picture's figures for the filters in the props, and again when they change.
 *
 * @param {string} method of relationship.insights
 * @returns reactive { data }, data is null while loading
 */
export function useInsightData(method) {
    const orm = useService("orm");
    const component = useComponent();
    const keepLast = new KeepLast();
    const state = useState({ data: null });
    const load = async (filters) => {
        state.data = null;
        const data = await keepLast.add(orm.call("relationship.insights", method, [filters]));
        state.data = markRaw(data);
    };
    load(component.props.filters);
    onWillUpdateProps((nextProps) => {
        if (nextProps.filters !== component.props.filters) {
            load(nextProps.filters);
        }
    });
    return state;
}

/** Functions that open the records behind a figure. */
export function useInsightRecords() {
    const action = useService("action");
    const open = (resModel, name, domain) =>
        action.doAction({
            type: "ir.actions.act_window",
            name: String(name),
            res_model: resModel,
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain,
        });
    return {
        openCustomers: (name, domain) => open("relationship.profile", name, domain),
        openReadings: (name, domain) => open("relationship.reading", name, domain),
        openSnapshots: (name, domain) => open("relationship.snapshot", name, domain),
        openContact: (partnerId) =>
            action.doAction({
                type: "ir.actions.act_window",
                res_model: "res.partner",
                res_id: partnerId,
                views: [[false, "form"]],
            }),
    };
}
