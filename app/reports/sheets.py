"""Lists by 所属: who is still to complete, and who is listed there besides, counted elsewhere. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.people.employment import Appointment, Organisation
from app.reports.completion import NO_DEPARTMENT, UNFINISHED, Count, Line, Tally

#: Who stands on the list handed to a 所属長: who has not completed, and who is on leave (without a reason).
TO_BE_SEEN = UNFINISHED | {Count.DEFERRED}


@dataclass(frozen=True, slots=True)
class Second:
    """A person's further post on the day: listed under its 所属, marked, and counted in nothing there."""

    line: Line
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class DepartmentSheet:
    """One 所属 itself, without those below it: its people, who is listed besides, and the numbers.

    ``path`` names the 所属 above it, from the top.
    """

    code: str
    name: str
    path: tuple[str, ...]
    level: int
    lines: Sequence[Line]
    seconds: Sequence[Second]
    tally: Tally


def second_posts(lines: Iterable[Line], organisation: Organisation) -> dict[str, list[Second]]:
    """By 所属コード, the posts held there by people who stand under another 所属."""
    known = organisation.by_code()
    found: dict[str, list[Second]] = defaultdict(list)
    for line in lines:
        if len(line.person.appointments) == 1:
            continue
        seen = {line.code}
        for appointment in line.person.in_force(organisation.day):
            code = appointment.placement_on(organisation.day).department
            if code is not None and code in known and code not in seen:
                seen.add(code)
                found[code].append(Second(line, appointment))
    for seconds in found.values():
        seconds.sort(key=lambda s: (s.appointment.number, s.appointment.source))
    return found


def department_sheets(
    lines: Sequence[Line], organisation: Organisation, codes: frozenset[str] | None = None
) -> list[DepartmentSheet]:
    """A sheet for each 所属 in 建制順, then one for 所属なし; only ``codes`` when given ("" for 所属なし)."""
    own: Mapping[str, list[Line]] = defaultdict(list)
    for line in lines:
        own[line.code].append(line)
    seconds = second_posts(lines, organisation)
    sheets = [
        DepartmentSheet(
            d.code,
            d.name,
            path_of(d.code, organisation),
            organisation.level(d.code),
            own[d.code],
            seconds.get(d.code, []),
            Tally.of(own[d.code]),
        )
        for d in organisation.departments
        if codes is None or d.code in codes
    ]
    if codes is None or "" in codes:
        sheets.append(DepartmentSheet("", NO_DEPARTMENT, (), 1, own[""], [], Tally.of(own[""])))
    return sheets


def path_of(code: str, organisation: Organisation) -> tuple[str, ...]:
    """The names of the 所属 above one, from the top."""
    return tuple(department.name for department in reversed(organisation.above(code)))
