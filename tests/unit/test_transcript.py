"""Transcripts from files: written values, attacks, and random words that must come back whole."""

import importlib.util
import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

TOOLS = Path(__file__).resolve().parents[2] / "relationship_insight" / "tools"
spec = importlib.util.spec_from_file_location("ri_transcript", TOOLS / "transcript.py")
transcript = importlib.util.module_from_spec(spec)
spec.loader.exec_module(transcript)
Turn = transcript.Turn

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
THAI = "ฉันชอบร้านนี้เพราะพนักงานจำชื่อฉันได้ กี่ปีแล้ว"
PERSIAN = "می‌خواهم دوباره بیایم"
EMOJI = "สวย 👩‍👩‍👧‍👦 มาก 🇹🇭"


def docx(body, extra=None, doctype=""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<w:document xmlns:w="{W}"><w:body>'
            f"{body}</w:body></w:document>",
        )
        for name, text in (extra or {}).items():
            archive.writestr(name, text)
    return file.getvalue()


def p(*runs):
    return "<w:p>" + "".join(runs) + "</w:p>"


def r(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_written_lines():
    assert transcript.parse_text(
        f"Anna: How was it?\r\nNok: {THAI}\r\nSecond line.\r\n\r\nAnna: Why?\rNok: I told her: no."
    ) == [
        Turn("Anna", "How was it?"),
        Turn("Nok", f"{THAI}\nSecond line."),
        Turn("Anna", "Why?"),
        Turn("Nok", "I told her: no."),
    ]


def test_a_colon_in_speech_is_no_name():
    assert transcript.parse_text("A: Well.\nI said: go away\nB: Oh\nA: Yes\nB: No") == [
        Turn("A", "Well.\nI said: go away"),
        Turn("B", "Oh"),
        Turn("A", "Yes"),
        Turn("B", "No"),
    ]


def test_a_name_that_is_known_counts_once():
    text = "I said: go away\nNok: Yes"
    assert transcript.parse_text(text, ["NOK"])[-1] == Turn("Nok", "Yes")
    assert transcript.parse_text(text) == [Turn("I said", "go away\nNok: Yes")]


def test_initials_are_names():
    assert transcript.parse_text("A.: Why?\nB.: Because\nB.: Yes") == [
        Turn("A.", "Why?"),
        Turn("B.", "Because"),
        Turn("B.", "Yes"),
    ]


def test_times_beside_names_go():
    assert transcript.parse_text("[00:01:02] Anna: Hi\nNok 00:01:09: Yes\nNok: At 10:30") == [
        Turn("Anna", "Hi"),
        Turn("Nok", "Yes"),
        Turn("Nok", "At 10:30"),
    ]


def test_without_names_paragraphs():
    assert transcript.parse_text("One.\nStill one.\n\nTwo.") == [
        Turn("", "One.\nStill one."),
        Turn("", "Two."),
    ]


def test_vtt():
    text = (
        "WEBVTT - made by hand\n\nNOTE nothing\nof it\n\nSTYLE\n::cue { color: red }\n\n"
        "1\n00:01.000 --> 00:03.500 align:start\n<v Anna>How <i>was</i> it?</v>\n\n"
        f"01:00:00.000 --> 01:00:02.000\n<v.loud Nok Chan>{THAI}\n\n"
        "01:00:01.500 --> 01:00:04.000\n<v Nok Chan>Fish &amp; rice\n"
        "<v Anna>And?\n"
    )
    assert transcript.parse("a.vtt", b"\xef\xbb\xbf" + text.encode()) == [
        Turn("Anna", "How was it?", 1000, 3500),
        Turn("Nok Chan", f"{THAI} Fish & rice", 3_600_000, 3_604_000),
        Turn("Anna", "And?", 3_601_500, 3_604_000),
    ]


def test_srt():
    text = (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nAnna: Hello\r\nthere.\r\n\r\n"
        "00:00:03,5 --> 00:00:04,000\r\n{\\an8}<b>Nok:</b> Yes\r\n\r\n"
        "3\r\n00:00:05,000 --> 00:00:06,000\r\nNok: and no\r\n"
    )
    assert transcript.parse("a.srt", text.encode()) == [
        Turn("Anna", "Hello there.", 1000, 2000),
        Turn("Nok", "Yes and no", 3500, 6000),
    ]


def test_docx_breaks_kept_and_deletions_out():
    body = (
        p(r("Anna: How "), "<w:del><w:r><w:delText>BAD</w:delText></w:r></w:del>", r("was it?"))
        + p(r("Nok: One"), "<w:r><w:br/></w:r>", r("two"), "<w:r><w:tab/></w:r>", r("three"))
        + p(
            "<w:moveFrom><w:r><w:t>BAD</w:t></w:r></w:moveFrom>",
            r("Nok: "),
            f"<w:ins>{r(THAI)}</w:ins>",
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
        )
        + p("<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>", r("Anna: Go"))
        + p(r("ing?"))
        + f"<w:tbl><w:tr><w:tc>{p(r('Nok'))}</w:tc>"
        + f"<w:tc>{p(r('From a table'))}</w:tc></w:tr></w:tbl>"
    )
    notes = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator" w:id="0">{p(r("BAD"))}'
        f'</w:footnote><w:footnote w:id="2">{p(r("laughs"))}</w:footnote></w:footnotes>'
    )
    assert transcript.parse("a.docx", docx(body, {"word/footnotes.xml": notes})) == [
        Turn("Anna", "How was it?"),
        Turn("Nok", "One\ntwo\tthree"),
        Turn("Nok", f"{THAI} [laughs]"),
        Turn("Anna", "Going?"),
        Turn("Nok", "From a table"),
    ]


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
FILE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.docx", docx(p(r("&b;")), doctype=LAUGHS), "unsafe"),
        ("a.docx", docx(p(r("&a;")), doctype=FILE), "unsafe"),
        ("a.docx", docx(p(r("x")))[:-30], "word"),
        ("a.docx", b"PK\x03\x04 no archive", "word"),
        ("a.docx", docx("<w:p>"), "word"),
        ("a.docx", docx(""), "empty"),
        ("a.docx", b"", "word"),
        ("a.txt", b"\xff\xfea", "encoding"),
        ("a.txt", "ก".encode("cp874"), "encoding"),
        ("a.txt", b" \n ", "empty"),
        ("a.vtt", b"no header", "times"),
        ("a.srt", b"nothing", "times"),
        ("a.exe", b"x", "kind"),
        ("../../a", b"x", "kind"),
        ("a.txt", b"x" * (transcript.LARGEST_FILE + 1), "large"),
    ],
)
def test_refused(name, data, why):
    with pytest.raises(transcript.TranscriptError, match=f"^{why}$"):
        transcript.parse(name, data)


def test_a_bomb_is_not_unpacked():
    bomb = docx("<w:p/>" + " " * (transcript.LARGEST_PART + 10))
    assert len(bomb) < 200_000
    with pytest.raises(transcript.TranscriptError, match="^unsafe$"):
        transcript.parse("a.docx", bomb)


words = st.text(
    st.one_of(
        st.sampled_from(THAI + PERSIAN + EMOJI + "é́नि한"),
        st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")),
    ),
    min_size=1,
    max_size=40,
).map(lambda text: re.sub(r"[:：<>&{}\ufeff\ufffe\uffff\u0085\s]+", " ", text).strip())


@given(st.lists(words.filter(bool), min_size=1, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_random_words_come_back_whole(said, line):
    names = ["Anna", "นก"]
    text = line.join(f"{names[n % 2]}: {each}" for n, each in enumerate(said))
    expected = [Turn(names[n % 2], each) for n, each in enumerate(said)]
    if len(said) in (2, 3):
        # The second name comes once only: it could be any word.
        text += f"{line}นก: x"
        expected.append(Turn("นก", "x"))
    assert transcript.parse("a.txt", text.encode()) == expected
    vtt = "WEBVTT\n\n" + "".join(
        f"00:00:{n:02}.000 --> 00:00:{n + 1:02}.000\n<v {names[n % 2]}>{each}\n\n"
        for n, each in enumerate(said)
    )
    assert [turn[:2] for turn in transcript.parse("a.vtt", vtt.encode())] == [
        (names[n % 2], each) for n, each in enumerate(said)
    ]


@given(st.binary(max_size=300), st.sampled_from(("txt", "srt", "vtt", "docx")))
def test_any_bytes_are_read_or_refused(data, kind):
    try:
        turns = transcript.parse(f"x.{kind}", data)
    except transcript.TranscriptError:
        return
    assert all(turn.text == transcript.clean(turn.text) for turn in turns)
