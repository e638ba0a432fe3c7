"""Rendering a page once and filling it in for each visitor.

What stands between marks (:class:`.mail_merge.Marks`) is kept as it was rendered. Rows that each
visitor sees in an order of their own are kept apart: a mark ``row_CARD_CODE`` before each, and
``end_CARD`` after the last.
"""

import hashlib

ROW, END = "row_", "end_"


def place(seed, code):
    """Return where a row stands for one visitor: a number that only they have."""
    return hashlib.blake2b(f"{seed}:{code}".encode(), digest_size=8).digest()


def assemble(pieces):
    """Return a page as parts: text, ``(name,)`` for a personal value, ``[(code, text)]`` for rows.

    :param pieces: [text, name, text, ..., text], as ``Marks.cut`` made it
    """
    parts, rows = [pieces[0]], []
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if name.startswith(ROW):
            rows.append((name[len(ROW) :].partition("_")[2], text.strip() + "\n"))
        elif name.startswith(END):
            parts += [rows, text]
            rows = []
        else:
            parts += [(name,), text]
    return parts


def fill(parts, values, seed):
    """Put the page of one visitor together.

    :param parts: as :func:`assemble` made them
    :param values: {name: text}, escaped
    :param seed: what decides the order of this visitor's rows
    """
    return "".join(
        part
        if isinstance(part, str)
        else values[part[0]]
        if isinstance(part, tuple)
        else "".join(text for _code, text in sorted(part, key=lambda row: place(seed, row[0])))
        for part in parts
    )
