"""Rows of text -> roster lines, with every problem named by line, column, value and cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.people.roster.cells import Cells, plain_number, unwrap
from app.people.roster.columns import (
    HEADINGS,
    NEEDED,
    ROSTER_KEYS,
    Column,
    Layout,
    find_layout,
    heading_key,
    refuse_my_number,
)
from app.people.roster.dates import is_serial
from app.people.roster.findings import FileRefused, Notes, Problem
from app.people.roster.lines import Roster, RosterLine
from app.people.roster.tables import MAX_ROWS, Row, Table, read_tables
from app.people.search import search_key
from app.site import Site

_PARTS = (Column.BUREAU, Column.DIVISION, Column.SECTION)
_TOTAL = re.compile(r"(合計|小計|総計|総合計|計|人数|職員数)(\(.*\))?[::]?\d*人?名?")
_REMARK = re.compile(r"(※|注|\(注|備考|以上|作成|出力|印刷|\*)")
_DATES = (Column.START, Column.END, Column.MOVED)


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
    places = (Column.DEPARTMENT_CODE, Column.DEPARTMENT, *_PARTS)
    return missing if any(c in layout.columns for c in places) else [*missing, "所属コード又は所属名"]


def read_rows(table: Table, layout: Layout[Column], site: Site, sheets: Iterable[str] = ()) -> Roster:
    """Read the rows below the headings."""
    notes = Notes()
    _say_what_was_left(layout, sheets, notes)
    rows = _data_rows(table, layout, notes)
    if len(rows) > MAX_ROWS:
        raise FileRefused(f"行が多すぎます({MAX_ROWS:,}行まで)。", "ファイルを名簿区分ごとに分けてください。")
    problems: list[Problem] = []
    rows = _fill_departments(rows, table, layout, notes, problems)
    serials = _serial_columns(rows, layout)
    columns = {c: i for c, i in layout.columns.items() if c not in _PARTS}
    parts = [layout.columns[c] for c in _PARTS if c in layout.columns]
    read: list[RosterLine] = []
    width = len(layout.headings)
    for row in rows:
        values = {c.value: row.cells[i] for c, i in columns.items() if i < len(row.cells)}
        if parts and Column.DEPARTMENT not in columns:
            values[Column.DEPARTMENT] = " ".join(
                unwrap(row.cells[i]) for i in parts if i < len(row.cells) and row.cells[i].strip()
            )
        cells = Cells(row.line, values, plain_number(unwrap(values.get(Column.NUMBER, ""))), site, notes)
        if any(c.strip() for c in row.cells[width:]):
            cells.problem(
                "",
                "",
                "見出しより右に値があります。",
                '「,」を含む値を「"」で囲むか、列のずれを直してください。',
            )
        line = read_line(cells, serials)
        if line is not None and not cells.problems:
            read.append(line)
        problems.extend(cells.problems)
    if table.cut and rows and len(rows[-1].cells) < width and rows[-1] is _last(table):
        problems.append(
            Problem("最後の行が途中で切れています。", "名簿を出力し直してください。", rows[-1].line)
        )
    if not rows:
        raise FileRefused("見出しの下に職員の行がありません。", "名簿のファイルを選び直してください。")
    lines, doubled = _without_doubles(read, notes)
    present = {c for c in layout.columns if c not in _PARTS} | ({Column.DEPARTMENT} if parts else set())
    return Roster(tuple(lines), frozenset(present), (*problems, *doubled), notes.all())


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
    name = cells.text(Column.NAME)
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
        roman=cells.text(Column.ROMAN),
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


def _say_what_was_left(layout: Layout[Column], sheets: Iterable[str], notes: Notes) -> None:
    if layout.personal:
        notes.add(f"取り込まない個人の情報の列は読んでいません: {'、'.join(layout.personal)}")
    if layout.ignored:
        notes.add(f"知らない列は読んでいません: {'、'.join(layout.ignored)}")
    renamed = [
        f"{w} → {c.value}" for c, w in layout.written.items() if heading_key(w) != heading_key(c.value)
    ]
    if renamed:
        notes.add(f"見出しを読み替えました: {'、'.join(renamed)}")
    for sheet in sheets:
        notes.add(f"シート「{sheet}」は読んでいません。")


def _data_rows(table: Table, layout: Layout[Column], notes: Notes) -> list[Row]:
    """The rows that speak of somebody: without blank rows, repeated headings, totals and remarks."""
    number, name = layout.columns[Column.NUMBER], layout.columns[Column.NAME]
    heading = tuple(heading_key(h) for h in layout.headings)
    kept: list[Row] = []
    for row in table.rows[layout.first :]:
        filled = [
            c.strip() for i, c in enumerate(row.cells) if c.strip() and (row.line, i) not in table.filled
        ]
        if not filled:
            continue
        who = row.cells[number].strip() if number < len(row.cells) else ""
        called = row.cells[name].strip() if name < len(row.cells) else ""
        if _is_total(who) or (not who and any(_is_total(c) for c in filled)):
            notes.add("合計の行は職員として読んでいません。", row.line)
        elif tuple(heading_key(c) for c in row.cells) == heading:
            notes.add("途中の見出しの行は読んでいません。", row.line)
        elif not called and len(filled) == 1 and _REMARK.match(search_key(filled[0])):
            notes.add("欄外の注記の行は読んでいません。", row.line)
        else:
            kept.append(row)
    return kept


def _is_total(cell: str) -> bool:
    return len(cell) <= 20 and _TOTAL.fullmatch(search_key(cell)) is not None


def _last(table: Table) -> Row | None:
    return next((row for row in reversed(table.rows) if any(c.strip() for c in row.cells)), None)


def _serial_columns(rows: Sequence[Row], layout: Layout[Column]) -> frozenset[str]:
    """Date columns in which some value can only be an Excel serial."""
    return frozenset(
        column.value
        for column in _DATES
        if (i := layout.columns.get(column)) is not None
        and any(i < len(row.cells) and len(row.cells[i]) <= 8 and is_serial(row.cells[i]) for row in rows)
    )


def _fill_departments(
    rows: list[Row], table: Table, layout: Layout[Column], notes: Notes, problems: list[Problem]
) -> list[Row]:
    """Fill 所属 down where cells were clearly merged, ask where it cannot be told, else leave 所属なし.

    Merged: no 所属コード column, a name is written once above several blanks and never repeated below itself.
    """
    columns = layout.columns
    for column in (Column.DEPARTMENT, Column.DEPARTMENT_CODE, *_PARTS):
        index = columns.get(column)
        merged = sum((row.line, index) in table.filled for row in rows)
        if merged:
            notes.add(f"「{layout.written[column]}」の結合されたセルの値を、下の{merged}行にも入れました。")
    if Column.DEPARTMENT_CODE in columns:
        return rows
    levels = [columns[c] for c in (Column.DEPARTMENT, *_PARTS) if c in columns]
    for place, index in enumerate(levels):
        rows = _fill_level(rows, index, levels[:place], layout.headings[index].strip(), notes, problems)
    return rows


def _fill_level(
    rows: list[Row], index: int, upper: list[int], heading: str, notes: Notes, problems: list[Problem]
) -> list[Row]:
    cells = [row.cells[index].strip() if index < len(row.cells) else "" for row in rows]
    blanks = [i for i, cell in enumerate(cells) if not cell]
    if not blanks or len(blanks) == len(cells):
        return rows
    repeats = any(cells[i] and cells[i] == cells[i - 1] for i in range(1, len(cells)))
    if repeats or upper:
        if not upper:
            notes.add(
                f"「{heading}」が空欄の{len(blanks)}行は、所属なしとして読みました。", rows[blanks[0]].line
            )
            return rows
    elif not cells[0] or len(blanks) * 4 < len(cells):
        problems.extend(
            Problem(
                "所属が空欄です。上の行と同じ所属(結合されたセル)か、所属なしか、決められません。",
                "所属を書くか、所属のない人は「なし」と書いてください。",
                rows[i].line,
                heading,
            )
            for i in blanks
        )
        return rows
    if upper and repeats:
        return rows
    filled = list(rows)
    count = 0
    for i in blanks:
        above = filled[i - 1].cells if i else ()
        same = all(
            u < len(above) and u < len(rows[i].cells) and filled[i].cells[u] == above[u] for u in upper
        )
        if index < len(above) and above[index].strip() and same:
            here = filled[i].cells + ("",) * (index + 1 - len(filled[i].cells))
            filled[i] = Row(filled[i].line, (*here[:index], above[index], *here[index + 1 :]))
            count += 1
    if count:
        notes.add(
            f"「{heading}」の空欄{count}行を、結合されたセルとみて上の所属で埋めました。違うときは所属を書いてください。",
            rows[blanks[0]].line,
        )
    return filled


def _without_doubles(lines: Sequence[RosterLine], notes: Notes) -> tuple[list[RosterLine], list[Problem]]:
    """Drop lines that say the same again; a problem for lines that contradict each other."""
    kept: list[RosterLine] = []
    problems: list[Problem] = []
    seen: dict[tuple[object, ...], RosterLine] = {}
    people: dict[str, list[RosterLine]] = {}
    for line in lines:
        place = "" if line.main else line.department_code or line.department_name
        first = seen.setdefault((line.number, line.start, line.main, place), line)
        if first is line:
            kept.append(line)
            people.setdefault(line.number, []).append(line)
        elif replace(line, line=first.line) == first:
            notes.add("同じ内容の行が重なっているため、一つにしました。", line.line)
        else:
            problems.append(_contradiction(first, line))
    problems.extend(_two_names(people))
    return kept, problems


def _contradiction(first: RosterLine, line: RosterLine) -> Problem:
    names: Mapping[str, str] = {
        "name": "氏名", "kana": "フリガナ", "department_code": "所属コード", "department_name": "所属名",
        "end": "任用終了日", "category": "職員区分", "state": "在職区分", "title": "職名",
        "work_type": "勤務区分", "authority": "任命権者", "moved_on": "異動年月日", "previous": "前職員番号",
        "mail": "メール", "language": "言語", "roman": "ローマ字氏名",
    }  # fmt: skip
    different = [c for field, c in names.items() if getattr(first, field) != getattr(line, field)]
    main = "本務" if line.main else "兼務"
    return Problem(
        f"{first.line}行目と同じ職員番号・任用開始日・{main}の行ですが、{'、'.join(different)}が違います。",
        "正しい行だけを残してください。二つの職があるときは、一方を「兼務」にしてください。",
        line.line,
        Column.NUMBER,
        line.number,
    )


def _two_names(people: Mapping[str, Sequence[RosterLine]]) -> Iterable[Problem]:
    """One number held by two names at the same time is a slip of the pen in one of the lines."""
    for number, lines in people.items():
        for index, line in enumerate(lines[1:], start=1):
            for other in lines[:index]:
                together = (other.end is None or line.start <= other.end) and (
                    line.end is None or other.start <= line.end
                )
                if together and search_key(line.name) != search_key(other.name):
                    yield Problem(
                        f"{other.line}行目と同じ職員番号ですが、同じ時期の氏名が違います(「{other.name}」と「{line.name}」)。",
                        "別の人なら番号を、同じ人なら氏名をそろえてください。",
                        line.line,
                        Column.NUMBER,
                        number,
                    )
                    break


def headings_text() -> str:
    """The headings of a roster as one line of CSV."""
    return ",".join(column.value for column in HEADINGS)

