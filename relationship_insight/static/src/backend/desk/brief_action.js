import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What to know before a visit: one page, each sentence opens its record. */
export class BriefAction extends Component {
    static template = "relationship_insight.BriefAction";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ brief: null });
        // The address keeps the customer as the active id, so a reload finds them again.
        const context = this.props.action.context || {};
        this.partnerId = context.partner_id || context.active_id || this.props.resId;
        onWillStart(async () => {
            await this.load();
            this.env.config.setDisplayName(
                this.brief ? _t("Brief: %(name)s", { name: this.brief.name }) : _t("Brief")
            );
        });
    }

    async load() {
        if (this.partnerId) {
            this.state.brief = await this.orm.call("relationship.brief", "get_brief", [
                this.partnerId,
            ]);
        }
    }

    get brief() {
        return this.state.brief;
    }

    get printUrl() {
        return `/report/html/relationship_insight.brief/${this.partnerId}`;
    }

    open(line) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: line.model,
            res_id: line.id,
            views: [[false, "form"]],
        });
    }

    openCustomer() {
        return this.open({ model: "res.partner", id: this.partnerId });
    }

    logConversation() {
        return this.action.doAction("relationship_insight.relationship_note_action_log", {
            additionalContext: {
                default_partner_id: this.partnerId,
                relationship_partner_known: true,
            },
            onClose: () => this.load(),
        });
    }
}

registry.category("actions").add("relationship_brief", BriefAction);
