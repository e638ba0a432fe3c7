import { hmacSha256 } from "./hmac_sha256";

const MAC_BYTES = 16;

function fromHex(text) {
    return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

/**
 * The token of a receipt's QR code, made at the till without any network: shop, minute and order,
 * signed with the shop's key. The server checks it the same way (models/pos_config_receipt.py).
 *
 * @param {string} key the shop's key, in hex
 * @param {number} configId
 * @param {string} uuid of the order
 * @param {number} minute since 1970
 */
export function receiptToken(key, configId, uuid, minute) {
    const body = new Uint8Array(24);
    const view = new DataView(body.buffer);
    view.setUint32(0, configId);
    view.setUint32(4, minute);
    body.set(fromHex(uuid.replaceAll("-", "")).subarray(0, 16), 8);
    const mac = hmacSha256(fromHex(key), body).subarray(0, MAC_BYTES);
    return btoa(String.fromCharCode(...body, ...mac))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replace(/=+$/, "");
}
