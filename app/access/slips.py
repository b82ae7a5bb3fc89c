"""ログイン票: the only place an initial password ever stands in clear, handed out once and kept nowhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from app.formulas import guarded
from app.people.employment import FAR_FUTURE, Appointment, Organisation, Person, ServiceState

COLUMNS = ("職員番号", "氏名", "所属名", "初期パスワード")


@dataclass(frozen=True, slots=True)
class Slip:
    """One person's way in: number, initial password, and the last day it is good for."""

    number: str
    name: str
    department: str | None
    department_name: str
    password: str
    valid_through: date


def post_of(person: Person, day: date) -> Appointment:
    """The appointment a person is addressed under: in force before planned before ended, 本務 first."""

    def rank(appointment: Appointment) -> tuple[int, bool, int]:
        if appointment.in_force(day):
            return 0, not appointment.main, appointment.start.toordinal()
        if appointment.start > day:
            return 1, not appointment.main, appointment.start.toordinal()
        return 2, not appointment.main, -(appointment.end or FAR_FUTURE).toordinal()

    return min(person.appointments, key=rank)


def at_work(person: Person, day: date) -> bool:
    """False while every post in force is on leave: a slip would run out before they are back."""
    posts = person.in_force(day)
    return not posts or any(a.state_on(day) is not ServiceState.LEAVE for a in posts)


def slip_for(person: Person, password: str, organisation: Organisation, valid_days: int) -> Slip:
    """The slip of a person under the post they are addressed under.

    Its days are counted from today; for somebody still to begin, from their first day.
    """
    post = post_of(person, organisation.day)
    first = max(organisation.day, post.start)
    code = post.placement_on(first).department
    known = organisation.by_code().get(code or "")
    valid_through = first + timedelta(days=valid_days)
    return Slip(post.number, person.name, code, known.name if known else "", password, valid_through)


def in_order(slips: Iterable[Slip], organisation: Organisation) -> list[Slip]:
    """建制順, then number; who has no 所属 comes last."""
    rank = organisation.order()
    return sorted(
        slips, key=lambda s: (rank.get(s.department or "", len(rank)), s.department or "", s.number)
    )


def by_department(slips: Sequence[Slip]) -> list[tuple[str, list[Slip]]]:
    """(所属名, its slips) in the order given: one sheet of paper each."""
    sheets = groupby(slips, key=lambda slip: (slip.department, slip.department_name))
    return [(name or "所属なし", list(sheet)) for (_code, name), sheet in sheets]


def slips_csv(slips: Iterable[Slip]) -> bytes:
    """The slips as a file a spreadsheet opens: UTF-8 with BOM, CRLF, no cell a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for slip in slips:
        cells = (slip.number, slip.name, slip.department_name, slip.password)
        writer.writerow(guarded(cell) for cell in cells)
    return text.getvalue().encode("utf-8-sig")
