"""One person added or corrected on a page: a form, taken through reader and plan like a line of a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.people.employment import Appointment, Person, ServiceState
from app.people.roster.apply import Request
from app.people.roster.cells import Cells, plain_number, unwrap
from app.people.roster.columns import HEADINGS, Column
from app.people.roster.findings import Notes, Problem
from app.people.roster.lines import Roster
from app.people.roster.plan import Terms
from app.people.roster.reader import read_line
from app.site import Site

#: What a page offers as 在職区分: the reasons for a leave are not asked.
STATE_WORDS = {
    ServiceState.ACTIVE: "在職",
    ServiceState.LEAVE: "休職",
    ServiceState.SECONDED: "派遣(転出)",
    ServiceState.RETIRED: "退職",
}


def request_of(
    form: Mapping[str, str], source: str, site: Site, today: date
) -> tuple[Request | None, list[Problem]]:
    """The form (heading -> text) as an import of one line that misses nobody; else its problems."""
    values = {column.value: form.get(column.value, "") for column in HEADINGS}
    notes = Notes()
    cells = Cells(0, values, plain_number(unwrap(values[Column.NUMBER])), site, notes)
    line = read_line(cells)
    if line is None:
        return None, [Problem(p.message, p.cure, None, p.column, p.value) for p in cells.problems]
    roster = Roster((line,), frozenset(HEADINGS), (), notes.all())
    return Request(Terms(source, today, today, add_only=True, correction=True), roster), []


def form_of(person: Person, appointment: Appointment, today: date) -> dict[str, str]:
    """The form of a known appointment as it stands today (or on its first or last day)."""
    day = max(today, appointment.start)
    if appointment.end is not None:
        day = min(day, appointment.end)
    placement = appointment.placement_on(day)
    return {
        Column.NUMBER: appointment.number,
        Column.NAME: person.name,
        Column.KANA: person.kana,
        Column.ROMAN: person.roman,
        Column.DEPARTMENT_CODE: placement.department or "",
        Column.TITLE: placement.title,
        Column.CATEGORY: placement.category.value,
        Column.WORK_TYPE: placement.work_type,
        Column.AUTHORITY: placement.authority,
        Column.START: appointment.start.isoformat(),
        Column.END: appointment.end.isoformat() if appointment.end else "",
        Column.MAIN: "本務" if appointment.main else "兼務",
        Column.STATE: STATE_WORDS[appointment.state_on(day)],
        Column.MAIL: person.mail,
        Column.LANGUAGE: person.language,
    }
