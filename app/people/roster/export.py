"""Appointments in force or planned on a day -> a roster file that, imported again, changes nothing."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter

from app.formulas import guarded
from app.people.employment import Appointment, Department, Organisation, Person, ServiceState
from app.people.roster.columns import HEADINGS
from app.people.roster.single import STATE_WORDS


def export_rows(
    people: Sequence[Person],
    departments: Iterable[Department],
    source: str,
    as_of: date,
    absent: frozenset[int] = frozenset(),
) -> list[tuple[str, ...]]:
    """One row (under HEADINGS) an appointment in force or planned on ``as_of``, by number and start.

    Left out are the ``absent``, who stand as 要確認: a file that names them would say that they are back.
    """
    organisation = Organisation.on(as_of, departments)
    names = {code: d.name for code, d in organisation.by_code().items()}
    holders: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for a in person.appointments:
            holders[a.number].add(person.id)
    found = [
        (a.number, a.start, not a.main, _row(person, a, names, holders, as_of))
        for person in people
        for a in person.appointments
        if a.source == source and (a.end is None or a.end >= as_of) and a.id not in absent
    ]
    return [row for *_key, row in sorted(found)]


def _row(
    person: Person, a: Appointment, names: dict[str, str], holders: dict[str, set[str]], as_of: date
) -> tuple[str, ...]:
    day = max(as_of, a.start)
    placement = a.placement_on(day)
    code = placement.department or ""
    state = a.state_on(day)
    return (
        a.number,
        person.name,
        person.kana,
        person.roman,
        code,
        names.get(code, ""),
        placement.title,
        placement.category.value,
        placement.work_type,
        placement.authority,
        a.start.isoformat(),
        a.end.isoformat() if a.end else "",
        "本務" if a.main else "兼務",
        STATE_WORDS[ServiceState.RETIRED if a.retired and state is ServiceState.ACTIVE else state],
        _moved_on(a, day),
        _previous(person, a, holders),
        person.mail,
        person.language,
    )


def _moved_on(a: Appointment, day: date) -> str:
    """The day from which department, category and 在職区分 have stood as the row says; "" for the start."""
    placement = a.placement_on(day)
    days = [placement.since] if placement.since > a.start else []
    days += [since for since, _state in a.states if since <= day][-1:]
    return max(days).isoformat() if days else ""


def _previous(person: Person, a: Appointment, holders: dict[str, set[str]]) -> str:
    """The number before this one, when nobody else ever held it."""
    before = [b for b in person.appointments if b.start < a.start and b.number != a.number]
    if any(b.number == a.number and b.start < a.start for b in person.appointments):
        return ""
    number = before[-1].number if before else ""
    return number if len(holders.get(number, ())) == 1 else ""


def export_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """CSV in UTF-8 with BOM and CRLF; the guard of its cells is taken off when the file is read."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.value for column in HEADINGS])
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def export_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook in which every cell is text, guarded as in the CSV: both are read by the same rules."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名簿")
        bold = book.add_format({"bold": True})
        for index, column in enumerate(HEADINGS):
            sheet.write_string(0, index, column.value, bold)
        for line, row in enumerate(rows, start=1):
            for index, cell in enumerate(row):
                if cell:
                    sheet.write_string(line, index, guarded(cell))
        sheet.freeze_panes(1, 2)
    return stream.getvalue()
