"""Transcripts as people keep them, read into turns: who says what, and when if the file tells.

Text, SubRip, WebVTT and Word files. Only the standard library and lxml, which Odoo brings; pure
functions. Words stay as they are but for line breaks, which become LF, and control characters,
which nobody can see. Nothing of a file is run, fetched or expanded.
"""

import html
import io
import re
import zipfile
from collections import Counter
from typing import NamedTuple

from lxml import etree

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_PART = 50 * 1024 * 1024
MOST_PARTS = 5000
MOST_TURNS = 20_000
LONGEST_NAME = 40
# A line of captions is no turn: what one person says in a row is put together up to here.
LONG_TURN = 1500
SENTENCE = 300

BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
TIME = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})")
SPAN = re.compile(rf"^\s*({TIME.pattern})\s*-->\s*({TIME.pattern})")
STAMP = re.compile(r"[\[(]?\b\d{1,2}:[0-5]\d(?::[0-5]\d)?(?:[.,]\d{1,3})?\b[\])]?")
SPEAKER = re.compile(r"^\s*([^:：]{1,80})[:：](?!//)[ \t]*(.*)$", re.S)
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
TAG = re.compile(r"</?[a-zA-Z0-9][^<>]{0,200}>|\{\\[^}]{0,80}\}")
NO_NAME = re.compile(r"[.?!…,;。！？]|\d{3,}|^[-–—•*]")
END = re.compile(r"[.?!…。！？]['\"”’)]*$")


class Turn(NamedTuple):
    speaker: str
    text: str
    start_ms: int | None = None
    end_ms: int | None = None


class TranscriptError(ValueError):
    """A file that can't be read; the argument says why: a key, no sentence."""


def clean(text):
    """Text with LF for every line break, and without what can't be seen."""
    return INVISIBLE.sub("", BREAKS.sub("\n", text or ""))


def parse(name, data, known=()):
    """Return the turns of a file.

    :param str name: of the file; its end says what it is
    :param bytes data: what is in it
    :param known: names of those who took part, each of which is a name also where it comes once
    :raise TranscriptError: ``large``, ``encoding``, ``word``, ``unsafe``, ``times``, ``kind``,
        ``empty``
    """
    if len(data) > LARGEST_FILE:
        raise TranscriptError("large")
    kind = (name or "").rpartition(".")[2].lower()
    if kind == "docx":
        return parse_text(read_docx(data), known)
    readers = {"txt": parse_text, "md": parse_text, "srt": parse_srt, "vtt": parse_vtt}
    if kind not in readers:
        raise TranscriptError("kind")
    return readers[kind](decode(data), known)


def decode(data):
    """Return the text of a file: UTF-8, or UTF-16 that says so by its first bytes."""
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(coding)
    except UnicodeDecodeError as error:
        raise TranscriptError("encoding") from error


# Text


def parse_text(text, known=()):
    """Return the turns of written lines "Name: words".

    Somebody says "I told her: no" as well: a name is one that begins the text, or comes twice.
    Lines without a name go on with the turn. Without any name each paragraph is a turn.
    """
    lines = clean(text).split("\n")
    named = [_split_speaker(line) for line in lines]
    names = _find_names([name for line, (name, _words) in zip(lines, named) if line.strip()], known)
    if not names:
        paragraphs = re.split(r"\n[ \t]*\n", "\n".join(lines))
        return _check([Turn("", part.strip()) for part in paragraphs if part.strip()])
    turns = [["", []]]
    for line, (name, words) in zip(lines, named):
        if name in names:
            turns.append([name, [words]])
        else:
            turns[-1][1].append(line.rstrip())
    return _check(
        [
            Turn(name, words)
            for name, parts in turns
            if (words := re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).strip())
        ]
    )


def _find_names(found, known):
    """Return which of the names at the heads of lines are names of speakers.

    :param list found: what may be one in each line, or None
    """
    known = {name.casefold() for name in known}
    return {
        name
        for name, count in Counter(found).items()
        if name and (count > 1 or name == found[0] or name.casefold() in known)
    }


def _split_speaker(line):
    """Return (name or None, words) of a line; a time beside the name is left out."""
    head = STAMP.search(line[:60])
    if head and not re.search("[:：]", line[: head.start()]):
        # Before the name or beside it; a time in what is said stays.
        found = SPEAKER.match(line[: head.start()] + line[head.end() :])
    else:
        found = SPEAKER.match(line)
    if not found:
        return None, line
    name = re.sub(r"\s+", " ", STAMP.sub("", found[1])).strip(" \t*_")
    if (
        not name
        or len(name) > LONGEST_NAME
        or len(name.split()) > 5
        or NO_NAME.search(name.removesuffix("."))
    ):
        return None, line
    return name, found[2].strip()


def _check(turns):
    if not turns:
        raise TranscriptError("empty")
    if len(turns) > MOST_TURNS:
        raise TranscriptError("large")
    return turns


# Captions


def _milliseconds(text):
    hours, minutes, seconds, rest = TIME.match(text).groups()
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return min(whole * 1000 + int(rest.ljust(3, "0")), 2**31 - 1)


def _cues(text):
    """Return (start, end, lines) of every cue; what stands between cues is left out."""
    cues, current = [], None
    for line in clean(text).split("\n"):
        times = SPAN.match(line)
        if times:
            current = (_milliseconds(times[1]), _milliseconds(times[6]), [])
            cues.append(current)
        elif not line.strip():
            current = None
        elif current:
            current[2].append(line.strip())
    if not cues:
        raise TranscriptError("times")
    return cues


def parse_srt(text, known=()):
    """Return the turns of a SubRip file; "Name: words" and "- words" count as in texts."""
    spoken = []
    for start, end, lines in _cues(text):
        words = html.unescape(TAG.sub("", " ".join(lines)))
        name, rest = _split_speaker(words)
        spoken.append((name, rest.strip(), words.strip(), start, end))
    names = _find_names([name for name, *_rest in spoken], known)
    return _join(
        Turn(name if name in names else "", rest if name in names else words, start, end)
        for name, rest, words, start, end in spoken
    )


def parse_vtt(text, known=()):
    """Return the turns of a WebVTT file: voices (``<v Name>``), else as in SubRip."""
    if not re.match("\ufeff?WEBVTT(?:[ \t\r\n]|$)", text):
        raise TranscriptError("times")
    if not VOICE.search(text):
        return parse_srt(text, known)
    turns = []
    for start, end, lines in _cues(text):
        parts = VOICE.split(" ".join(lines))
        for name, words in zip(["", *parts[1::2]], parts[::2]):
            words = html.unescape(TAG.sub("", words)).strip()
            if words:
                turns.append(Turn(" ".join(html.unescape(name).split())[:80], words, start, end))
    return _join(turns)


def _join(turns):
    """Put together what one person says in a row; of whom we don't know, up to a sentence."""
    joined = []
    for turn in turns:
        turn = turn._replace(text=clean(turn.text))
        if not turn.text:
            continue
        last = joined[-1] if joined else None
        goes_on = (
            last
            and last.speaker == turn.speaker
            and len(last.text) + len(turn.text) < LONG_TURN
            and (turn.speaker or len(last.text) < SENTENCE and not END.search(last.text))
        )
        if goes_on:
            joined[-1] = last._replace(
                text=f"{last.text} {turn.text}", end_ms=max(last.end_ms, turn.end_ms)
            )
        else:
            joined.append(turn)
    return _check(joined)


# Word

DELETED = {"del", "moveFrom", "delText", "instrText", "Fallback", "pPr", "rPr", "sectPr"}
SIGNS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "\u2011"}


def read_docx(data):
    """Return the text of a Word file: breaks kept, deletions that were tracked left out.

    Footnotes stand in brackets where they are called; rows of two cells are "Name: words".
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise TranscriptError("unsafe")
            body = _read_part(archive, "word/document.xml")
            notes = {}
            if "word/footnotes.xml" in archive.namelist():
                for note in _read_part(archive, "word/footnotes.xml"):
                    if _local(note) == "footnote" and not _attribute(note, "type"):
                        notes[_attribute(note, "id")] = _blocks(note, {}).strip()
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise TranscriptError("word") from error
    return _blocks(body, notes)


def _read_part(archive, name):
    """Return the root of an XML part; nothing is expanded, and no more read than allowed."""
    info = archive.getinfo(name)
    with archive.open(info) as file:
        try:
            raw = file.read(LARGEST_PART + 1)
        except Exception as error:
            # A stream that doesn't fit what the archive says of it, in whatever way.
            raise TranscriptError("word") from error
    if info.file_size > LARGEST_PART or len(raw) > LARGEST_PART:
        raise TranscriptError("unsafe")
    if any("<!DOCTYPE".encode(coding) in raw for coding in ("utf-8", "utf-16-le", "utf-16-be")):
        raise TranscriptError("unsafe")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise TranscriptError("word") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise TranscriptError("unsafe")
    return root


def _local(node):
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _attribute(node, name):
    return next((v for key, v in node.attrib.items() if key.rpartition("}")[2] == name), None)


def _blocks(node, notes):
    """Return the text of paragraphs and tables below a node, a line each."""
    parts = []
    for child in node:
        kind = _local(child)
        if kind == "p":
            parts.append(_inline(child, notes))
            # Where the end of a paragraph was deleted, the next one goes on with it.
            ends = child.xpath(
                "./*[local-name()='pPr']/*[local-name()='rPr']/*[local-name()='del']"
            )
            parts.append("" if ends else "\n")
        elif kind == "tr":
            cells = [_blocks(c, notes).strip() for c in child if _local(c) == "tc"]
            if len(cells) == 2 and 0 < len(cells[0].rstrip(":")) <= LONGEST_NAME:
                cells = [f"{cells[0].rstrip(':')}: {cells[1]}"]
            parts.append("\n".join(cells) + "\n")
        elif kind not in DELETED:
            parts.append(_blocks(child, notes))
    return "".join(parts)


def _inline(node, notes):
    """Return the words of a paragraph."""
    parts = []
    for child in node:
        kind = _local(child)
        if kind == "t":
            parts.append(child.text or "")
        elif kind in SIGNS:
            parts.append(SIGNS[kind])
        elif kind == "footnoteReference":
            note = notes.get(_attribute(child, "id"))
            parts.append(f" [{note}]" if note else "")
        elif kind == "txbxContent":
            parts.append("\n" + _blocks(child, notes).rstrip("\n"))
        elif kind not in DELETED:
            parts.append(_inline(child, notes))
    return "".join(parts)
