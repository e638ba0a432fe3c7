import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, markRaw, onWillStart, useState } from "@odoo/owl";
import { InsightCard } from "../dashboard/insight_card";
import { InsightChart } from "../dashboard/insight_chart";
import * as format from "../dashboard/insight_format";
import { useAllRefreshed } from "../card/refreshed_hook";
import {
    clippedUnits,
    placedUnits,
    silenceConfig,
    STATUS_COLORS,
    STATUS_SYMBOLS,
} from "./silence_config";

const NO_FILTERS = { level: "staff", period: "180", axis: "talks" };

/** Sales next to conversations: where orders rose while almost no talk is on record. */
export class SilenceAction extends Component {
    static template = "relationship_insight.SilenceAction";
    static components = { InsightCard, InsightChart, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.format = format;
        this.colors = STATUS_COLORS;
        this.symbols = STATUS_SYMBOLS;
        this.levels = [
            ["staff", _t("Colleagues")],
            ["team", _t("Teams")],
            ["shop", _t("Shops")],
        ];
        this.periods = [
            ["180", _t("Half a year")],
            ["90", _t("Quarter")],
        ];
        this.axes = [
            ["talks", _t("Talks")],
            ["bond", _t("Bonds")],
        ];
        this.state = useState({ ...NO_FILTERS, ...this.props.state?.filters, board: null });
        useSetupAction({
            getLocalState: () => {
                const { level, period, axis } = this.state;
                return { filters: { level, period, axis } };
            },
        });
        onWillStart(() => this.load());
        useAllRefreshed(() => this.load());
    }

    async load() {
        const { level, period } = this.state;
        const board = await this.keepLast.add(
            this.orm.call("relationship.silence", "get_silence_board", [level, period])
        );
        this.state.board = markRaw(board);
    }

    setFilter(name, value) {
        this.state[name] = value;
        if (name !== "axis") {
            this.load();
        }
    }

    get board() {
        return this.state.board;
    }

    get placed() {
        return placedUnits(this.board.units, this.state.axis);
    }

    get config() {
        return silenceConfig(this.board.units, this.state.axis, this.describe.bind(this));
    }

    get silent() {
        return this.board.units.filter((unit) => unit.status === "silent");
    }

    get title() {
        return this.state.axis === "bond"
            ? _t("Did sales rise while bonds grew?")
            : _t("Did sales rise with or without talking?");
    }

    get chartLabel() {
        return this.state.axis === "bond"
            ? _t("Growth of orders by change of bonds, one point for each colleague, team or shop")
            : _t("Growth of orders by talks, one point for each colleague, team or shop");
    }

    get cornerText() {
        return this.state.axis === "bond"
            ? _t("More orders, weaker bonds")
            : _t("More orders, fewer talks");
    }

    /** What the picture itself shows where it is about bonds. */
    get bondHeadline() {
        const weaker = this.placed.filter((unit) => unit.growth > 0 && unit.bond_change < 0);
        return weaker.length
            ? _t("More orders, but weaker bonds: %(names)s. Ask, don't judge.", {
                  names: weaker.map((unit) => unit.name).join(", "),
              })
            : _t("Nowhere did sales rise while bonds became weaker.");
    }

    get headline() {
        const { pairs, being_read: beingRead } = this.board;
        if (beingRead) {
            return _t("Our customers are being read.");
        }
        if (this.state.axis === "bond") {
            return this.placed.length ? this.bondHeadline : "";
        }
        if (this.silent.length) {
            return _t(
                "Sales rose with almost no recorded conversation: %(names)s. Ask, don't judge.",
                { names: this.silent.map((unit) => unit.name).join(", ") }
            );
        }
        const named = (status) =>
            this.board.units
                .filter((unit) => unit.status === status)
                .map((unit) => unit.name)
                .join(", ");
        if (named("logging")) {
            return _t(
                "Sales rose, hardly any talk is recorded with anybody: %(names)s. Ask first whether talks are written down.",
                { names: named("logging") }
            );
        }
        if (!pairs && named("talks")) {
            return _t("Sales rose, but too few talks are usual to judge: %(names)s.", {
                names: named("talks"),
            });
        }
        if (this.board.units.every((unit) => unit.status === "peers")) {
            return _t("Too few others to compare with: nobody can be judged.");
        }
        return pairs
            ? _t(
                  "Customers who buy more while hardly a talk with them is on record: %(count)s. Ask, don't judge.",
                  { count: format.number(pairs) }
              )
            : _t("Nowhere did sales rise with almost no talk recorded.");
    }

    get message() {
        if (this.placed.length) {
            return "";
        }
        if (this.board.being_read) {
            return _t(
                "Sales and talks of all customers are being read. This page fills by itself in a few minutes."
            );
        }
        if (this.board.hidden) {
            return _t("Too few customers: groups of fewer than %s stay hidden.", this.board.floor);
        }
        if (this.board.units.length && this.state.axis === "bond") {
            return _t(
                "Not enough to compare yet: it takes earlier orders, and bonds from the start of this time."
            );
        }
        return this.board.units.length
            ? _t(
                  "Not enough to compare yet: it takes earlier orders, and colleagues who log talks."
              )
            : _t("Nothing to compare yet. Every night sales are held against recorded talks.");
    }

    get note() {
        const parts = [];
        if (this.board.window) {
            parts.push(this.board.window + ".");
        }
        if (this.board.hidden) {
            parts.push(
                _t(
                    "Not shown, because they have fewer than %(floor)s customers or could be worked out: %(count)s.",
                    {
                        floor: this.board.floor,
                        count: this.board.hidden,
                    }
                )
            );
        }
        const clipped = clippedUnits(this.board.units, this.state.axis);
        if (clipped.length) {
            parts.push(
                _t("Further out than the picture reaches, drawn at its edge: %(names)s.", {
                    names: clipped.map((unit) => this.describe(unit)).join("; "),
                })
            );
        }
        const { customers } = this.board;
        if (customers && !customers.judged) {
            parts.push(
                _t(
                    "Customers can't be judged one by one: %(usual)s talks each are usual in this time, at least %(needed)s would be needed.",
                    customers
                )
            );
        } else if (customers) {
            parts.push(
                _t(
                    "Customers with enough usual talks to be judged one by one (%(needed)s or more): %(judged)s.",
                    customers
                )
            );
        }
        parts.push(
            _t(
                "Repeat orders online and contracts need no talk, and a talk nobody wrote down isn't here."
            )
        );
        return parts.join(" ");
    }

    get statuses() {
        const seen = {};
        for (const { status, status_name: name } of this.board.units) {
            seen[status] = name;
        }
        return Object.entries(seen);
    }

    describe(unit) {
        return [
            unit.name,
            _t("orders %(growth)s", { growth: this.growthText(unit) }),
            this.state.axis === "bond"
                ? _t("bonds %(change)s points", { change: this.changeText(unit.bond_change) })
                : _t("talks: %(talks)s, as colleagues: %(expected)s", {
                      talks: unit.talks,
                      expected: Math.round(unit.expected),
                  }),
        ].join(" · ");
    }

    changeText(change) {
        return `${change > 0 ? "+" : ""}${change.toFixed(1)}`;
    }

    growthText(unit) {
        if (unit.growth === null) {
            return "–";
        }
        return `${unit.growth > 0 ? "+" : ""}${Math.round(100 * unit.growth)}%`;
    }

    rounded(value) {
        return value === null ? "–" : String(Math.round(value));
    }

    onClick([element], event, chart) {
        if (element) {
            this.open(chart.data.datasets[element.datasetIndex].data[element.index].unit);
        }
    }

    open(unit) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: unit.name,
            res_model: "relationship.silence",
            res_id: unit.id,
            views: [[false, "form"]],
        });
    }

    openPairs() {
        this.action.doAction("relationship_insight.relationship_silent_pair_action");
    }
}

registry.category("actions").add("relationship_silence", SilenceAction);
