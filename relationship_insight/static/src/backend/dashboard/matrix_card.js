import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";
import { CLASS_NAMES } from "../class_names";
import { InsightCard, useInsightData, useInsightRecords } from "./insight_card";
import { InsightChart } from "./insight_chart";
import * as format from "./insight_format";
import { andDomain, CLASSES, draggedRegion, isShown, regionDomain, UNKNOWN } from "./insight_utils";
import { matrixConfig } from "./matrix_config";

export class MatrixCard extends Component {
    static template = "relationship_insight.MatrixCard";
    static components = { InsightCard, InsightChart };
    static props = { filters: Object };

    setup() {
        this.format = format;
        this.classKeys = CLASSES;
        this.classNames = CLASS_NAMES;
        this.isShown = isShown;
        this.insight = useInsightData("get_insight_matrix");
        this.records = useInsightRecords();
    }

    get data() {
        return this.insight.data;
    }

    get hasPicture() {
        return Boolean(this.data.x_line && (this.data.bins || this.data.points)?.length);
    }

    get message() {
        if (!this.data || this.hasPicture) {
            return "";
        }
        if (!this.data.total) {
            return _t("No customer matches these filters.");
        }
        if ((this.data.bins || this.data.points).length) {
            return _t("Those who told us how they feel have not bought anything yet.");
        }
        return _t(
            "Nobody has told us how they feel yet. Once customers answer, each one becomes a point here."
        );
    }

    get headline() {
        const { shares, total, unknown } = this.data || {};
        if (!total) {
            return "";
        }
        if (!isShown(shares.status)) {
            return _t("%(unknown)s of %(total)s customers are not yet known.", {
                unknown: format.number(unknown.count),
                total: format.number(total),
            });
        }
        const { share, low, high } = shares.values.true;
        return _t(
            "About %(share)s of %(total)s customers buy often and feel attached (%(range)s).",
            {
                share: format.percent(share),
                total: format.number(total),
                range: format.percentRange({ low, high }),
            }
        );
    }

    get note() {
        if (!this.data?.total) {
            return "";
        }
        const { shares, asof, floor } = this.data;
        const parts = [format.statusText(shares, floor)];
        if (isShown(shares.status)) {
            parts.push(
                _t(
                    "Who is placed in a corner counts there, from 60%% certainty on. Where the others belong is estimated from %s customers who can be judged, weighted so that they are like the others in how lately, how often and for how much they buy. In brackets: 95%% intervals. Those who stay silent because of how they feel can't be weighed: see at least and at most.",
                    format.number(shares.n)
                )
            );
        }
        if (this.hasPicture) {
            parts.push(this.lineText);
        }
        parts.push(asof ? _t("As of %s.", format.day(asof)) : "");
        return parts.filter(Boolean).join(" ");
    }

    get lineText() {
        const { x_line: rate, x_source: source, y_line: attitude } = this.data;
        return source === "median"
            ? _t(
                  "Often: from %(rate)s purchases a year (the middle customer). Attached: from %(attitude)s of 100.",
                  { rate, attitude }
              )
            : _t("Often: from %(rate)s purchases a year. Attached: from %(attitude)s of 100.", {
                  rate,
                  attitude,
              });
    }

    get shares() {
        return isShown(this.data.shares.status) ? this.data.shares.values : null;
    }

    /** What this class spent, and what of it is at risk; "" where the group is too small. */
    moneyText(key) {
        const { currency_id: currency, classes } = this.data.money;
        const { spend, at_risk: atRisk } = classes[key];
        if (spend === null) {
            return "";
        }
        const text = _t("%s spent in 12 months", format.money(spend, currency));
        return !atRisk
            ? text
            : _t("%(spent)s, %(risk)s of it at risk", {
                  spent: text,
                  risk: format.money(atRisk, currency),
              });
    }

    get config() {
        return matrixConfig(this.data, {
            isSmall: this.env.isSmall,
            countText: this.countText.bind(this),
            describe: this.describe.bind(this),
        });
    }

    get hint() {
        if (this.env.isSmall) {
            return this.data.points
                ? _t("Tap a customer or a corner to open the customers behind it.")
                : _t(
                      "The larger the bubble, the more customers. Tap one or a corner to open them."
                  );
        }
        return this.data.points
            ? _t(
                  "Click a customer or a corner, or drag a rectangle, to open the customers behind it."
              )
            : _t(
                  "The larger the bubble, the more customers. Click one or a corner, or drag a rectangle, to open them."
              );
    }

    belongText({ count, count_low: low, count_high: high }) {
        return _t("Of all %(total)s, about %(count)s (%(low)s to %(high)s) belong here.", {
            total: format.number(this.data.total),
            count: format.number(count),
            low: format.number(low),
            high: format.number(high),
        });
    }

    get sharesText() {
        const { total, unknown } = this.data;
        return _t(
            "Placed customers count where they are placed; the %(unknown)s others are estimated. All corners together make %(total)s.",
            { unknown: format.number(unknown.count), total: format.number(total) }
        );
    }

    boundsText({ share, least, most }) {
        return _t(
            "About %(share)s. At least %(least)s, at most %(most)s, wherever the others belong.",
            {
                share: format.percent(share),
                least: `${Math.floor(least * 100)}%`,
                most: `${Math.ceil(most * 100)}%`,
            }
        );
    }

    placedText(count) {
        return count === 1 ? _t("1 placed here.") : _t("%s placed here.", format.number(count));
    }

    countText(count) {
        return count === 1 ? _t("1 customer") : _t("%s customers", format.number(count));
    }

    describe([, , , , key, confidence, name]) {
        const sure = confidence && format.CONFIDENCE[confidence];
        const text = String(CLASS_NAMES[key] || this.data.unknown.name);
        return [name || _t("A customer"), text, sure].filter(Boolean).join(" · ");
    }

    onClick([element], event, chart) {
        if (!element) {
            return;
        }
        const raw = chart.data.datasets[element.datasetIndex].data[element.index];
        if (raw.bin) {
            this.openRegion(raw.text, raw.bin);
        } else if (raw.point[1]) {
            this.records.openContact(raw.point[1]);
        }
    }

    onSelect({ x, y, range }) {
        this.openRegion(_t("Customers in the selection"), draggedRegion(...x, ...y, range));
    }

    openRegion(name, region) {
        this.records.openCustomers(name, regionDomain(this.data.domain, region));
    }

    /** Open whom a count of the server is over: the domain comes with it. */
    openCounted({ name, domain }) {
        this.records.openCustomers(name, domain);
    }

    openCorner(key) {
        const { domain } = this.data.classes.find((cell) => cell.key === key);
        this.openCounted({ name: CLASS_NAMES[key], domain });
    }

    openLate(key, name) {
        const domain = [
            ["loyalty_class", "in", key === UNKNOWN ? [UNKNOWN, false] : [key]],
            ["overdue_ratio", ">", 2],
        ];
        this.records.openCustomers(_t("Late: %s", name), andDomain(this.data.domain, domain));
    }
}
