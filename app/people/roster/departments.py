"""The departments file: bytes -> versions of 所属."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.people.employment import Department
from app.people.roster.cells import Cells, plain_number, unwrap
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

#: Every version of every 所属 a large city ever had.
MAX_LINES = 20_000
_NEEDED = (DepartmentColumn.CODE, DepartmentColumn.NAME)


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
    if len(rows) > MAX_LINES:
        raise FileRefused(
            f"行が多すぎます({MAX_LINES:,}行まで)。", "所属のシートだけを残して保存し直してください。"
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
        clash = next((o for o in others if overlap(line.department, o.department)), None)
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


def overlap(one: Department, other: Department) -> bool:
    """True when two versions share a day."""
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)
