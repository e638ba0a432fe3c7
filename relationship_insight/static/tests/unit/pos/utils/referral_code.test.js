import { describe, expect, test } from "@odoo/hoot";
import {
    isReferralLink,
    readCode,
    showCode,
} from "@relationship_insight/pos/app/utils/referral_code";

describe.current.tags("headless");

test("a code is read however it was typed", () => {
    expect(readCode("acde-fghj")).toBe("ACDEFGHJ");
    expect(readCode(" ACDE FGHJ ")).toBe("ACDEFGHJ");
    expect(showCode("acdefghj")).toBe("ACDE FGHJ");
});

test("names, phones and cards are no codes", () => {
    for (const text of [
        "Malee",
        "Somchai J",
        "081 234 5678",
        "0442-1234-5678",
        "ACDEFGH",
        "ACDEFGHI",
        "",
    ]) {
        expect(readCode(text)).toBe("");
    }
});

test("only the address a customer shares is a link", () => {
    const link = "https://shop.example.com/referral/Zx9_abcdefghijklmnop-qrs";
    expect(isReferralLink(link)).toBe(true);
    expect(isReferralLink(`${link}?lang=th_TH`)).toBe(true);
    expect(isReferralLink("https://shop.example.com/referral/share/" + "a".repeat(60))).toBe(false);
    expect(isReferralLink("8851234567890")).toBe(false);
    expect(isReferralLink("https://shop.example.com/referral/x")).toBe(false);
});
