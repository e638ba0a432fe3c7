import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
const DAYS_AS_WORDS = 60;

const ICONS = {
    care: "fa-heart-o",
    like: "fa-thumbs-o-up",
    dislike: "fa-thumbs-o-down",
    need: "fa-hand-o-right",
    wish: "fa-star-o",
    talk: "fa-comments-o",
    ask: "fa-question-circle-o",
    promise: "fa-handshake-o",
    event: "fa-birthday-cake",
    case: "fa-life-ring",
    class: "fa-th-large",
};

function phrase(kind, words) {
    switch (kind) {
        case "like":
            return _t("Likes: %s", words);
        case "dislike":
            return _t("Dislikes: %s", words);
        case "need":
            return _t("Needs: %s", words);
        case "wish":
            return _t("Wishes for: %s", words);
    }
    return words;
}

/** "yesterday", "in 3 days", or the date when that is far away. */
function when(day, today) {
    const date = DateTime.fromISO(day);
    const far = Math.abs(date.diff(today, "days").days) > DAYS_AS_WORDS;
    return far
        ? date.toLocaleString(DateTime.DATE_MED)
        : date.toRelativeCalendar({ base: today, unit: "days" });
}

function describe([kind, ...values], names, today) {
    const tag = (id) => names.tags?.[id] || "";
    const staff = (id) => names.staff?.[id] || "";
    const words = (...parts) => parts.filter(Boolean).join(", ");
    switch (kind) {
        case "talk": {
            const [day, who] = values;
            return { text: _t("Last talk: %s", words(when(day, today), staff(who))) };
        }
        case "promise": {
            const [day, who, what] = values;
            const isLate = DateTime.fromISO(day) < today;
            const by = words(when(day, today), staff(who));
            return {
                text: isLate
                    ? _t("Overdue promise: %(what)s (%(by)s)", { what, by })
                    : _t("Promised: %(what)s (%(by)s)", { what, by }),
                tone: isLate ? "danger" : "",
            };
        }
        case "event": {
            const [day, type, name] = values;
            if (DateTime.fromISO(day) < today) {
                return null;
            }
            const event = [names.event?.[type], name].filter(Boolean).join(" · ");
            return { text: `${event}: ${when(day, today)}` };
        }
        case "case":
            return { text: _t("Open case: %s", values[0]), tone: "warning" };
        case "class":
            return { text: names.class?.[values[0]] || "" };
        case "ask": {
            if (values.length === 1) {
                return { text: names.ask?.[values[0]] || "", tone: "ask" };
            }
            const [about, text, id] = values;
            return { text: _t("Ask: %s?", phrase(about, words(tag(id), text))), tone: "ask" };
        }
    }
    const isKnown = values.every(([known]) => known);
    const what = phrase(kind, values.map(([, id, text]) => words(tag(id), text)).join(" · "));
    return isKnown ? { text: what } : { text: _t("Ask: %s?", what), tone: "ask" };
}

/**
 * Put the rows of the server into words (models/pos_relationship_strip.py).
 *
 * @param {Array[]} lines
 * @param {Object} names of chips, staff and choices
 * @param {luxon.DateTime} today
 * @returns {{kind: string, icon: string, text: string, tone: string}[]}
 */
export function describeLines(lines, names, today = DateTime.now().startOf("day")) {
    return lines
        .filter(([kind]) => kind in ICONS)
        .map((line) => ({
            kind: line[0],
            icon: ICONS[line[0]],
            tone: "",
            ...describe(line, names, today),
        }))
        .filter((line) => line.text);
}
