"""Checks of arguments shared by the formulas; each gives the value back or raises ValueError."""

import math


def finite(name, value):
    """Return ``value`` if it is a finite number."""
    if value is None or isinstance(value, str) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, not {value!r}")
    return value


def positive(name, value):
    """Return ``value`` if it is a finite number above zero."""
    if finite(name, value) <= 0:
        raise ValueError(f"{name} must be above 0, not {value!r}")
    return value


def not_negative(name, value):
    """Return ``value`` if it is a finite number, zero or above."""
    if finite(name, value) < 0:
        raise ValueError(f"{name} must not be negative, not {value!r}")
    return value


def within(name, value, low, high):
    """Return ``value`` if it lies between ``low`` and ``high``, ends included."""
    if not low <= finite(name, value) <= high:
        raise ValueError(f"{name} must be between {low} and {high}, not {value!r}")
    return value


def open_unit(name, value):
    """Return ``value`` if it lies strictly between 0 and 1."""
    if not 0 < finite(name, value) < 1:
        raise ValueError(f"{name} must be strictly between 0 and 1, not {value!r}")
    return value
