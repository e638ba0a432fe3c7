import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { isFolded, layoutTree, linkPath, RADIUS } from "./referral_tree_layout";

const FIRST_DEPTH = 3;
const MORE_DEPTH = 60;
const STATES = {
    claimed: _t("Told, not confirmed"),
    confirmed: _t("Confirmed, not bought yet"),
    qualified: _t("Bought"),
    rewarded: _t("Bought, both thanked"),
};

/** Who brought this customer, whom they brought, and whom those brought. */
export class ReferralTree extends Component {
    static template = "relationship_insight.ReferralTree";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.radius = RADIUS;
        this.linkPath = linkPath;
        this.state = useState({ tree: null, closed: new Set(), chosen: null, centre: null });
        onWillStart(() => {
            this.load(this.props.record.resId, FIRST_DEPTH);
        });
        onWillUpdateProps((nextProps) => {
            if (nextProps.record.resId !== this.partnerId) {
                this.load(nextProps.record.resId, FIRST_DEPTH);
            }
        });
    }

    /** Not awaited while the tab opens, so that the form never waits for the tree. */
    async load(partnerId, depth, centre = partnerId) {
        this.partnerId = partnerId;
        if (!partnerId) {
            this.state.tree = null;
            return;
        }
        const tree = await this.keepLast.add(
            this.orm.call("relationship.referral", "get_referral_tree", [centre, depth])
        );
        Object.assign(this.state, {
            tree,
            centre: tree.root,
            closed: new Set(),
            chosen: tree.nodes[0].id,
        });
    }

    get tree() {
        return this.state.tree;
    }

    get isEmpty() {
        return this.tree.nodes.length < 2 && !this.tree.above.length && !this.tree.claims.length;
    }

    get picture() {
        return layoutTree(this.tree.nodes, this.state.closed);
    }

    get chosen() {
        return this.tree.nodes.find((node) => node.id === this.state.chosen);
    }

    get summary() {
        const { total, above } = this.tree;
        const parts = [];
        if (above.length) {
            parts.push(_t("Brought by %s.", this.name(above[0])));
        }
        if (total) {
            parts.push(
                total === 1
                    ? _t("One customer came through them.")
                    : _t("%s customers came through them, directly or by friends of friends.", total)
            );
        }
        return parts.join(" ");
    }

    name(node) {
        return node.name || _t("A customer you can't see");
    }

    short(node) {
        const letters = [...this.name(node)];
        return letters.length > 22 ? letters.slice(0, 21).join("") + "…" : letters.join("");
    }

    label({ node }) {
        return _t("%(name)s, brought %(count)s", { name: this.name(node), count: node.children });
    }

    stateText(node) {
        return STATES[node.state] || "";
    }

    folded(place) {
        return isFolded(place, this.state.closed);
    }

    money(amount) {
        return formatMonetary(amount || 0, { currencyId: this.tree.currency_id });
    }

    get facts() {
        const node = this.chosen;
        const facts = [];
        if (node.date) {
            facts.push(
                _t("Came on %(date)s: %(state)s", {
                    date: this.date(node.date),
                    state: this.stateText(node),
                })
            );
        }
        facts.push(_t("Friends brought: %s", node.children));
        if (node.downstream > node.children) {
            facts.push(_t("Came through them in all: %s", node.downstream));
        }
        if (node.revenue) {
            facts.push(_t("Their friends bought for: %s", this.money(node.revenue)));
        }
        if (node.value) {
            facts.push(_t("Referral value: %s", this.money(node.value)));
        }
        return facts;
    }

    choose(node) {
        this.state.chosen = node.id;
    }

    /** Fold friends away, unfold them, or fetch those that are not here yet. */
    async toggle(place) {
        const { node } = place;
        if (node.children > place.known && !this.state.closed.has(node.id)) {
            await this.load(this.partnerId, MORE_DEPTH, this.state.centre);
            return;
        }
        const closed = new Set(this.state.closed);
        closed.has(node.id) ? closed.delete(node.id) : closed.add(node.id);
        this.state.closed = closed;
    }

    get chosenPlace() {
        return this.picture.places.find((place) => place.node.id === this.state.chosen);
    }

    onKeydown(event, place) {
        if (["Enter", " "].includes(event.key)) {
            event.preventDefault();
            this.choose(place.node);
        }
    }

    /** Put another customer at the root. */
    centreOn(node) {
        return this.load(this.partnerId, FIRST_DEPTH, node.id);
    }

    date(day) {
        return formatDate(deserializeDate(day));
    }

    openClaim(claim) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "relationship.referral",
            res_id: claim.id,
            views: [[false, "form"]],
        });
    }

    openContact(node) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: node.id,
            views: [[false, "form"]],
        });
    }
}

export const referralTree = {
    component: ReferralTree,
};
registry.category("view_widgets").add("relationship_referral_tree", referralTree);
