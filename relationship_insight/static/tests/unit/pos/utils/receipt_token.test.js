import { expect, test } from "@odoo/hoot";
import { hmacSha256, sha256 } from "@relationship_insight/pos/app/utils/hmac_sha256";
import { receiptToken } from "@relationship_insight/pos/app/utils/receipt_token";

const bytes = (text) => new TextEncoder().encode(text);
const hex = (digest) => [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");

test("SHA-256 of FIPS 180-4's examples", () => {
    expect(hex(sha256(bytes("")))).toBe(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    expect(hex(sha256(bytes("abc")))).toBe(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    expect(hex(sha256(bytes("a".repeat(1000))))).toBe(
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"
    );
});

test("HMAC of RFC 4231's examples", () => {
    expect(hex(hmacSha256(bytes("Jefe"), bytes("what do ya want for nothing?")))).toBe(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    const long = new Uint8Array(131).fill(0xaa);
    expect(
        hex(hmacSha256(long, bytes("Test Using Larger Than Block-Size Key - Hash Key First")))
    ).toBe("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
});

test("a receipt's token is the server's", () => {
    expect(
        receiptToken(
            "00112233445566778899aabbccddeeff",
            7,
            "01234567-89ab-4cde-8f01-23456789abcd",
            29000000
        )
    ).toBe("AAAABwG6gUABI0VniatM3o8BI0VniavNU3kmzUvo9j1QZKCYsXhcYQ");
});
