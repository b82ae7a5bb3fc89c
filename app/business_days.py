"""Days on which the city hall is open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import jpholiday


def is_open(day: date, closed_days: Collection[date] = frozenset()) -> bool:
    """False on Saturdays, Sundays, national holidays, 12/29-1/3 and the city's own ``closed_days``."""
    if day.weekday() >= 5 or day in closed_days:
        return False
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return False
    return not jpholiday.is_holiday(day)


def next_open_day(day: date, closed_days: Collection[date] = frozenset()) -> date:
    """Return ``day`` itself when the city hall is open, else the first open day after it."""
    while not is_open(day, closed_days):
        day += timedelta(days=1)
    return day
