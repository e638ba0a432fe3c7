"""Sealed links and signed page loads of the public pages. Pure functions, a key goes in."""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

MAC_BYTES = 16
ID_BYTES = 8
NONCE_RANDOM = 8


def seal(key, purpose, record_id, secret=""):
    """Return an opaque token that names a record for one purpose only.

    The id is masked by the signature, so tokens of neighbours have nothing in common, and the
    same link always has the same token. A new ``secret`` makes all older tokens worthless.

    :param bytes key: the database's key
    :param str purpose: what the link is for
    :param int record_id: 0 or more
    :param str secret: what the record itself holds
    """
    mac = _mac(key, "seal", purpose, record_id, secret)
    mask = _mac(key, "mask", purpose, mac)[:ID_BYTES]
    body = bytes(a ^ b for a, b in zip(struct.pack(">Q", record_id), mask, strict=True))
    return encode(body + mac)


def unseal(key, purpose, token):
    """Return the record id a token claims and the proof to check it by, or None.

    The claim counts for nothing until :func:`is_sealed` agrees.
    """
    raw = decode(token, ID_BYTES + MAC_BYTES)
    if raw is None:
        return None
    mac = raw[ID_BYTES:]
    mask = _mac(key, "mask", purpose, mac)[:ID_BYTES]
    (record_id,) = struct.unpack(
        ">Q", bytes(a ^ b for a, b in zip(raw[:ID_BYTES], mask, strict=True))
    )
    return record_id, mac


def is_sealed(key, purpose, record_id, secret, mac):
    """Whether the proof of a token fits the record and what it holds now."""
    return hmac.compare_digest(_mac(key, "seal", purpose, record_id, secret), mac)


def make_nonce(key, scope, now_ms):
    """Return the signature of one load of a page, with its time.

    :param str scope: the link that was opened; a nonce is worth nothing elsewhere
    :param int now_ms: milliseconds since 1970
    """
    body = struct.pack(">Q", now_ms) + secrets.token_bytes(NONCE_RANDOM)
    return encode(body + _mac(key, "nonce", scope, body))


def read_nonce(key, scope, nonce):
    """Return when the page was loaded, in ms, or None for what we never signed."""
    raw = decode(nonce, 8 + NONCE_RANDOM + MAC_BYTES)
    if raw is None:
        return None
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not hmac.compare_digest(_mac(key, "nonce", scope, body), mac):
        return None
    return struct.unpack(">Q", body[:8])[0]


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text, size):
    """Return the bytes of URL-safe text if there are ``size`` of them, else None."""
    if not isinstance(text, str) or len(text) != -(-size * 4 // 3) or not text.isascii():
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # Spare bits at the end must be zero: a token has one spelling.
    return raw if len(raw) == size and encode(raw) == text else None


def _mac(key, *parts):
    message = b"".join(
        struct.pack(">I", len(part)) + part
        for part in (part if isinstance(part, bytes) else str(part).encode() for part in parts)
    )
    return hmac.new(key, message, hashlib.sha256).digest()[:MAC_BYTES]
