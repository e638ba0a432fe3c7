import { describe, expect, test } from "@odoo/hoot";
import { isNamedBy } from "@relationship_insight/pos/app/utils/friend_match";

describe.current.tags("headless");

const malee = { name: "Malee Srisuk", barcode: "042CARD", phone: "+66 81-234-5678" };

test("name, card and telephone name a customer", () => {
    expect(isNamedBy(malee, "srisuk")).toBe(true);
    expect(isNamedBy(malee, "042card")).toBe(true);
    expect(isNamedBy(malee, "812345678")).toBe(true);
    expect(isNamedBy(malee, "81 234")).toBe(true);
});

test("few digits and a link are no telephone number", () => {
    expect(isNamedBy(malee, "8123")).toBe(false);
    expect(isNamedBy(malee, "https://shop.example.com/referral/812345678abcdefgh")).toBe(false);
});

test("whatever is empty matches nothing, and a telephone number can be typed beside it", () => {
    for (const nothing of [false, null, undefined, ""]) {
        for (const field of ["name", "barcode", "phone"]) {
            for (const words of ["0812345678", "12345", "malee", "false", "null"]) {
                const partner = { name: "x", barcode: "y", phone: "z", [field]: nothing };
                expect(isNamedBy(partner, words)).toBe(false);
            }
        }
    }
});
