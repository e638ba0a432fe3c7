import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, markRaw, onWillStart, useState } from "@odoo/owl";
import * as format from "../../dashboard/insight_format";
import { useAllRefreshed } from "../../card/refreshed_hook";

/** Which top customers nobody talks with, and what is at risk if one colleague leaves. */
export class KeyPeopleAction extends Component {
    static template = "relationship_insight.KeyPeopleAction";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.format = format;
        this.state = useState({ board: null, leaver: null, now: null, second: [] });
        onWillStart(() => this.load());
        useAllRefreshed(() => this.load());
    }

    async load() {
        this.state.board = markRaw(
            await this.orm.call("relationship.key.people", "get_key_people", [])
        );
        if (this.board.people.length) {
            await this.choose(this.board.people[0].staff_id);
        }
    }

    get board() {
        return this.state.board;
    }

    choose(staffId) {
        Object.assign(this.state, { second: [], now: null, leaver: null });
        return this.loadLeaver(staffId);
    }

    async loadLeaver(staffId) {
        const leaver = await this.keepLast.add(
            this.orm.call("relationship.key.people", "get_leaver", [
                staffId,
                [...this.state.second],
            ])
        );
        this.state.leaver = markRaw(leaver);
        if (!this.state.second.length) {
            this.state.now = this.state.leaver;
        }
    }

    toggleSecond(customerId) {
        const { second } = this.state;
        this.state.second = second.includes(customerId)
            ? second.filter((id) => id !== customerId)
            : [...second, customerId];
        return this.loadLeaver(this.state.leaver.staff_id);
    }

    money(value) {
        return formatMonetary(Math.round(value), {
            currencyId: this.board.currency_id,
            digits: [16, 0],
        });
    }

    share(part, whole) {
        return whole ? format.percent(part / whole) : "–";
    }

    get tiles() {
        const { coverage, days } = this.board;
        return [
            {
                name: _t("Customers talked with in %s days", days),
                value: this.share(coverage.touched, coverage.customers),
            },
            {
                name: _t("Their part of the spend"),
                value: this.share(coverage.spend_touched, coverage.spend),
            },
            {
                name: _t("Customers talked with in half a year"),
                value: this.share(coverage.touched_180, coverage.customers),
            },
            {
                name: _t("Told us something in half a year"),
                value: this.share(coverage.heard_180, coverage.customers),
            },
        ];
    }

    /** Whom the shares above are of: fewer than on the page of insights. */
    get basisText() {
        return _t(
            "Shares of the %s customers who bought in the last 12 months; Insights also count those who bought earlier or only talked with us.",
            format.number(this.board.coverage.customers)
        );
    }

    level(share) {
        const { warn, alarm } = this.board;
        return share >= alarm ? "danger" : share >= warn ? "warning" : "info";
    }

    barWidth(person) {
        const most = Math.max(...this.board.people.map(({ exposed }) => exposed), 1);
        return `width: ${(100 * person.exposed) / most}%`;
    }

    get untouchedText() {
        return _t(
            "The tenth with the highest spend; no call, visit or counter talk recorded in %s days.",
            this.board.days
        );
    }

    get leaverText() {
        const { name, exposed, expected, share } = this.state.leaver;
        return _t(
            "If %(name)s leaves: %(exposed)s hang on them alone (%(share)s of all spend), about %(expected)s of it at risk.",
            {
                name,
                exposed: this.money(exposed),
                share: format.percent(share),
                expected: this.money(expected),
            }
        );
    }

    get savedText() {
        const { now, leaver } = this.state;
        return _t("A second warm bond saves about %s.", this.money(now.expected - leaver.expected));
    }

    countText(count) {
        return count === 1 ? _t("1 customer") : _t("%s customers", format.number(count));
    }

    helperText(customer) {
        return customer.helper
            ? _t("next: %(name)s, %(bond)s", {
                  name: customer.helper,
                  bond: Math.round(customer.helper_bond),
              })
            : _t("nobody else");
    }

    openCustomer(partnerId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: partnerId,
            views: [[false, "form"]],
        });
    }

    openUntouched() {
        return this.action.doAction("relationship_insight.relationship_profile_action_untouched");
    }

    openHeld() {
        return this.action.doAction("relationship_insight.relationship_profile_action_key_people", {
            additionalContext: { search_default_key_staff_id: this.state.leaver.staff_id },
        });
    }
}

registry.category("actions").add("relationship_key_people", KeyPeopleAction);
