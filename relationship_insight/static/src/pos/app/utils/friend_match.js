import { isReferralLink } from "./referral_code";

const FEWEST_DIGITS = 5;

/** What a till has loaded of a customer may be false, null or undefined: all mean nothing. */
const text = (value) => (typeof value === "string" ? value : "");
const digitsOf = (words) => words.replace(/\D/g, "");

/**
 * Whether these words name a customer: by a part of the name, the whole loyalty card, or at least
 * five digits of the telephone number.
 *
 * @param {{name: any, barcode: any, phone: any}} partner as the till has loaded it
 * @param {string} words in small letters
 */
export function isNamedBy(partner, words) {
    const digits = isReferralLink(words) ? "" : digitsOf(words);
    return (
        text(partner.name).toLowerCase().includes(words) ||
        text(partner.barcode).toLowerCase() === words ||
        (digits.length >= FEWEST_DIGITS && digitsOf(text(partner.phone)).includes(digits))
    );
}
