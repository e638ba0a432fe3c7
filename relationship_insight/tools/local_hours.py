"""When a message may reach somebody: hours of the day and days of the week where they live.

Times without a zone are UTC, as everywhere in Odoo. Only the standard library and pytz, which
Odoo brings; pure functions.
"""

from datetime import datetime, time, timedelta, timezone

import pytz

# Longer than any run of days that a choice of weekdays can close.
DAYS_AHEAD = 8


def zone(name):
    """The time zone of this name, UTC for an unknown one."""
    try:
        return pytz.timezone(name or "UTC")
    except pytz.UnknownTimeZoneError:
        return pytz.utc


def to_utc(day, hour, tz):
    """UTC moment at which clocks in ``tz`` show ``hour`` (0 to 24) on ``day``.

    A time that clocks skip counts as the moment they jump; one they show twice as the second.
    """
    minutes = round(hour * 60)
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    moment = tz.normalize(tz.localize(local, is_dst=False))
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def window(day, hours, tz):
    """(start, end) in UTC of the hours ``(from, to)`` of one local day."""
    return to_utc(day, hours[0], tz), to_utc(day, hours[1], tz)


def next_window(moment, name, hours, weekdays):
    """The window that ``moment`` lies in, or the next one; weekdays 0 (Monday) to 6.

    :return: (start, end) in UTC, of which ``end`` is after ``moment``
    :raise ValueError: when no hour or no weekday is open
    """
    if hours[0] >= hours[1] or not weekdays:
        raise ValueError("no hour is open")
    tz = zone(name)
    first = pytz.utc.localize(moment).astimezone(tz).date() - timedelta(days=1)
    for ahead in range(DAYS_AHEAD + 2):
        day = first + timedelta(days=ahead)
        if day.weekday() in weekdays:
            start, end = window(day, hours, tz)
            if start < end and end > moment:
                return start, end
    raise ValueError("no hour is open")


def is_open(moment, name, hours, weekdays):
    """Whether a message may go out to that time zone now."""
    start, end = next_window(moment, name, hours, weekdays)
    return start <= moment < end


def place(moment, name, hours, weekdays, fraction):
    """A moment to send at, not before ``moment``: ``fraction`` (0 to 1) of the rest of the window.

    Fractions spread evenly give sends spread evenly over the hours.
    """
    start, end = next_window(moment, name, hours, weekdays)
    start = max(start, moment)
    return start + (end - start) * fraction
