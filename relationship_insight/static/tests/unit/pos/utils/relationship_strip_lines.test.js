import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { describeLines } from "@relationship_insight/pos/app/utils/relationship_strip_lines";

describe.current.tags("headless");
beforeEach(() => allowTranslations());

const { DateTime } = luxon;
const TODAY = DateTime.fromISO("2026-11-24");
const NAMES = {
    tags: { 7: "📞 Phone first" },
    staff: { 5: "Mali" },
    event: { birthday: "Birthday" },
    class: { true: "Buys often, feels attached" },
    ask: { motive: "Ask why they come to us" },
};

function texts(...lines) {
    return describeLines(lines, NAMES, TODAY).map(({ text }) => String(text));
}

test("what we know, and what is only a question", () => {
    expect(
        texts(
            ["care", [1, 7, "after six"]],
            ["like", [1, 0, "Green tea"], [1, 0, "Jazz"]],
            ["dislike", [0, 0, "Plastic bags"]]
        )
    ).toEqual([
        "📞 Phone first, after six",
        "Likes: Green tea · Jazz",
        "Ask: Dislikes: Plastic bags?",
    ]);
    expect(describeLines([["need", [0, 0, "Help"]]], NAMES, TODAY)[0].tone).toBe("ask");
});

test("days are said as people say them, and far ones as dates", () => {
    expect(texts(["talk", "2026-11-23", 5])).toEqual(["Last talk: yesterday, Mali"]);
    expect(texts(["talk", "2026-11-24", 0])).toEqual(["Last talk: today"]);
    expect(texts(["talk", "2024-02-29", 5])[0]).toMatch(/^Last talk: .*2024, Mali$/);
});

test("a promise says whether it is late, a day that is past isn't shown", () => {
    expect(texts(["promise", "2026-11-26", 5, "Call"])).toEqual([
        "Promised: Call (in 2 days, Mali)",
    ]);
    const [late] = describeLines([["promise", "2026-11-22", 0, "Call"]], NAMES, TODAY);
    expect(String(late.text)).toBe("Overdue promise: Call (2 days ago)");
    expect(late.tone).toBe("danger");
    expect(texts(["event", "2026-11-27", "birthday", "Mali"])).toEqual([
        "Birthday · Mali: in 3 days",
    ]);
    expect(texts(["event", "2026-11-23", "birthday", ""])).toEqual([]);
});

test("insight in words; what this till does not know yet is left out", () => {
    expect(texts(["class", "true"], ["ask", "motive"], ["case", "Broken leg"])).toEqual([
        "Buys often, feels attached",
        "Ask why they come to us",
        "Open case: Broken leg",
    ]);
    expect(texts(["weather", "rain"], ["class", "unheard of"], ["pin", "Careful"])).toEqual([]);
});
