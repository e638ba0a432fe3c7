import { getColor, getCustomColor } from "@web/core/colors/colors";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { COUNTS_ONLY, isShown } from "./insight_utils";

const { DateTime } = luxon;

/**
 * Colours of text and lines, for the page as it is painted: the cookie of the colour scheme says
 * "dark" also where no dark style sheet is there.
 *
 * @param {HTMLElement} el whose text colour is that of the page around the picture
 */
export function inkColors(el = document.body) {
    const [red, green, blue] = (getComputedStyle(el).color.match(/[\d.]+/g) || []).map(Number);
    const scheme = red + green + blue > 3 * 127 ? "dark" : "light";
    return {
        text: getCustomColor(scheme, "#374151", "#E4E4E4"),
        line: getCustomColor(scheme, "#111827", "#F9FAFB"),
        grid: getCustomColor(scheme, "rgba(0,0,0,.08)", "rgba(255,255,255,.12)"),
        hatch: getCustomColor(scheme, "rgba(0,0,0,.18)", "rgba(255,255,255,.25)"),
        tooltip: getCustomColor(scheme, "rgba(17,24,39,.92)", "rgba(0,0,0,.92)"),
    };
}

/** The tone a class has in lists, badges and the customer's card. */
export const CLASS_TONES = {
    true: "success",
    latent: "info",
    spurious: "warning",
    low: "danger",
    unknown: "secondary",
};
/** The same colours for pictures: those that Odoo's style sheets give these tones. */
export const CLASS_COLORS = {
    true: "#28a745",
    latent: "#17a2b8",
    spurious: "#ffac00",
    low: "#dc3545",
    unknown: "#8F93A3",
};
/** A line over everybody, which is no class. */
export const LINE_COLOR = getColor(8, "light", "md");
/** A shape for each class, so that colour is never the only difference. */
export const CLASS_SHAPES = {
    true: "circle",
    latent: "triangle",
    spurious: "rect",
    low: "rectRot",
    unknown: "crossRot",
};
export const CLASS_SYMBOLS = { true: "●", latent: "▲", spurious: "■", low: "◆", unknown: "✕" };
export const CONFIDENCE = {
    high: _t("Very sure"),
    medium: _t("Fairly sure"),
    low: _t("Not very sure"),
};
export const GROUPS = {
    relational: { name: _t("The relationship"), color: getColor(3, "light", "md") },
    merit: { name: _t("The goods"), color: getColor(1, "light", "md") },
    situational: { name: _t("The situation"), color: getColor(7, "light", "md") },
};
export const FEELING_COLORS = {
    good: getColor(2, "light", "md"),
    bad: getColor(4, "light", "md"),
};

/** A count with the separators of the user's language. */
export function number(count) {
    return formatInteger(count);
}

/** An amount without its small coins, in a currency of the database. */
export function money(amount, currencyId) {
    return formatMonetary(amount, { currencyId, digits: [16, 0] });
}

/** How many of those counted have an answer that is marked as doubtful. */
export function marked(count) {
    return _t("of which %s are marked", number(count));
}

/** Share as a percentage, for example "41%". */
export function percent(share) {
    return `${Math.round(share * 100)}%`;
}

/** Interval as percentages, for example "36–46%". */
export function percentRange(cell) {
    return `${Math.round(cell.low * 100)}–${Math.round(cell.high * 100)}%`;
}

export function month(isoDate) {
    return DateTime.fromISO(isoDate).toFormat("LLL yy");
}

export function day(isoDate) {
    return isoDate ? formatDate(deserializeDate(isoDate)) : "";
}

/** One sentence on why a figure is not shown, or how far to trust it; "" when it is fine. */
export function statusText({ status, n }, floor) {
    if (status === "suppressed") {
        return _t("Too few customers: groups of fewer than %s stay hidden.", floor);
    }
    if (status === "insufficient") {
        const needed = Math.max(COUNTS_ONLY, floor);
        return n
            ? _t("%(count)s answered so far; figures are shown from %(needed)s customers.", {
                  count: number(n),
                  needed,
              })
            : _t("Nobody has answered yet.");
    }
    return status === "low_base" ? _t("Low base: read with care.") : "";
}

/** Short form of the same for a table cell. */
export function statusShort({ status, n }) {
    if (isShown(status)) {
        return number(n);
    }
    return n
        ? _t("%s, counts only", number(n))
        : status === "suppressed"
        ? _t("Too few")
        : _t("None");
}
