"""Days that come back every year. Pure functions, no ORM."""

import calendar
from datetime import date

BUDDHIST_YEARS = 543  # The Thai solar calendar counts its years from 543 BC.


def day_in_year(year, month, day, leap_day="before"):
    """Return the day on which a yearly event is kept in one year.

    :param str leap_day: "before" keeps 29 February on the 28th of other years, "after" on 1 March
    """
    if (month, day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28) if leap_day == "before" else date(year, 3, 1)
    return date(year, month, day)


def next_day(today, month, day, leap_day="before"):
    """Return the first such day that is not past, ``today`` included."""
    this_year = day_in_year(today.year, month, day, leap_day)
    if this_year >= today:
        return this_year
    return day_in_year(today.year + 1, month, day, leap_day)


def is_day(month, day):
    """Tell whether some year has this day."""
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2000, month)[1]
