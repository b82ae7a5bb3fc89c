"""The departments file -> versions of 所属 -> what changes. Old versions stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.people.employment import Department
from app.people.roster.cells import Cells, plain_number, unwrap
from app.people.roster.changes import DepartmentChange, DepartmentPlan
from app.people.roster.columns import (
    DEPARTMENT_KEYS,
    DepartmentColumn,
    Layout,
    find_layout,
    heading_key,
    refuse_my_number,
)
from app.people.roster.dates import is_serial
from app.people.roster.findings import FileRefused, Note, Notes, Problem
from app.people.roster.tables import Table, read_tables
from app.site import Site

ONE_DAY = timedelta(days=1)
_NEEDED = (DepartmentColumn.CODE, DepartmentColumn.NAME)
_FIELDS = {
    DepartmentColumn.PARENT: "parent",
    DepartmentColumn.NAME: "name",
    DepartmentColumn.SHORT: "short_name",
    DepartmentColumn.POSITION: "position",
    DepartmentColumn.KIND: "kind",
    DepartmentColumn.HEAD: "head_number",
}


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One version of a 所属 as the file gives it."""

    line: int
    department: Department


@dataclass(frozen=True, slots=True)
class DepartmentFile:
    """A departments file that was read."""

    lines: tuple[DepartmentLine, ...]
    columns: frozenset[DepartmentColumn]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    filename: str = ""


def read_departments(data: bytes, filename: str, site: Site) -> DepartmentFile:
    """Read a departments file. Raises FileRefused when it cannot be read as one at all."""
    tables = read_tables(data)
    for table in tables:
        refuse_my_number(table)
    for table in tables:
        layout = find_layout(table, DEPARTMENT_KEYS, DepartmentColumn)
        if layout is not None and all(c in layout.columns for c in _NEEDED):
            return replace(_read(table, layout, site), filename=filename)
    raise FileRefused(
        "所属のファイルの見出しの行が見つかりません。",
        f"見出し({','.join(DepartmentColumn)})のある行を付けてください。所属コードと所属名は必ず要ります。",
    )


def _read(table: Table, layout: Layout[DepartmentColumn], site: Site) -> DepartmentFile:
    notes = Notes()
    if layout.ignored or layout.personal:
        notes.add(f"知らない列は読んでいません: {'、'.join((*layout.ignored, *layout.personal))}")
    rows = [row for row in table.rows[layout.first :] if any(c.strip() for c in row.cells)]
    serials = frozenset(
        column.value
        for column in (DepartmentColumn.FROM, DepartmentColumn.TO)
        if (i := layout.columns.get(column)) is not None
        and any(i < len(row.cells) and is_serial(row.cells[i]) for row in rows)
    )
    heading = tuple(heading_key(h) for h in layout.headings)
    lines: list[DepartmentLine] = []
    problems: list[Problem] = []
    for order, row in enumerate(rows, start=1):
        if tuple(heading_key(c) for c in row.cells) == heading:
            continue
        values = {c.value: row.cells[i] for c, i in layout.columns.items() if i < len(row.cells)}
        cells = Cells(row.line, values, "", site, notes)
        department = _department(cells, order, serials)
        problems.extend(cells.problems)
        if not cells.problems:
            lines.append(DepartmentLine(row.line, department))
    if not rows:
        raise FileRefused("見出しの下に所属の行がありません。", "所属のファイルを選び直してください。")
    kept, doubled = _without_doubles(lines, notes)
    return DepartmentFile(tuple(kept), frozenset(layout.columns), (*problems, *doubled), notes.all())


def _department(cells: Cells, order: int, serials: frozenset[str]) -> Department:
    code = plain_number(cells.text(DepartmentColumn.CODE))
    if not code:
        cells.problem(
            DepartmentColumn.CODE, "", "所属コードがありません。", "所属コードを書くか、行を消してください。"
        )
    name = cells.text(DepartmentColumn.NAME)
    if not name:
        cells.problem(DepartmentColumn.NAME, "", "所属名がありません。", "所属名を書いてください。")
    first = cells.day(DepartmentColumn.FROM, serials)
    last = cells.day(DepartmentColumn.TO, serials)
    if first and last and last < first:
        cells.problem(
            DepartmentColumn.TO, last.isoformat(), f"有効開始日({first.isoformat()})より前の日です。",
            "どちらかの日付を直してください。",
        )  # fmt: skip
    return Department(
        code=code,
        name=name,
        short_name=cells.text(DepartmentColumn.SHORT),
        parent=plain_number(cells.text(DepartmentColumn.PARENT)) or None,
        position=_position(cells, order),
        kind=cells.text(DepartmentColumn.KIND),
        valid_from=first,
        valid_to=last,
        head_number=cells.staff_number(DepartmentColumn.HEAD) or None,
    )


def _position(cells: Cells, order: int) -> int:
    value = plain_number(unwrap(cells.values.get(DepartmentColumn.POSITION, "")))
    if not value:
        return order
    if not value.isdigit() or len(value) > 9:
        cells.problem(
            DepartmentColumn.POSITION,
            value,
            "建制順が数字ではありません。",
            "1、2、3のように書いてください。",
        )
        return order
    return int(value)


def _without_doubles(
    lines: Sequence[DepartmentLine], notes: Notes
) -> tuple[list[DepartmentLine], list[Problem]]:
    kept: list[DepartmentLine] = []
    problems: list[Problem] = []
    by_code: dict[str, list[DepartmentLine]] = defaultdict(list)
    for line in lines:
        others = by_code[line.department.code]
        if any(_same(line.department, other.department) for other in others):
            notes.add("同じ内容の行が重なっているため、一つにしました。", line.line)
            continue
        clash = next((o for o in others if _overlap(line.department, o.department)), None)
        if clash is not None:
            problems.append(
                Problem(
                    f"{clash.line}行目と同じ所属コードで、有効期間が重なっています。",
                    "前の版の有効終了日を、次の版の有効開始日の前日にしてください。",
                    line.line,
                    DepartmentColumn.CODE,
                    line.department.code,
                )
            )
        others.append(line)
        kept.append(line)
    return kept, problems


def _same(one: Department, other: Department) -> bool:
    return replace(one, position=0) == replace(other, position=0)


def _overlap(one: Department, other: Department) -> bool:
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


def plan_departments(file: DepartmentFile, known: Sequence[Department], as_of: date) -> DepartmentPlan:
    """Return what the file changes. A version without 有効開始日 that differs holds from ``as_of``."""
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
    return DepartmentPlan(_net(changes), after, tuple(problems), tuple(notes), file.filename)


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
        if not _overlap(other, merged):
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
