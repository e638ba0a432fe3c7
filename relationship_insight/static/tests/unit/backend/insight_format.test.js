import { describe, expect, test } from "@odoo/hoot";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import {
    CLASS_COLORS,
    CLASS_TONES,
    CLASS_SHAPES,
    CLASS_SYMBOLS,
    day,
    inkColors,
    marked,
    month,
    number,
    percent,
    percentRange,
    statusShort,
    statusText,
} from "@relationship_insight/backend/dashboard/insight_format";
import { prepareScreens } from "./helpers";

describe.current.tags("headless");
prepareScreens();

test("numbers, shares and dates", async () => {
    await makeMockEnv();
    expect(number(1234567)).toBe("1,234,567");
    expect(number(0)).toBe("0");
    expect(percent(0.414)).toBe("41%");
    expect(percent(0.415)).toBe("42%");
    expect(percent(1)).toBe("100%");
    expect(percentRange({ low: 0.355, high: 0.464 })).toBe("36–46%");
    expect(month("2026-03-01")).toBe("Mar 26");
    expect(day("2026-03-09")).toBe("03/09/2026");
    expect(day(false)).toBe("");
    expect(String(marked(1200))).toBe("of which 1,200 are marked");
});

test("why a figure is not shown", async () => {
    await makeMockEnv();
    const text = (cell, floor) => String(statusText(cell, floor));
    expect(text({ status: "suppressed", n: null }, 5)).toBe(
        "Too few customers: groups of fewer than 5 stay hidden."
    );
    expect(text({ status: "insufficient", n: 7 }, 5)).toBe(
        "7 answered so far; figures are shown from 10 customers."
    );
    // A stricter company shows later.
    expect(text({ status: "insufficient", n: 9 }, 20)).toBe(
        "9 answered so far; figures are shown from 20 customers."
    );
    expect(text({ status: "insufficient", n: 0 }, 5)).toBe("Nobody has answered yet.");
    expect(text({ status: "low_base", n: 12 }, 5)).toBe("Low base: read with care.");
    expect(text({ status: "ok", n: 300 }, 5)).toBe("");
    const short = (cell) => String(statusShort(cell));
    expect(short({ status: "ok", n: 1300 })).toBe("1,300");
    expect(short({ status: "low_base", n: 12 })).toBe("12");
    expect(short({ status: "insufficient", n: 7 })).toBe("7, counts only");
    expect(short({ status: "insufficient", n: 0 })).toBe("None");
    expect(short({ status: "suppressed", n: null })).toBe("Too few");
});

test("a class differs from every other by colour, shape and symbol", () => {
    for (const looks of [CLASS_COLORS, CLASS_SHAPES, CLASS_SYMBOLS]) {
        expect(Object.keys(looks)).toEqual(["true", "latent", "spurious", "low", "unknown"]);
        expect(new Set(Object.values(looks)).size).toBe(5);
    }
});

test("a class has one colour in lists, badges, the card and every picture", () => {
    for (const [key, tone] of Object.entries(CLASS_TONES)) {
        if (key === "unknown") {
            continue;
        }
        const badge = document.createElement("span");
        badge.className = `text-bg-${tone}`;
        document.body.append(badge);
        const [red, green, blue] = getComputedStyle(badge).backgroundColor.match(/\d+/g);
        const hex = [red, green, blue].map((one) => Number(one).toString(16).padStart(2, "0"));
        expect(`#${hex.join("")}`).toBe(CLASS_COLORS[key]);
        badge.remove();
    }
});

test("ink follows the page as it is painted", () => {
    const page = document.createElement("p");
    document.body.append(page);
    page.style.color = "rgb(20, 20, 20)";
    expect(inkColors(page).text).toBe("#374151");
    page.style.color = "rgb(230, 230, 230)";
    expect(inkColors(page).text).toBe("#E4E4E4");
    page.remove();
});
