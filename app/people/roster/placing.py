"""Which 所属 a line names: by code, else by name among those in force, else an implicit new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.people.employment import Department
from app.people.roster.columns import Column
from app.people.roster.findings import Notes, Problem
from app.people.roster.lines import Roster, RosterLine
from app.site import fold

#: 建制順 of a 所属 no departments file has named yet: after all others.
LAST_POSITION = 999_999


@dataclass
class Places:
    """Line number -> 所属コード (None = 所属なし), and the 所属 that are new by the way."""

    codes: dict[int, str | None] = field(default_factory=dict)
    implicit: dict[str, Department] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Codes of digits alone, by what a spreadsheet leaves of them.
    zeros: dict[str, list[str]] = field(default_factory=dict)


def place(roster: Roster, departments: Sequence[Department], as_of: date, notes: Notes) -> Places:
    """Find the 所属 of every line."""
    places = Places()
    versions: dict[str, list[Department]] = defaultdict(list)
    for department in departments:
        versions[department.code].append(department)
    for code in versions:
        if code.isdigit():
            places.zeros.setdefault(code.lstrip("0"), []).append(code)
    names: dict[date, dict[str, set[str]]] = {}
    for line in roster.lines:
        day = max(line.start, as_of) if line.end is None or line.end >= as_of else line.end
        if line.department_code:
            places.codes[line.line] = _by_code(line, versions, places, day, notes)
        elif line.department_name:
            if day not in names:
                names[day] = _names(departments, day)
            places.codes[line.line] = _by_name(line, names[day], places)
        else:
            places.codes[line.line] = None
    if roster.has(Column.DEPARTMENT_CODE):
        blank = [n for n, code in places.codes.items() if code is None]
        for number in blank:
            notes.add("所属が空欄の行は、所属なしとして読みました。", number)
    return places


def _by_code(
    line: RosterLine, versions: dict[str, list[Department]], places: Places, day: date, notes: Notes
) -> str:
    code = line.department_code
    if code not in versions and code.isdigit():
        longer = [c for c in places.zeros.get(code.lstrip("0"), ()) if len(c) > len(code)]
        if len(longer) == 1:
            notes.add("「所属コード」の先頭の0を補いました。", line.line)
            code = longer[0]
    if code not in versions:
        known = places.implicit.get(code)
        if known is None:
            places.implicit[code] = Department(code, line.department_name or code, position=LAST_POSITION)
        elif line.department_name and known.name != line.department_name:
            notes.add(
                f"所属コード {code} の所属名が行によって違います。「{known.name}」とします。", line.line
            )
    elif not any(d.in_force(day) for d in versions[code]):
        notes.add(f"所属コード {code} は、{day.isoformat()} には有効期間の外です。", line.line)
    return code


def _by_name(line: RosterLine, names: dict[str, set[str]], places: Places) -> str | None:
    name = " ".join(line.department_name.split())
    codes = names.get(fold(name), set())
    if len(codes) > 1:
        places.problems.append(
            Problem(
                f"同じ名前の所属が{len(codes)}つあります(所属コード {'、'.join(sorted(codes))})。",
                "「所属コード」の列を付けるか、上の所属から続けて書いてください(総務部 庶務係)。",
                line.line,
                Column.DEPARTMENT,
                line.department_name,
            )
        )
        return None
    if codes:
        return next(iter(codes))
    places.implicit.setdefault(name, Department(name, name, position=LAST_POSITION))
    return name


def _names(departments: Iterable[Department], day: date) -> dict[str, set[str]]:
    """Every way to name a 所属 on ``day`` -> its codes: name, 略称, with those above it in front."""
    current = {d.code: d for d in departments if d.in_force(day)}
    own: dict[str, set[str]] = defaultdict(set)
    paths: dict[str, set[str]] = defaultdict(set)
    for department in current.values():
        own[fold(department.name)].add(department.code)
        path, parent, seen = department.name, department.parent, {department.code}
        while parent in current and parent not in seen:
            seen.add(parent)
            path = current[parent].name + path
            paths[fold(path)].add(department.code)
            parent = current[parent].parent
    for department in current.values():
        if department.short_name and fold(department.short_name) not in own:
            paths[fold(department.short_name)].add(department.code)
    return dict(paths) | dict(own)
