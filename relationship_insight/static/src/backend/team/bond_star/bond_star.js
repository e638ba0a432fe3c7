import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { placeBonds, SIZE } from "./bond_star_geometry";

const BANDS = {
    none: _t("Hardly a bond"),
    weak: _t("Weak bond"),
    good: _t("Good bond"),
    strong: _t("Strong bond"),
};

/** A customer in the middle, the staff around: the closer and thicker, the stronger the bond. */
export class BondStar extends Component {
    static template = "relationship_insight.BondStar";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.size = SIZE;
        this.state = useState({ star: null, chosen: null, failed: false });
        onWillStart(() => {
            this.load(this.props);
        });
        onWillUpdateProps((nextProps) => {
            if (nextProps.record.resId !== this.partnerId) {
                this.load(nextProps);
            }
        });
    }

    /** Not awaited while the tab opens, so that the form never waits for the star. */
    async load({ record }) {
        this.partnerId = record.resId;
        Object.assign(this.state, { star: null, chosen: null, failed: false });
        if (!this.partnerId) {
            return;
        }
        try {
            const star = await this.keepLast.add(
                this.orm.call("relationship.bond", "get_bond_star", [this.partnerId])
            );
            const places = placeBonds(star.bonds);
            star.bonds.forEach((bond, place) => Object.assign(bond, { at: places[place] }));
            this.state.star = star;
            this.state.chosen = star.bonds[0]?.id || null;
        } catch (error) {
            this.state.failed = true;
            throw error;
        }
    }

    get star() {
        return this.state.star;
    }

    get chosen() {
        return this.star.bonds.find((bond) => bond.id === this.state.chosen);
    }

    get summary() {
        const { all, warm, key_staff, risk, bonds } = this.star;
        if (!all) {
            return _t("You see your own bond. Customer Relations see everybody's.");
        }
        if (warm === 1 && key_staff) {
            return _t(
                "Everything hangs on %(staff)s: nobody else has a warm bond. Key-person risk %(risk)s of 100.",
                { staff: key_staff, risk: this.round(100 * risk) }
            );
        }
        if (!warm) {
            return bonds.length ? _t("Nobody has a warm bond with them yet.") : "";
        }
        return _t("Colleagues with a warm bond: %(count)s", { count: warm });
    }

    get capText() {
        return _t("The customer has not told us, so it never counts above %s.", this.star.cap);
    }

    get hiddenText() {
        return _t("More colleagues with weaker bonds, not drawn: %s", this.star.hidden);
    }

    bandText(bond) {
        return BANDS[bond.band] || BANDS.none;
    }

    initials(name) {
        return (name || "?")
            .split(/\s+/)
            .slice(0, 2)
            .map((word) => [...word][0])
            .join("");
    }

    short(name) {
        const letters = [...(name || "")];
        return letters.length > 18 ? letters.slice(0, 17).join("") + "…" : name;
    }

    label(bond) {
        return _t("%(staff)s, %(band)s, %(strength)s of 100", {
            staff: bond.staff,
            band: this.bandText(bond),
            strength: this.round(bond.strength),
        });
    }

    round(value) {
        return formatFloat(value || 0, { digits: [16, 0] });
    }

    get facts() {
        const { talks, served, kept, last_talk: last } = this.chosen;
        return [
            last
                ? _t("Last talk: %(date)s", { date: formatDate(deserializeDateTime(last)) })
                : _t("No talk on record"),
            _t("Talks in 12 months: %(count)s", { count: talks }),
            served ? _t("Orders served at the till: %(count)s", { count: served }) : "",
            kept ? _t("Promises kept: %(count)s", { count: kept }) : "",
        ].filter(Boolean);
    }

    get movementText() {
        const { movement } = this.chosen;
        if (movement === null || Math.abs(movement) < 0.5) {
            return movement === null ? "" : _t("Unchanged since last month");
        }
        return movement > 0
            ? _t("%(points)s points up since last month", { points: this.round(movement) })
            : _t("%(points)s points down since last month", { points: this.round(-movement) });
    }

    partStyle(part) {
        const most = Math.max(...this.chosen.parts.map(({ most }) => most), 1);
        return `width: ${Math.min(100, (100 * Math.abs(part.exact)) / most)}%`;
    }

    choose(bond) {
        this.state.chosen = bond.id;
    }

    onKeydown(event, bond) {
        if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            this.choose(bond);
        }
    }

    async openEvidence(part) {
        const action = await this.orm.call("relationship.bond", "action_open_evidence", [
            [this.chosen.id],
            part,
        ]);
        return this.action.doAction(action);
    }

    openBook() {
        return this.action.doAction("relationship_insight.relationship_bond_action_book", {
            additionalContext: {
                search_default_staff_id: this.chosen.staff_id,
            },
        });
    }

    logConversation() {
        return this.action.doAction("relationship_insight.relationship_note_action_log", {
            additionalContext: {
                default_partner_id: this.partnerId,
                relationship_partner_known: true,
            },
            onClose: () => this.load(this.props),
        });
    }
}

registry.category("view_widgets").add("relationship_star", { component: BondStar });
