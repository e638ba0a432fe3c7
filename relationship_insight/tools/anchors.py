"""Places in a text: code points of LF text that never split what a reader takes for one sign.

A place in one's words outlives corrections of the text: it moves with them, or it is said to be
lost; it never comes to show other words. Pure functions.
"""

import hashlib
import unicodedata
from difflib import SequenceMatcher
from itertools import pairwise

JOINER = "\u200d"
# Of a category that tells nothing, and still part of the sign before: ZWNJ, Thai and Lao AM,
# voiced marks of half-width kana, skin tones.
EXTENDS = {"\u200c", "\u0e33", "\u0eb3", "\uff9e", "\uff9f"} | {
    chr(code) for code in range(0x1F3FB, 0x1F400)
}
MARKS = {"Mn", "Me", "Mc"}
VIRAMA = 9
# Beyond this, comparing two wordings sign by sign takes too long.
LONGEST_DIFF = 4000


def _is_flag(char):
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _hangul(char):
    """Return L, V, T, LV or LVT of a Korean letter, else an empty string."""
    code = ord(char)
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    return ""


def _is_prepended(char):
    code = ord(char)
    return 0x0600 <= code <= 0x0605 or code in (
        0x06DD,
        0x070F,
        0x0890,
        0x0891,
        0x08E2,
        0x0D4E,
        0x110BD,
        0x110CD,
    )


def is_boundary(text, place):
    """Whether a sign of the text ends at a place; as UAX 29 says, and never where it says no.

    Where the standard joins by lists that Python doesn't have (pictures, Indic conjuncts), signs
    are rather joined than split.
    """
    if place <= 0 or place >= len(text):
        return True
    before, after = text[place - 1], text[place]
    if before in "\r\n" or after in "\r\n":
        return not (before == "\r" and after == "\n")
    if after == JOINER or after in EXTENDS or unicodedata.category(after) in MARKS:
        return False
    if before == JOINER or 0xE0020 <= ord(after) <= 0xE007F or _is_prepended(before):
        return False
    if _is_flag(before) and _is_flag(after):
        flags = 0
        while flags < place and _is_flag(text[place - 1 - flags]):
            flags += 1
        return flags % 2 == 0
    one, other = _hangul(before), _hangul(after)
    if one and other:
        joined = (
            one == "L"
            and other in ("L", "V", "LV", "LVT")
            or one in ("LV", "V")
            and other in ("V", "T")
            or one in ("LVT", "T")
            and other == "T"
        )
        if joined:
            return False
    return not (unicodedata.combining(before) == VIRAMA and unicodedata.category(after) == "Lo")


def snap(text, start, end):
    """Return the span, as wide as needed for it to begin and end with whole signs.

    :raise ValueError: for a span that isn't one of the text, or is empty
    """
    if not 0 <= start < end <= len(text):
        raise ValueError("not a span of this text")
    while not is_boundary(text, start):
        start -= 1
    while not is_boundary(text, end):
        end += 1
    return start, end


def fingerprint(words):
    """Return what the words at a place are known by, without keeping them."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def reanchor(old, new, spans):
    """Return where each span of the old text stands in the new one, None where it is lost.

    What is returned holds the very same words, as whole signs. Words that moved are found if
    they stand in one place alone.
    """
    blocks = _get_same(old, new)
    return [_reanchor(old, new, start, end, blocks) for start, end in spans]


def _get_same(old, new):
    """Return [(start, end, shift)] of what both texts have in the same order."""
    limit = min(len(old), len(new))
    head = next((n for n in range(limit) if old[n] != new[n]), limit)
    tail = next(
        (n for n in range(limit - head) if old[len(old) - 1 - n] != new[len(new) - 1 - n]),
        limit - head,
    )
    blocks = [(0, head, 0), (len(old) - tail, len(old), len(new) - len(old))]
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if all(0 < len(part) <= LONGEST_DIFF for part in middle):
        matches = SequenceMatcher(None, *middle, autojunk=False).get_matching_blocks()
        blocks += [(head + a, head + a + size, b - a) for a, b, size in matches if size]
    merged = []
    for start, end, shift in sorted(block for block in blocks if block[0] < block[1]):
        if merged and merged[-1][2] == shift and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end, shift)
        else:
            merged.append((start, end, shift))
    return merged


def _reanchor(old, new, start, end, blocks):
    words = old[start:end]
    found = next(
        (start + shift for first, last, shift in blocks if first <= start and end <= last), None
    )
    if found is None:
        found = new.find(words)
        if found < 0 or new.find(words, found + 1) >= 0:
            return None
    place = (found, found + len(words))
    if new[place[0] : place[1]] != words or not all(is_boundary(new, each) for each in place):
        return None
    return place


def split(text):
    """Return the signs of a text, each as a string."""
    places = [place for place in range(len(text) + 1) if is_boundary(text, place)]
    return [text[start:end] for start, end in pairwise(places)]
