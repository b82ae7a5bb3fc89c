"""What an address or a form gives: numbers no table can hold and days no calendar reaches are none."""

from __future__ import annotations

from datetime import date

from flask import Flask
from werkzeug.routing import IntegerConverter

#: So many digits fit a column of every database.
DIGITS = 9
#: Years the site speaks of; beyond them a 年度 or a month before has no date.
YEARS = range(1900, 2201)


class _OfATable(IntegerConverter):
    """``<int:…>``: a greater number is nobody's, the same 404 as one that isn't there."""

    regex = rf"\d{{1,{DIGITS}}}"


def init_app(app: Flask) -> None:
    """Bound the numbers of every address; before any page is registered."""
    app.url_map.converters["int"] = _OfATable


def whole(typed: str) -> int:
    """A number as it stands in a form or after ``?``. Raises ValueError, also for one no column holds."""
    number = int(typed)
    if abs(number) >= 10**DIGITS:
        raise ValueError(typed)
    return number


def calendar_day(typed: str) -> date:
    """A day as it stands in a form or after ``?``: 2026-04-01. Raises ValueError."""
    found = date.fromisoformat(typed)
    if found.year not in YEARS:
        raise ValueError(typed)
    return found
