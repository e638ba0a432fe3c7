/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104), because a till in a shop's network often has no
 * secure context and thus no crypto.subtle, and a receipt can't wait for a promise.
 */
const K = [];
const INITIAL = [];

function prepare() {
    const fraction = (value) => ((value - Math.floor(value)) * 4294967296) | 0;
    for (let candidate = 2; K.length < 64; candidate++) {
        let prime = true;
        for (let factor = 2; factor * factor <= candidate; factor++) {
            prime &&= candidate % factor !== 0;
        }
        if (prime) {
            if (INITIAL.length < 8) {
                INITIAL.push(fraction(candidate ** (1 / 2)));
            }
            K.push(fraction(candidate ** (1 / 3)));
        }
    }
}

export function sha256(bytes) {
    if (!K.length) {
        prepare();
    }
    const length = (((bytes.length + 8) >> 6) + 1) << 6;
    const padded = new Uint8Array(length);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(length - 8, Math.floor(bytes.length / 536870912));
    view.setUint32(length - 4, bytes.length << 3);
    const state = Int32Array.from(INITIAL);
    const words = new Int32Array(64);
    const turn = (word, count) => (word >>> count) | (word << (32 - count));
    for (let start = 0; start < length; start += 64) {
        for (let i = 0; i < 16; i++) {
            words[i] = view.getInt32(start + 4 * i);
        }
        for (let i = 16; i < 64; i++) {
            const [x, y] = [words[i - 15], words[i - 2]];
            const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
            const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
            words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
        }
        let [a, b, c, d, e, f, g, h] = state;
        for (let i = 0; i < 64; i++) {
            const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
            const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
            const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
            const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
            [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
        }
        [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = (state[i] + word) | 0));
    }
    const digest = new Uint8Array(32);
    const out = new DataView(digest.buffer);
    state.forEach((word, i) => out.setInt32(4 * i, word));
    return digest;
}

export function hmacSha256(key, message) {
    const block = new Uint8Array(64);
    block.set(key.length > 64 ? sha256(key) : key);
    const inner = sha256(Uint8Array.of(...block.map((byte) => byte ^ 0x36), ...message));
    return sha256(Uint8Array.of(...block.map((byte) => byte ^ 0x5c), ...inner));
}
