import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";
import { useAllRefreshed } from "../card/refreshed_hook";
import { FeelingsCard } from "./feelings_card";
import { HistoryCard } from "./history_card";
import { MatrixCard } from "./matrix_card";
import { MotivesCard } from "./motives_card";

const NO_FILTERS = { user_id: false, staff_id: false, customer_type: false, months: 12 };
const NUMBERS = ["user_id", "staff_id", "months"];

/** Insights: the pictures of who customers are to us, how they feel, and why they buy. */
export class InsightAction extends Component {
    static template = "relationship_insight.InsightAction";
    static components = { FeelingsCard, HistoryCard, Layout, MatrixCard, MotivesCard };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({
            filters: { ...NO_FILTERS, ...this.props.state?.filters },
            options: null,
        });
        useSetupAction({ getLocalState: () => ({ filters: { ...this.state.filters } }) });
        onWillStart(() => this.load());
        useAllRefreshed(async () => {
            await this.load();
            this.state.filters = { ...this.state.filters };
        });
    }

    async load() {
        this.state.options = await this.orm.call(
            "relationship.insights",
            "get_insight_options",
            []
        );
    }

    get options() {
        return this.state.options;
    }

    get note() {
        const { companies, threshold_company: company } = this.options;
        const parts = [
            _t(
                "These pictures explain: they say why customers come and what to ask next. They don't predict better than the two scales themselves."
            ),
        ];
        if (companies.length > 1) {
            parts.push(
                _t(
                    "They show %(companies)s together; the lines of the first picture are those of %(company)s.",
                    {
                        companies,
                        company,
                    }
                )
            );
        }
        return parts.join(" ");
    }

    /**
     * A new object each time, so that the pictures see the change.
     *
     * @param {string} name
     * @param {string} value of the chosen option; "" and "0" are no filter
     */
    setFilter(name, value) {
        const chosen = (NUMBERS.includes(name) ? Number(value) : value) || NO_FILTERS[name];
        this.state.filters = { ...this.state.filters, [name]: chosen };
    }

    async refreshNow() {
        const result = await this.orm.call("relationship.insights", "action_refresh_now", []);
        this.action.doAction(result);
    }

    /** Whose class changed lately, and why: of the salesperson looked at. */
    openChanges() {
        const { user_id: userId } = this.state.filters;
        return this.action.doAction("relationship_insight.relationship_transition_action_lately", {
            additionalContext: {
                search_default_lately: 1,
                ...(userId && { search_default_user_id: userId }),
            },
        });
    }

    openCapture(xmlId) {
        this.action.doAction(xmlId);
    }
}

registry.category("actions").add("relationship_insight", InsightAction);
