import { getColor } from "@web/core/colors/colors";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";
import { InsightCard } from "../dashboard/insight_card";
import { InsightChart } from "../dashboard/insight_chart";
import * as format from "../dashboard/insight_format";
import { ReferralCurves } from "./referral_curves";

const COLORS = [getColor(3, "light", "md"), getColor(1, "light", "md")];

/** Friends of 100 customers: nobody speaks of a tenth of a friend. */
function hundredfold([k, low, high]) {
    return { k: (100 * k).toFixed(1), low: (100 * low).toFixed(1), high: (100 * high).toFixed(1) };
}

/** What friends who bring friends are worth: last night's figures and whom to thank. */
export class ReferralInsight extends Component {
    static template = "relationship_insight.ReferralInsight";
    static components = { InsightCard, InsightChart, Layout, ReferralCurves };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.format = format;
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        onWillStart(async () => {
            this.state.data = await this.orm.call(
                "relationship.referral.figures",
                "get_referral_insight",
                []
            );
        });
    }

    get data() {
        return this.state.data;
    }

    get figures() {
        return this.data.figures;
    }

    get stages() {
        const { claims, accepted, bought, rewarded } = this.figures.life;
        return [
            [_t("Claimed"), claims],
            [_t("Accepted"), accepted],
            [_t("Bought"), bought],
            [_t("Rewarded"), rewarded],
        ];
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.data.currency_id });
    }

    day(date) {
        return date ? formatDate(deserializeDate(date)) : "";
    }

    /** A share with what it is a share of and how far it can be trusted. */
    share(part) {
        if (part.share === undefined) {
            return _t("nobody yet");
        }
        return _t("%(share)s (%(low)s to %(high)s) of %(count)s", {
            share: format.percent(part.share),
            low: format.percent(part.low),
            high: format.percent(part.high),
            count: format.number(part.n),
        });
    }

    get rateHeadline() {
        const { rate, days } = this.figures;
        if (!rate.n) {
            return _t("Nobody bought for the first time in the last 12 months.");
        }
        const parts = [
            _t("%(share)s new customers of the last 12 months came through a friend.", {
                share: this.share(rate),
            }),
        ];
        if (days !== null) {
            parts.push(_t("Half of the friends bought within %(days)s days.", { days }));
        }
        return parts.join(" ");
    }

    get rateNote() {
        const { conversion, k } = this.figures;
        const parts = [];
        if (conversion.n) {
            parts.push(
                _t("Of the referrals that came to an end, bought: %(share)s.", {
                    share: this.share(conversion),
                })
            );
        }
        if (k) {
            parts.push(
                _t(
                    "100 customers bring %(k)s buying friends a year (%(low)s to %(high)s). Above 100 the shop would grow by friends alone.",
                    hundredfold(k)
                )
            );
        }
        return parts.join(" ");
    }

    bars(labels, datasets, options = {}) {
        return {
            type: "bar",
            data: {
                labels,
                datasets: datasets.map((dataset, place) => ({
                    backgroundColor: COLORS[place],
                    maxBarThickness: 60,
                    ...dataset,
                })),
            },
            options: {
                scales: {
                    x: { grid: { display: false } },
                    y: { beginAtZero: true, ticks: { precision: 0 }, ...options },
                },
                plugins: { legend: { display: datasets.length > 1 } },
            },
        };
    }

    get lifeConfig() {
        return this.bars(
            this.stages.map(([name]) => name),
            [{ label: _t("Referrals"), data: this.stages.map(([, count]) => count) }]
        );
    }

    get keptConfig() {
        const { again, active } = this.figures.kept;
        const percent = (part) => Math.round(1000 * part.share) / 10;
        return this.bars(
            [_t("Bought again"), _t("Bought in the last 6 months")],
            [
                {
                    label: _t("Came through a friend"),
                    data: [again.referred, active.referred].map(percent),
                },
                { label: _t("Others"), data: [again.organic, active.organic].map(percent) },
            ],
            { max: 100, title: { display: true, text: "%" } }
        );
    }

    /** Say what a difference allows to say, and no more. */
    verdict([estimate, low, high], more, less) {
        if (low > 0) {
            return more;
        }
        return high < 0 ? less : _t("The difference may be chance.");
    }

    get keptHeadline() {
        return this.verdict(
            this.figures.kept.again.difference,
            _t("Customers who came through a friend come back more often."),
            _t("Customers who came through a friend come back less often.")
        );
    }

    get keptNote() {
        const { felt } = this.figures;
        if (!felt) {
            return _t("Too few of them told us how they feel to compare feelings.");
        }
        const text = _t("Attitude (0 to 100): %(one)s through a friend, %(other)s the others.", {
            one: felt.referred.toFixed(0),
            other: felt.organic.toFixed(0),
        });
        return `${text} ${this.verdict(
            felt.difference,
            _t("They feel closer to us."),
            _t("They feel less close to us.")
        )}`;
    }

    difference([estimate, low, high]) {
        const points = (value) => `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)}`;
        return _t("%(estimate)s points (%(low)s to %(high)s)", {
            estimate: points(estimate),
            low: points(low),
            high: points(high),
        });
    }

    get generations() {
        return this.figures.generations.map((row) => ({
            ...row,
            name: row.generation
                ? _t("Generation %(number)s%(more)s", {
                      number: row.generation,
                      more: row.generation === 5 ? "+" : "",
                  })
                : _t("Brought by nobody"),
        }));
    }

    get generationConfig() {
        return this.bars(
            this.generations.map(({ name }) => name),
            [{ label: _t("Spent so far"), data: this.generations.map(({ revenue }) => revenue) }]
        );
    }

    get generationHeadline() {
        const revenue = this.generations
            .filter(({ generation }) => generation)
            .reduce((sum, row) => sum + row.revenue, 0);
        return _t("Customers brought by friends have spent %(amount)s so far.", {
            amount: this.money(revenue),
        });
    }

    get saidHeadline() {
        const { promoters, others } = this.figures.said;
        return _t(
            "%(said)s of those who say they would recommend us really brought somebody; of the others %(others)s.",
            { said: format.percent(promoters.share), others: format.percent(others.share) }
        );
    }

    get saidConfig() {
        const { promoters, others } = this.figures.said;
        return this.bars(
            [_t("Would recommend us (9 or 10)"), _t("Would rather not (0 to 8)")],
            [
                { label: _t("Brought a friend"), data: [promoters.k, others.k] },
                {
                    label: _t("Brought nobody"),
                    data: [promoters.n - promoters.k, others.n - others.k],
                },
            ]
        );
    }

    get tooFew() {
        return _t("Too few customers came through a friend 6 to 24 months ago to compare.");
    }

    get noChains() {
        return _t("No referral is accepted yet.");
    }

    get tooFewAnswers() {
        return _t("Too few customers told us whether they would recommend us.");
    }

    openContact(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    open(xmlId) {
        this.action.doAction(xmlId);
    }
}

registry.category("actions").add("relationship_referral_insight", ReferralInsight);
