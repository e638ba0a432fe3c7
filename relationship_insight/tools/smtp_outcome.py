"""What an error of a mail server means for the message, for its receiver, and for the server.

The question that matters is whether the server may have taken the message: it can only have
done so after it was handed over. Codes: RFC 5321 (replies) and RFC 3463 (enhanced, ``5.1.1``).
"""

import re
import smtplib
from typing import NamedTuple

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
AUTHENTICATION = {530, 534, 535, 538}
TOO_LONG = 500


class Outcome(NamedTuple):
    """``message``: what became of it. ``server``: what to do about the mail server."""

    message: str  # "retry", "failed", "bounced", "uncertain", "untouched"
    server: str  # "", "wait", "stop"
    failure: str  # value of failure_type
    reason: str


def original(error):
    """The error of the SMTP library that Odoo wrapped into one of its own."""
    seen = error
    while seen is not None and not isinstance(seen, (smtplib.SMTPException, OSError)):
        seen = seen.__cause__ or seen.__context__
    return seen or error


def classify(error, handed_over=False, connecting=False):
    """Return the Outcome of a failed send.

    :param handed_over: whether the body was given to the server before the error
    :param connecting: whether it happened before any message was offered
    """
    error = original(error)
    reason = _text(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        temporary = 400 <= error.smtp_code < 500
        return Outcome("untouched", "wait" if temporary else "stop", "mail_smtp", reason)
    if connecting:
        return Outcome("untouched", "wait", "mail_smtp", reason)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (550, b""))
        return _recipient(code, text)
    if isinstance(error, smtplib.SMTPSenderRefused):
        stop = error.smtp_code in AUTHENTICATION
        return Outcome("untouched", "stop" if stop else "wait", "mail_smtp", reason)
    if isinstance(error, smtplib.SMTPDataError):
        if 400 <= error.smtp_code < 500:
            return Outcome("retry", "", "mail_smtp", reason)
        return Outcome("failed", "", "mail_spam", reason)
    if isinstance(error, smtplib.SMTPResponseException):
        return Outcome("retry", "", "mail_smtp", reason)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome("failed", "", "mail_email_invalid", reason)
    if isinstance(error, (smtplib.SMTPServerDisconnected, OSError)):
        return Outcome("uncertain" if handed_over else "untouched", "wait", "mail_smtp", reason)
    if isinstance(error, (AssertionError, UnicodeError, ValueError)):
        return Outcome("failed", "", "mail_email_invalid", reason)
    return Outcome("uncertain" if handed_over else "failed", "", "unknown", reason)


def _recipient(code, text):
    """Outcome of a refused address."""
    reason = f"{code} {_decode(text)}".strip()[:TOO_LONG]
    found = _ENHANCED.search(reason)
    subject, detail = (int(found[2]), int(found[3])) if found else (None, None)
    if code == 421:  # the server is closing: nothing to do with the address
        return Outcome("untouched", "wait", "mail_smtp", reason)
    if code in AUTHENTICATION:
        return Outcome("untouched", "stop", "mail_smtp", reason)
    if 400 <= code < 500:
        return Outcome("retry", "", "mail_smtp", reason)
    # 5.7: the sender's or the server's policy; 5.2.2: a full mailbox. The address itself is good.
    if subject == 7:
        return Outcome("failed", "", "mail_spam", reason)
    if (subject, detail) == (2, 2):
        return Outcome("retry", "", "mail_bounce", reason)
    return Outcome("bounced", "", "mail_bounce", reason)


def _decode(text):
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def _text(error):
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decode(error.smtp_error)}"[:TOO_LONG]
    text = str(error) or type(error).__name__
    return text.replace("\n", " ")[:TOO_LONG]
