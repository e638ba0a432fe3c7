import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useRefreshedCustomers } from "../card/refreshed_hook";

/** The person behind the contact: last talk, what we know, who is around them. Chips first. */
export class PersonCard extends Component {
    static template = "relationship_insight.PersonCard";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ card: null, adding: false, kind: "like" });
        useRefreshedCustomers(
            (customers) => customers.includes(this.card?.customer_id) && this.reload()
        );
        // A talk logged on the same screen, also with one of a company's people, moves its dates.
        useBus(this.env.bus, "RELATIONSHIP:LOGGED", () => this.partnerId && this.reload());
        onWillStart(() => {
            this.load(this.props.record.resId);
        });
        onWillUpdateProps((nextProps) => {
            if (nextProps.record.resId !== this.partnerId) {
                this.load(nextProps.record.resId);
            }
        });
    }

    /** Not awaited, so that the form never waits for the card. */
    async load(partnerId) {
        this.partnerId = partnerId;
        this.state.card = null;
        this.state.adding = false;
        if (partnerId) {
            await this.reload();
        }
    }

    async reload() {
        this.state.card = await this.keepLast.add(
            this.orm.call("relationship.person", "get_person_card", [this.partnerId])
        );
    }

    get card() {
        return this.state.card;
    }

    get tags() {
        return this.card.tags.filter((tag) => tag.kind === this.state.kind);
    }

    stageColor(stage) {
        return { active: "success", cooling: "info", dormant: "warning", stale: "danger" }[stage];
    }

    async tapTag(tag) {
        await this.orm.create("relationship.preference", [
            { partner_id: this.partnerId, tag_id: tag.id, kind: this.state.kind },
        ]);
        await this.reload();
    }

    async addText(ev) {
        const text = ev.target.value.trim();
        if (ev.key !== "Enter" || !text) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        ev.target.value = "";
        await this.orm.create("relationship.preference", [
            { partner_id: this.partnerId, text, kind: this.state.kind },
        ]);
        await this.reload();
    }

    async act(preference, method) {
        await this.orm.call("relationship.preference", method, [[preference.id]]);
        await this.reload();
    }

    openBrief() {
        return this.action.doAction("relationship_insight.relationship_brief_action", {
            additionalContext: { partner_id: this.partnerId, active_id: this.partnerId },
        });
    }

    openCadence() {
        return this.openForm("relationship.cadence", this.card.cadence.id);
    }

    openForm(model, id, target = "current") {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: model,
                res_id: id,
                views: [[false, "form"]],
                target,
            },
            { onClose: () => this.reload() }
        );
    }

    add(model, name) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name,
                res_model: model,
                views: [[false, "form"]],
                target: "new",
                context: { default_partner_id: this.partnerId },
            },
            { onClose: () => this.reload() }
        );
    }

    addEvent() {
        return this.add("relationship.life.event", _t("A day that matters"));
    }

    addPerson() {
        return this.add("relationship.relation", _t("A person around them"));
    }
}

registry.category("view_widgets").add("relationship_person", { component: PersonCard });
