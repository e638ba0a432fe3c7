"""Names of stores in a free answer, in the order they came to mind."""

import re

# Line ends, commas and the like, numbering such as "1." or "2)", and the words for "and".
SEPARATORS = re.compile(
    r"[\n\r\t,;|/、，]+|(?:^|(?<=\s))\d{1,2}[.)]\s*|\s+(?:and|และ|กับ)\s+|\s+[-–>]+\s+",
    re.IGNORECASE,
)
SHORTEST_PART = 3


def fold(name):
    """Return a name without case, outer punctuation and double spaces, for comparison."""
    return " ".join(name.casefold().split()).strip(" .:-–\"'“”‘’()")


def split_mentions(text):
    """Return the distinct names in a free answer, first mentioned first.

    >>> split_mentions("1. Big C 2. Lotus's, big c")
    ['Big C', "Lotus's"]
    """
    names = {}
    for part in SEPARATORS.split(text or ""):
        name = (part or "").strip()
        if fold(name):
            names.setdefault(fold(name), name)
    return list(names.values())


def match_name(name, aliases):
    """Return whom a mentioned name means, or None.

    A name that contains an alias means it too ("Big C Rama 4" is Big C); the longest wins.

    :param aliases: {folded alias: whom it means}
    """
    folded = fold(name)
    if folded in aliases:
        return aliases[folded]
    parts = [
        alias
        for alias in aliases
        if len(alias) >= SHORTEST_PART and re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", folded)
    ]
    return aliases[max(parts, key=len)] if parts else None
