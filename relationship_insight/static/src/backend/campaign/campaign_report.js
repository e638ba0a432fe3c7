import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";
import { marked, number, percent } from "../dashboard/insight_format";
import { ResultCard } from "./result_card";

/** One campaign: how many of those asked answered, and what they said over time. */
export class CampaignReport extends Component {
    static template = "relationship_insight.CampaignReport";
    static components = { Layout, ResultCard };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.number = number;
        this.marked = marked;
        this.campaignId =
            this.props.state?.campaignId ||
            this.props.action.params?.campaign_id ||
            this.props.action.context?.active_id;
        this.state = useState({ data: null, cut: "channel" });
        useSetupAction({ getLocalState: () => ({ campaignId: this.campaignId }) });
        onWillStart(() => this.load(this.props.state?.waveId || false));
    }

    get cuts() {
        return [
            ["wave_id", _t("Wave")],
            ["channel", _t("Channel")],
            ["lang", _t("Language")],
            ["shop_name", _t("Shop")],
            ["stratum", _t("Group")],
            ["is_refreshment", _t("New or Asked Before")],
            ["step", _t("Reminders")],
        ];
    }

    async load(waveId) {
        if (this.campaignId) {
            this.state.data = await this.orm.call("relationship.campaign", "get_campaign_report", [
                [this.campaignId],
                waveId,
            ]);
        }
    }

    /** @param {string} value of the chosen option; "0" is all waves */
    loadWave(value) {
        return this.load(Number(value) || false);
    }

    async count() {
        await this.orm.call("relationship.campaign", "action_refresh_results", [[this.campaignId]]);
        await this.load(this.state.data.wave_id);
    }

    get chosen() {
        return this.state.data.funnel[0].count;
    }

    /** Width of a stage's bar, in percent of those chosen. */
    width(stage) {
        return this.chosen ? (100 * stage.count) / this.chosen : 0;
    }

    /** What became of the stage before, for example "41% of delivered". */
    through(place) {
        const { funnel } = this.state.data;
        if (!place || !funnel[place - 1].count) {
            return "";
        }
        return _t("%(share)s of: %(stage)s", {
            share: percent(funnel[place].count / funnel[place - 1].count),
            stage: funnel[place - 1].name,
        });
    }

    get headline() {
        const { funnel, people } = this.state.data;
        const [delivered, done] = [funnel[2].count, funnel[5].count];
        return delivered
            ? _t(
                  "%(done)s of %(delivered)s invitations to %(people)s customers led to an answer: %(share)s.",
                  {
                      people: number(people),
                      done: number(done),
                      delivered: number(delivered),
                      share: percent(done / delivered),
                  }
              )
            : _t("Nobody was reached yet.");
    }

    rate(row) {
        return row.delivered ? percent(row.done / row.delivered) : "–";
    }

    open(name, domain) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: String(name),
            res_model: "relationship.invitation",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain,
        });
    }
}

registry.category("actions").add("relationship_campaign_report", CampaignReport);
