"""Versions of 所属 given + those known -> what changes. Old versions stay: old years print as they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.people.employment import Department
from app.people.roster.changes import DepartmentChange, DepartmentPlan
from app.people.roster.columns import DepartmentColumn
from app.people.roster.departments import DepartmentFile, DepartmentLine, overlap
from app.people.roster.findings import Note, Problem

ONE_DAY = timedelta(days=1)
_FIELDS = {
    DepartmentColumn.PARENT: "parent",
    DepartmentColumn.NAME: "name",
    DepartmentColumn.SHORT: "short_name",
    DepartmentColumn.POSITION: "position",
    DepartmentColumn.KIND: "kind",
    DepartmentColumn.HEAD: "head_number",
}


def plan_departments(
    file: DepartmentFile, known: Sequence[Department], as_of: date, numbers: Collection[str] = ()
) -> DepartmentPlan:
    """Return what the file changes. A version without 有効開始日 that differs holds from ``as_of``.

    ``numbers`` are the 職員番号 known by then: a 所属長 under another one is found with a later roster.
    """
    versions: dict[str, list[Department]] = defaultdict(list)
    for department in known:
        versions[department.code].append(department)
    changes: list[DepartmentChange] = []
    for line in sorted(file.lines, key=_version_order):
        changes.extend(_apply_version(line.department, versions[line.department.code], file, as_of))
    after = tuple(d for group in versions.values() for d in group)
    problems = [*file.problems, *_parents(file, after, as_of)]
    notes = list(file.notes)
    named = {line.department.code for line in file.lines}
    left = sorted({d.code for d in known if d.in_force(as_of)} - named)
    if left:
        codes = "、".join(left[:10]) + ("ほか" if len(left) > 10 else "")
        notes.append(Note(f"ファイルにない所属が{len(left)}件あります({codes})。そのまま残します。"))
    heads = [line.department.head_number for line in file.lines]
    later = sum(bool(head) and head not in numbers for head in heads)
    return DepartmentPlan(_net(changes), after, tuple(problems), tuple(notes), file.filename, later)


def _version_order(line: DepartmentLine) -> tuple[str, date]:
    return line.department.code, line.department.valid_from or date.min


def _apply_version(
    asked: Department, held: list[Department], file: DepartmentFile, as_of: date
) -> Iterable[DepartmentChange]:
    """Fit one version of the file into those known of its code (``held`` is changed along)."""
    current = _held_version(asked, held, as_of)
    if current is not None:
        merged = _merge(current, asked, file)
        if replace(merged, valid_from=current.valid_from) == current:
            return
        if asked.valid_from is None and not _only_dates(current, merged):
            since = max(as_of, (current.valid_from or date.min))
            merged = replace(merged, valid_from=since if since != current.valid_from else current.valid_from)
        else:
            merged = replace(merged, valid_from=current.valid_from)
    else:
        merged = asked
    for other in list(held):
        if not overlap(other, merged):
            continue
        held.remove(other)
        start = merged.valid_from or date.min
        if (other.valid_from or date.min) < start:
            shortened = replace(other, valid_to=start - ONE_DAY)
            held.append(shortened)
            yield DepartmentChange(other, shortened)
        else:
            yield DepartmentChange(other, None)
    held.append(merged)
    yield DepartmentChange(None, merged)


def _held_version(asked: Department, held: Sequence[Department], as_of: date) -> Department | None:
    """The version a line speaks of: the one that begins the same day; without a day, the one in force."""
    if asked.valid_from is not None:
        return next((d for d in held if d.valid_from == asked.valid_from), None)
    inside = [d for d in held if d.in_force(min(as_of, asked.valid_to or as_of))]
    return inside[0] if inside else next((d for d in held if d.valid_from is None), None)


def _merge(current: Department, asked: Department, file: DepartmentFile) -> Department:
    """``current`` with every field the file has a column for."""
    spoken = {name: getattr(asked, name) for column, name in _FIELDS.items() if column in file.columns}
    if DepartmentColumn.TO in file.columns:
        spoken["valid_to"] = asked.valid_to
    return replace(current, **spoken)


def _only_dates(one: Department, other: Department) -> bool:
    return replace(one, valid_from=None, valid_to=None) == replace(other, valid_from=None, valid_to=None)


def _net(changes: Sequence[DepartmentChange]) -> tuple[DepartmentChange, ...]:
    """Pair what is taken away with what replaces it, and drop what comes to nothing."""
    gone = [c.before for c in changes if c.before is not None]
    come = [c.after for c in changes if c.after is not None]
    for department in list(come):
        if department in gone:
            gone.remove(department)
            come.remove(department)
    pairs: list[DepartmentChange] = []
    for department in come:
        before = next(
            (g for g in gone if g.code == department.code and g.valid_from == department.valid_from), None
        )
        if before is not None:
            gone.remove(before)
        pairs.append(DepartmentChange(before, department))
    return (*pairs, *(DepartmentChange(g, None) for g in gone))


def _parents(file: DepartmentFile, after: Sequence[Department], as_of: date) -> Iterable[Problem]:
    codes = {d.code for d in after}
    for line in file.lines:
        parent = line.department.parent
        if parent is None:
            continue
        if parent not in codes:
            yield Problem(
                "上位所属コードの所属がありません。",
                "その所属の行を足すか、上位所属コードを直してください。",
                line.line, DepartmentColumn.PARENT, parent,
            )  # fmt: skip
        elif _in_circle(line.department, after, line.department.valid_from or as_of):
            yield Problem(
                "上位の所属をたどると、自分に戻ります。", "上位所属コードを直してください。",
                line.line, DepartmentColumn.PARENT, parent,
            )  # fmt: skip


def _in_circle(department: Department, after: Sequence[Department], day: date) -> bool:
    parents = {d.code: d.parent for d in after if d.in_force(day)} | {department.code: department.parent}
    seen = {department.code}
    code = department.parent
    while code is not None and code in parents:
        if code == department.code:
            return True
        if code in seen:
            return False
        seen.add(code)
        code = parents[code]
    return False
