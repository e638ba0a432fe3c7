"""The sender's pure parts, loaded by path: hours of a day, errors of mail servers, filling in."""

import importlib.util
import smtplib
import zoneinfo
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

TOOLS = Path(__file__).resolve().parents[2] / "relationship_insight" / "tools"


def load(name):
    spec = importlib.util.spec_from_file_location(f"ri_{name}", TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


local_hours = load("local_hours")
smtp_outcome = load("smtp_outcome")
mail_merge = load("mail_merge")

ZONES = [
    "Asia/Bangkok",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "UTC",
    "Pacific/Apia",
    "Asia/Kathmandu",
]
EVERY_DAY = range(7)


@given(
    moment=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    name=st.sampled_from(ZONES),
    first=st.integers(0, 22),
    hours=st.integers(1, 23),
    days=st.sets(st.integers(0, 6), min_size=1),
    share=st.floats(0, 0.999),
)
def test_a_place_is_later_and_within_the_hours(moment, name, first, hours, days, share):
    last = min(24, first + hours)
    placed = local_hours.place(moment, name, (first, last), days, share)
    assert placed >= moment
    assert placed - moment < timedelta(days=9)
    local = placed.replace(tzinfo=timezone.utc).astimezone(zoneinfo.ZoneInfo(name))
    # An hour that a change of clocks skips or repeats may move an end by that much.
    slack = timedelta(hours=1)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    clock = local.replace(tzinfo=None)
    assert start + timedelta(hours=first) - slack <= clock < start + timedelta(hours=last) + slack
    assert local.weekday() in days


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ("2026-03-28", datetime(2026, 3, 28, 7)),  # winter, UTC+1
        ("2026-03-29", datetime(2026, 3, 29, 6)),  # the clocks went forward this night
        ("2026-10-25", datetime(2026, 10, 25, 7)),  # and back
    ],
)
def test_hours_follow_the_clocks(day, start):
    midnight = datetime.fromisoformat(day)
    assert local_hours.next_window(midnight, "Europe/Berlin", (8, 11), EVERY_DAY) == (
        start,
        start + timedelta(hours=3),
    )


def test_an_hour_that_clocks_skip_begins_when_they_jump():
    tz = local_hours.zone("Europe/Berlin")
    assert local_hours.to_utc(datetime(2026, 3, 29).date(), 2.5, tz) == datetime(2026, 3, 29, 1, 30)


def test_unknown_zone_is_utc_and_no_hours_raise():
    assert local_hours.is_open(datetime(2026, 3, 1, 9), "Nowhere/Atlantis", (8, 11), EVERY_DAY)
    with pytest.raises(ValueError):
        local_hours.next_window(datetime(2026, 3, 1), "UTC", (11, 8), EVERY_DAY)
    with pytest.raises(ValueError):
        local_hours.next_window(datetime(2026, 3, 1), "UTC", (8, 11), ())


def refused(code, text):
    return smtplib.SMTPRecipientsRefused({"a@example.com": (code, text)})


@pytest.mark.parametrize(
    ("error", "handed_over", "message", "server"),
    [
        (refused(550, b"5.1.1 no such user"), False, "bounced", ""),
        (refused(550, b"unknown"), False, "bounced", ""),
        (refused(550, b"5.7.1 policy"), False, "failed", ""),
        (refused(552, b"5.2.2 mailbox full"), False, "retry", ""),
        (refused(451, b"4.7.1 greylisted"), False, "retry", ""),
        (refused(421, b"closing"), False, "untouched", "wait"),
        (refused(530, b"authenticate"), False, "untouched", "stop"),
        (smtplib.SMTPSenderRefused(452, b"too many", "x"), False, "untouched", "wait"),
        (smtplib.SMTPSenderRefused(530, b"authenticate", "x"), False, "untouched", "stop"),
        (smtplib.SMTPDataError(451, b"later"), True, "retry", ""),
        (smtplib.SMTPDataError(554, b"spam"), True, "failed", ""),
        (smtplib.SMTPServerDisconnected("gone"), False, "untouched", "wait"),
        (smtplib.SMTPServerDisconnected("gone"), True, "uncertain", "wait"),
        (TimeoutError("slow"), False, "untouched", "wait"),
        (TimeoutError("slow"), True, "uncertain", "wait"),
        (smtplib.SMTPAuthenticationError(535, b"no"), False, "untouched", "stop"),
        (smtplib.SMTPAuthenticationError(454, b"later"), False, "untouched", "wait"),
        (ValueError("address"), False, "failed", ""),
        (RuntimeError("what"), True, "uncertain", ""),
    ],
)
def test_what_an_error_means(error, handed_over, message, server):
    outcome = smtp_outcome.classify(error, handed_over)
    assert (outcome.message, outcome.server) == (message, server)


def test_the_error_inside_of_odoos_counts():
    try:
        try:
            raise refused(550, b"5.1.1 no such user")
        except smtplib.SMTPException:
            raise Exception("Mail Delivery Failed")  # noqa: B904 - as Odoo does
    except Exception as error:
        assert smtp_outcome.classify(error).message == "bounced"
    assert smtp_outcome.classify(OSError("refused"), connecting=True).server == "wait"


@given(st.lists(st.tuples(st.text(), st.sampled_from(["name", "url"]))), st.text(), st.text())
def test_filling_in_gives_what_rendering_gives(parts, name, url):
    marks = mail_merge.Marks()
    values = {"name": name, "url": url}
    pieces = marks.cut("".join(text + marks(key) for text, key in parts) + "end")
    assert (
        mail_merge.fill(pieces, values)
        == "".join(text + values[key] for text, key in parts) + "end"
    )


COMMON, PERSONAL = ("company_id", "color"), ("name", "url")


@pytest.mark.parametrize(
    ("body", "subject", "expected"),
    [
        ('<p t-out="object.name"/>', "Hello {{ object.name }}", True),
        ('<a t-att-href="object.url">x</a>', "", True),
        ('<a t-attf-href="{{ object.url }}#{object.color}">x</a>', "", True),
        ('<p t-if="object.company_id.name">x</p>', "", True),
        (
            '<t t-foreach="object.company_id.child_ids" t-as="shop"><t t-out="shop.name"/></t>',
            "",
            True,
        ),
        ('<p t-if="object.name">x</p>', "", False),
        ('<p t-out="object.name.upper()"/>', "", False),
        ('<p t-out="object.partner_id.name"/>', "", False),
        ('<p t-out="object"/>', "", False),
        ('<p t-out="user.name"/>', "", False),
        ("<p t-out=\"ctx.get('x')\"/>", "", False),
        ('<t t-call="x.y"/>', "", False),
        ('<t t-set="who" t-value="object.partner_id"/><p t-out="who.name"/>', "", False),
        ("<p>x</p>", "{{ object.partner_id.name }}", False),
        ('<p t-out="not python"/>', "", False),
        ('<p t-options="{}" t-out="object.color"/>', "", False),
    ],
)
def test_which_templates_are_rendered_once_for_all(body, subject, expected):
    assert mail_merge.mergeable(body, [subject], COMMON, PERSONAL) is expected
