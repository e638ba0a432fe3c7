"""Keyed hashing to a number in [0, 1): a draw that anybody can repeat and nobody can steer.

The first 48 bits of SHA-256 over key and id. The same in SQL and in Python.
"""

import hashlib

from odoo.tools import SQL

BITS = 48


def sql_unit_hash(key, value):
    """SQL of the draw of ``value`` (SQL of an id or text) under a secret ``key`` (SQL or str)."""
    return SQL(
        "(('x' || encode(substr(sha256(convert_to(%s || ':' || (%s)::text, 'UTF8')), 1, 6), 'hex'))"
        "::bit(48)::bigint / 281474976710656.0::float8)",
        key,
        value,
    )


def unit_hash(key, value):
    """The same in Python."""
    digest = hashlib.sha256(f"{key}:{value}".encode()).digest()
    return int.from_bytes(digest[: BITS // 8], "big") / 2**BITS
