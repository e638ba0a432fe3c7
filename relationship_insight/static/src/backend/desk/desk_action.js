import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useAllRefreshed } from "../card/refreshed_hook";

/** My desk: a handful of people to talk with today, each with the reason, and what is due. */
export class DeskAction extends Component {
    static template = "relationship_insight.DeskAction";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.state = useState({ desk: null });
        onWillStart(() => this.load(false));
        useAllRefreshed(() => this.load());
    }

    async load(everyone = this.state.desk?.everyone) {
        this.state.desk = await this.orm.call("relationship.desk", "get_desk", [], { everyone });
    }

    get desk() {
        return this.state.desk;
    }

    get isEmpty() {
        const { drafts, people, promises, cases, events, handovers } = this.desk;
        const lists = [people, promises, cases, events, handovers];
        return !drafts && lists.every((list) => !list.length);
    }

    get today() {
        return deserializeDate(this.desk.today).toLocaleString({
            weekday: "long",
            day: "numeric",
            month: "long",
        });
    }

    get progressText() {
        const { done, total } = this.desk.progress;
        return _t("%(done)s of %(total)s done today", { done, total });
    }

    whenText(days) {
        if (days < -1) {
            return _t("%(days)s days late", { days: -days });
        }
        if (days === -1) {
            return _t("since yesterday");
        }
        if (days === 0) {
            return _t("today");
        }
        return days === 1 ? _t("tomorrow") : _t("in %(days)s days", { days });
    }

    logConversation(line) {
        return this.action.doAction("relationship_insight.relationship_note_action_log", {
            additionalContext: {
                default_partner_id: line.partner_id || line.id,
                relationship_partner_known: true,
            },
            onClose: () => this.load(),
        });
    }

    openBrief(partnerId) {
        return this.action.doAction("relationship_insight.relationship_brief_action", {
            additionalContext: { partner_id: partnerId, active_id: partnerId },
        });
    }

    openForm(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openCases() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Open cases"),
            res_model: "relationship.case",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            domain: this.desk.case_domain,
        });
    }

    /** Whose class changed since last quarter. */
    openChanges() {
        return this.action.doAction("relationship_insight.relationship_transition_action_lately", {
            additionalContext: { search_default_quarter: 1 },
        });
    }

    openAsked() {
        return this.action.doAction("relationship_insight.relationship_eligibility_action", {
            viewType: "list",
            additionalContext: {
                search_default_skipped: 1,
                search_default_deferred: 1,
                search_default_group_reason: 1,
            },
        });
    }

    async openStep(step) {
        const action = await this.orm.call("relationship.onboarding", "open_step", [step.id]);
        await this.action.doAction(action);
        if (action.tag === "display_notification") {
            await this.load();
        }
    }

    async closeOnboarding() {
        await this.orm.call("relationship.onboarding", "put_away");
        await this.load();
    }

    finishDrafts() {
        return this.action.doAction("relationship_insight.relationship_field_action");
    }

    async hide(method, kind, line, text) {
        await this.orm.call("relationship.desk", method, [kind, line.id]);
        this.notification.add(text, { type: "info" });
        await this.load();
    }

    snooze(kind, line) {
        return this.hide("snooze", kind, line, _t("It comes back in a week."));
    }

    notRelevant(kind, line) {
        return this.hide("not_relevant", kind, line, _t("It won't be shown again."));
    }

    async keepPromise(line) {
        await this.orm.call("relationship.promise", "action_keep", [[line.id]]);
        this.notification.add(_t("Kept. Well done!"), { type: "success" });
        await this.load();
    }

    async toggleDigest() {
        await this.orm.call("relationship.desk", "set_digest", [!this.desk.digest]);
        await this.load();
    }
}

registry.category("actions").add("relationship_desk", DeskAction);
