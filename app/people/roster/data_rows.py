"""Which rows speak of somebody, and what stands in them where cells were merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.people.roster.columns import Column, Layout, heading_key
from app.people.roster.dates import is_serial
from app.people.roster.findings import Notes, Problem
from app.people.roster.tables import Row, Table
from app.people.search import search_key

#: 部, 課, 係 in columns of their own, from the top down.
PARTS = (Column.BUREAU, Column.DIVISION, Column.SECTION)
_TOTAL = re.compile(r"(合計|小計|総計|総合計|計|人数|職員数)(\(.*\))?[::]?\d*人?名?")
_REMARK = re.compile(r"(※|注|\(注|備考|以上|作成|出力|印刷|\*)")
_DATES = (Column.START, Column.END, Column.MOVED)


def say_what_was_left(layout: Layout[Column], sheets: Iterable[str], notes: Notes) -> None:
    """Note the columns and sheets that are not read, and the headings read as ours."""
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


def data_rows(table: Table, layout: Layout[Column], notes: Notes) -> list[Row]:
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
        elif _is_heading(row.cells, heading):
            notes.add("途中の見出しの行は読んでいません。", row.line)
        elif not called and len(filled) == 1 and _REMARK.match(search_key(filled[0])):
            notes.add("欄外の注記の行は読んでいません。", row.line)
        else:
            kept.append(row)
    return kept


def _is_heading(cells: Sequence[str], heading: Sequence[str]) -> bool:
    """Whether a row repeats the headings; of most rows the first cell tells."""
    return len(cells) == len(heading) and all(
        heading_key(cell) == key for cell, key in zip(cells, heading, strict=True)
    )


def _is_total(cell: str) -> bool:
    return len(cell) <= 20 and _TOTAL.fullmatch(search_key(cell)) is not None


def last_row(table: Table) -> Row | None:
    """The last row that is not blank."""
    return next((row for row in reversed(table.rows) if any(c.strip() for c in row.cells)), None)


def serial_columns(rows: Sequence[Row], layout: Layout[Column]) -> frozenset[str]:
    """Date columns in which some value can only be an Excel serial."""
    return frozenset(
        column.value
        for column in _DATES
        if (i := layout.columns.get(column)) is not None
        and any(i < len(row.cells) and len(row.cells[i]) <= 8 and is_serial(row.cells[i]) for row in rows)
    )


def fill_departments(
    rows: list[Row], table: Table, layout: Layout[Column], notes: Notes, problems: list[Problem]
) -> list[Row]:
    """Fill 所属 down where cells were clearly merged, ask where it cannot be told, else leave 所属なし.

    Merged: no 所属コード column, a name is written once above several blanks and never repeated below itself.
    """
    columns = layout.columns
    for column in (Column.DEPARTMENT, Column.DEPARTMENT_CODE, *PARTS):
        index = columns.get(column)
        merged = sum((row.line, index) in table.filled for row in rows)
        if merged:
            notes.add(f"「{layout.written[column]}」の結合されたセルの値を、下の{merged}行にも入れました。")
    if Column.DEPARTMENT_CODE in columns:
        return rows
    levels = [columns[c] for c in (Column.DEPARTMENT, *PARTS) if c in columns]
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
