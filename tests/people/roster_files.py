"""Roster files made in tests, and one line to import them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import xlsxwriter

from app.loaded import site
from app.people.directory import load_people
from app.people.employment import Appointment, Person
from app.people.roster.apply import Request, apply
from app.people.roster.changes import Plan
from app.people.roster.departments import read_departments
from app.people.roster.plan import Terms
from app.people.roster.reader import read_roster

HEADINGS = "職員番号,氏名,フリガナ,所属コード,職員区分,任用開始日,任用終了日,本務兼務,在職区分,異動年月日"
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def csv_bytes(lines: Iterable[str], headings: str = HEADINGS, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file with CRLF."""
    return "".join(f"{line}\r\n" for line in (headings, *lines)).encode(encoding)


def xlsx_bytes(
    rows: Sequence[Sequence[object]], merged: Iterable[str] = (), sheets: Iterable[str] = (), hidden: str = ""
) -> bytes:
    """A workbook: ``rows`` on the first sheet (dates as date cells); ``merged``: "A2:A4"."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("名簿")
    day = book.add_format({"num_format": "yyyy/m/d"})
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(r, c, datetime(value.year, value.month, value.day), day)
            elif value != "":
                sheet.write(r, c, value)
    for place in merged:
        first = place.split(":")[0]
        column, line = ord(first[0]) - 65, int(first[1:]) - 1
        sheet.merge_range(place, rows[line][column])
    for name in sheets:
        book.add_worksheet(name).write(0, 0, "説明")
    if hidden:
        other = book.add_worksheet(hidden)
        other.write(0, 0, "メモ")
        other.hide()
    book.close()
    return stream.getvalue()


def bring(
    data: bytes | Sequence[str],
    as_of: str | date = "2026-04-01",
    source: str = "職員",
    add_only: bool = False,
    accept: int | None = None,
    today: date | None = None,
    departments: bytes | None = None,
    headings: str = HEADINGS,
) -> Plan:
    """Import a roster (bytes, or lines under ``headings``) and return the plan that was applied."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    roster = read_roster(data if isinstance(data, bytes) else csv_bytes(data, headings), "test.csv", site())
    file = None if departments is None else read_departments(departments, "departments.csv", site())
    terms = Terms(source, day, today or day, add_only)
    return apply(Request(terms, roster, file), NOW + timedelta(days=(day - NOW.date()).days), "test", accept)


def person(number: str) -> Person:
    """The only person with an appointment under ``number``."""
    found = [p for p in load_people() if any(a.number == number for a in p.appointments)]
    assert len(found) == 1, f"{number}: {len(found)} persons"
    return found[0]


def post(number: str) -> Appointment:
    """The only appointment under ``number``."""
    found = [a for a in person(number).appointments if a.number == number]
    assert len(found) == 1, f"{number}: {len(found)} appointments"
    return found[0]
