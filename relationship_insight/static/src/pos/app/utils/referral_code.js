// As the server makes them: eight of these, no two of which sound or look alike.
const CODE = /^[346789ACDEFGHJKMNPQRTWXY]{8}$/;
const LINK = /\/referral\/([\w-]{16,64})\/?(?:[?#].*)?$/;

/** The code in what was typed, blanks, dashes and case aside; "" in any other text. */
export function readCode(text) {
    const code = text.toUpperCase().replace(/[\s-]/g, "");
    return CODE.test(code) ? code : "";
}

/** Whether a scanned text is the address a customer shares. */
export function isReferralLink(text) {
    return LINK.test(text.trim());
}

/** A code as it is read aloud; a link is no pleasure to read. */
export function showCode(text) {
    const code = readCode(text);
    return code ? `${code.slice(0, 4)} ${code.slice(4)}` : "…";
}
