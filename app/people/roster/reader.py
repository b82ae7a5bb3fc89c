"""Rows of text -> roster lines, with every problem named by line, column, value and cure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.people.roster.cells import Cells, plain_number, unwrap
from app.people.roster.columns import (
    HEADINGS,
    NEEDED,
    ROSTER_KEYS,
    Column,
    Layout,
    find_layout,
    refuse_my_number,
)
from app.people.roster.data_rows import (
    PARTS,
    data_rows,
    fill_departments,
    last_row,
    say_what_was_left,
    serial_columns,
)
from app.people.roster.doubles import without_doubles
from app.people.roster.findings import FileRefused, Notes, Problem
from app.people.roster.lines import Roster, RosterLine
from app.people.roster.tables import MAX_ROWS, Row, Table, read_tables
from app.site import Site


def read_roster(data: bytes, filename: str, site: Site) -> Roster:
    """Read a roster file; problems are in the result. Raises FileRefused when it is none."""
    tables = read_tables(data)
    for table in tables:
        refuse_my_number(table)
    table, layout, ignored = _choose(tables)
    return replace(read_rows(table, layout, site, ignored), filename=filename)


def _choose(tables: Sequence[Table]) -> tuple[Table, Layout[Column], list[str]]:
    wanted = (*NEEDED, Column.DEPARTMENT, Column.DEPARTMENT_CODE)
    found = [(t, layout) for t in tables if (layout := find_layout(t, ROSTER_KEYS, wanted))]
    needed = "職員番号、氏名、所属コード(又は所属名)、職員区分、任用開始日"
    if not found:
        raise FileRefused("名簿の見出しの行が見つかりません。", f"見出し({needed})のある行を付けてください。")
    whole = [(t, layout) for t, layout in found if not _missing(layout)]
    if not whole:
        layout = found[0][1]
        read = "、".join(h.strip() for h in layout.headings if h.strip())[:200]
        raise FileRefused(
            f"必要な列がありません: {'、'.join(_missing(layout))}。読み取った見出し: {read}。",
            f"見出しに {needed} を入れてください。",
        )
    if len(whole) > 1:
        names = "、".join(f"「{t.sheet}」" for t, _ in whole)
        raise FileRefused(
            f"名簿の見出しのあるシートが複数あります({names})。",
            "取り込むシートだけを残して保存し直してください。",
        )
    others = [t.sheet for t in tables if t is not whole[0][0] and any(any(r.cells) for r in t.rows)]
    return whole[0][0], whole[0][1], others


def _missing(layout: Layout[Column]) -> list[str]:
    missing = [c.value for c in NEEDED if c not in layout.columns]
    places = (Column.DEPARTMENT_CODE, Column.DEPARTMENT, *PARTS)
    return missing if any(c in layout.columns for c in places) else [*missing, "所属コード又は所属名"]


def read_rows(table: Table, layout: Layout[Column], site: Site, sheets: Iterable[str] = ()) -> Roster:
    """Read the rows below the headings. Raises FileRefused when there are none, or too many."""
    notes = Notes()
    problems: list[Problem] = []
    say_what_was_left(layout, sheets, notes)
    rows = data_rows(table, layout, notes)
    if not rows:
        raise FileRefused("見出しの下に職員の行がありません。", "名簿のファイルを選び直してください。")
    if len(rows) > MAX_ROWS:
        raise FileRefused(f"行が多すぎます({MAX_ROWS:,}行まで)。", "ファイルを名簿区分ごとに分けてください。")
    rows = fill_departments(rows, table, layout, notes, problems)
    serials = serial_columns(rows, layout)
    read: list[RosterLine] = []
    for row in rows:
        cells = _cells(row, layout, site, notes)
        line = read_line(cells, serials)
        if line is not None and not cells.problems:
            read.append(line)
        problems.extend(cells.problems)
    last = last_row(table)
    if table.cut and last and last.line == rows[-1].line and len(last.cells) < len(layout.headings):
        cure = "名簿を出力し直してください。"
        problems.append(Problem("最後の行が途中で切れています。", cure, rows[-1].line))
    lines, doubled = without_doubles(read, notes)
    present = {c for c in layout.columns if c not in PARTS}
    if any(part in layout.columns for part in PARTS):
        present.add(Column.DEPARTMENT)
    return Roster(tuple(lines), frozenset(present), (*problems, *doubled), notes.all())


def _cells(row: Row, layout: Layout[Column], site: Site, notes: Notes) -> Cells:
    """The row's cells by heading; 部, 課, 係 in columns of their own are put together as 所属名."""
    values = {
        column.value: row.cells[index]
        for column, index in layout.columns.items()
        if index < len(row.cells) and column not in PARTS
    }
    if Column.DEPARTMENT not in layout.columns:
        parts = [layout.columns[c] for c in PARTS if c in layout.columns]
        names = [unwrap(row.cells[i]) for i in parts if i < len(row.cells) and row.cells[i].strip()]
        values[Column.DEPARTMENT.value] = " ".join(names)
    cells = Cells(row.line, values, plain_number(unwrap(values.get(Column.NUMBER, ""))), site, notes)
    if any(cell.strip() for cell in row.cells[len(layout.headings) :]):
        cure = '「,」を含む値を「"」で囲むか、列のずれを直してください。'
        cells.problem("", "", "見出しより右に値があります。", cure)
    return cells


def read_line(cells: Cells, serials: frozenset[str] = frozenset()) -> RosterLine | None:
    """One row as a line; None (with problems in ``cells``) when something needed cannot be read."""
    number = cells.staff_number(Column.NUMBER)
    if not number and not cells.problems:
        cells.problem(
            Column.NUMBER,
            "",
            "職員番号がありません。",
            "番号が決まる前の人は「仮-1」のように書いてください。",
        )
    name = cells.name(Column.NAME)
    if not name and not cells.problems:
        cells.problem(
            Column.NAME, "", "氏名がありません。", "氏名を書くか、職員の行でなければ消してください。"
        )
    category = cells.category(Column.CATEGORY)
    start = cells.needed_day(Column.START, serials)
    end = cells.day(Column.END, serials)
    if start and end and end < start:
        cells.problem(
            Column.END,
            end.isoformat(),
            f"任用開始日({start.isoformat()})より前の日です。",
            "どちらかの日付を直してください。",
        )
    line = RosterLine(
        line=cells.line,
        number=number,
        name=name,
        category=category,  # type: ignore[arg-type]
        start=start,  # type: ignore[arg-type]
        kana=cells.text(Column.KANA),
        roman=cells.name(Column.ROMAN),
        department_code=plain_number(cells.text(Column.DEPARTMENT_CODE)),
        department_name=_department_name(cells),
        title=cells.text(Column.TITLE),
        work_type=cells.text(Column.WORK_TYPE),
        authority=cells.authority(Column.AUTHORITY),
        end=end,
        main=cells.is_main(Column.MAIN),
        state=cells.state(Column.STATE),
        moved_on=cells.day(Column.MOVED, serials),
        previous=cells.staff_number(Column.PREVIOUS),
        mail=cells.mail(Column.MAIL),
        language=cells.language(Column.LANGUAGE),
    )
    return None if cells.problems else line


def _department_name(cells: Cells) -> str:
    name = cells.text(Column.DEPARTMENT)
    return "" if name in ("-", "－", "なし", "所属なし") else name


def headings_text() -> str:
    """The headings of a roster as one line of CSV."""
    return ",".join(column.value for column in HEADINGS)
