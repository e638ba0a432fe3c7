"""When somebody is free: working hours without what is in the calendar. Pure functions, UTC."""

from datetime import timedelta

STEP_MINUTES = 30
# Longer talks than a working morning are workshops.
LONGEST = 240


def merge(intervals):
    """Sorted intervals that neither touch nor overlap."""
    merged = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def free_slots(work, busy, minutes, earliest, latest, step=STEP_MINUTES):
    """Return the starts, in order, at which ``minutes`` are free.

    They lie on steps from the beginning of each working interval, so that a day that begins at
    nine offers whole and half hours.

    :param work: intervals (start, end) of working hours
    :param busy: intervals that are taken
    :param earliest: no start before; ``latest``: no end after
    """
    length, stride = timedelta(minutes=minutes), timedelta(minutes=step)
    taken = merge(busy)
    starts = []
    for begin, end in merge(work):
        start = begin
        if earliest > start:
            start += -(-(earliest - start) // stride) * stride
        while start + length <= min(end, latest):
            # What ends before the start is out of the way for all that come later too.
            while taken and taken[0][1] <= start:
                taken.pop(0)
            if not taken or taken[0][0] >= start + length:
                starts.append(start)
            start += stride
    return starts
