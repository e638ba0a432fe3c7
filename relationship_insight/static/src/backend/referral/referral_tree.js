import {
    Component,
    markRaw,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { cutTree, isFolded, layoutTree, linkPath, RADIUS } from "./referral_tree_layout";

const FIRST_DEPTH = 3;
const MORE_DEPTH = 60;
// Drawn around what can be seen, so that scrolling shows no holes.
const MARGIN = 500;
const ZOOMS = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2];
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
        this.scrollRef = useRef("scroll");
        this.state = useState({
            tree: null,
            closed: markRaw(new Set()),
            chosen: null,
            centre: null,
            zoom: 1,
            view: { left: 0, top: 0, right: 0, bottom: 0 },
        });
        this.anchor = null;
        // Once drawn anew, what the user looked at stands where it stood.
        useEffect(
            (el) => el && this.settle(el),
            () => [this.scrollRef.el, this.state.tree, this.state.closed, this.state.zoom]
        );
        onWillUnmount(() => browser.cancelAnimationFrame(this.frame));
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
        this.anchor ??= { id: tree.root, left: 0 };
        Object.assign(this.state, {
            tree: markRaw(tree),
            centre: tree.root,
            closed: markRaw(new Set()),
            chosen: tree.nodes[0].id,
        });
        this.look();
    }

    get tree() {
        return this.state.tree;
    }

    get isEmpty() {
        return this.tree.nodes.length < 2 && !this.tree.above.length && !this.tree.claims.length;
    }

    get picture() {
        const { tree, closed } = this.state;
        if (this.drawn?.tree !== tree || this.drawn.closed !== closed) {
            this.drawn = { tree, closed, ...layoutTree(tree.nodes, closed) };
        }
        return this.drawn;
    }

    get seen() {
        return cutTree(this.picture, this.state.view, this.state.chosen);
    }

    placeOf(id) {
        return this.picture.places.find((place) => place.node.id === id);
    }

    // ---------------------------------------------------------------- what is in sight

    /** Draw what is in sight, and a margin, where the anchor will stand. */
    look() {
        const el = this.scrollRef.el;
        const { zoom } = this.state;
        const width = (el?.clientWidth || 1200) / zoom;
        const height = (el?.clientHeight || 460) / zoom;
        const place = this.anchor && this.placeOf(this.anchor.id);
        const left = place ? this.anchorLeft(place, width) : el.scrollLeft / zoom;
        const top = place ? this.anchorTop(place, height) : el.scrollTop / zoom;
        this.state.view = {
            left: left - MARGIN,
            top: top - MARGIN,
            right: left + width + MARGIN,
            bottom: top + height + MARGIN,
        };
    }

    anchorLeft({ x }, width) {
        const { left } = this.anchor;
        const most = Math.max(0, this.picture.width - width);
        return Math.max(0, Math.min(most, left ?? x - width / 2));
    }

    anchorTop({ y }, height) {
        const most = Math.max(0, this.picture.height - height);
        return Math.max(
            0,
            Math.min(most, this.anchor.below ? y - this.anchor.below : y - height / 2)
        );
    }

    settle(el) {
        const place = this.anchor && this.placeOf(this.anchor.id);
        if (place) {
            const { zoom } = this.state;
            el.scrollLeft = this.anchorLeft(place, el.clientWidth / zoom) * zoom;
            el.scrollTop = this.anchorTop(place, el.clientHeight / zoom) * zoom;
        }
        this.anchor = null;
    }

    /** Keep a customer where it is on the page while what is around it changes. */
    hold(id) {
        const el = this.scrollRef.el;
        const place = el && this.placeOf(id);
        if (place) {
            const { zoom } = this.state;
            const below = place.y - el.scrollTop / zoom;
            this.anchor = { id, left: el.scrollLeft / zoom, below };
        }
    }

    /** One drawing a frame at most, and none as long as the margin isn't used up. */
    onScroll() {
        browser.cancelAnimationFrame(this.frame);
        this.frame = browser.requestAnimationFrame(() => {
            const el = this.scrollRef.el;
            const { zoom, view } = this.state;
            if (
                el &&
                (el.scrollLeft / zoom < view.left ||
                    el.scrollTop / zoom < view.top ||
                    (el.scrollLeft + el.clientWidth) / zoom > view.right ||
                    (el.scrollTop + el.clientHeight) / zoom > view.bottom)
            ) {
                this.look();
            }
        });
    }

    zoomBy(steps) {
        const at = ZOOMS.indexOf(this.state.zoom) + steps;
        if (ZOOMS[at]) {
            this.anchor = { id: this.state.chosen };
            this.state.zoom = ZOOMS[at];
            this.look();
        }
    }

    get canZoomIn() {
        return this.state.zoom < ZOOMS.at(-1);
    }

    get canZoomOut() {
        return this.state.zoom > ZOOMS[0];
    }

    onWheel(ev) {
        if (ev.ctrlKey || ev.metaKey) {
            ev.preventDefault();
            this.zoomBy(ev.deltaY < 0 ? 1 : -1);
        }
    }

    /** The mouse drags the picture; a finger scrolls it anyway. */
    onPointerDown(ev) {
        if (
            ev.pointerType === "mouse" &&
            ev.button === 0 &&
            !ev.target.closest(".o_referral_node")
        ) {
            this.drag = { x: ev.clientX, y: ev.clientY };
            this.scrollRef.el.setPointerCapture(ev.pointerId);
        }
    }

    onPointerMove(ev) {
        if (this.drag) {
            this.scrollRef.el.scrollLeft -= ev.clientX - this.drag.x;
            this.scrollRef.el.scrollTop -= ev.clientY - this.drag.y;
            this.drag = { x: ev.clientX, y: ev.clientY };
        }
    }

    onPointerUp() {
        this.drag = null;
    }

    // ---------------------------------------------------------------- what is told

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
                    : _t(
                          "%s customers came through them, directly or by friends of friends.",
                          total
                      )
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
        this.hold(node.id);
        if (node.children > place.known && !this.state.closed.has(node.id)) {
            await this.load(this.partnerId, MORE_DEPTH, this.state.centre);
            return;
        }
        const closed = new Set(this.state.closed);
        closed.has(node.id) ? closed.delete(node.id) : closed.add(node.id);
        this.state.closed = markRaw(closed);
        this.look();
    }

    get chosenPlace() {
        return this.placeOf(this.state.chosen);
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
