"""Rows and columns -> CSV or XLSX: codes stay text, no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter

from app.formulas import guarded
from app.reports.collecting import no_collecting
from app.reports.columns import Cell, Sheet

#: cp932 has the second of each pair for the same sign.
_CP932_TWINS = str.maketrans({"〜": "～", "−": "－", "—": "―"})

About = Sequence[tuple[str, str]]
"""What a file is: (name, value) pairs, written in its first line or on a second sheet."""


class NotInCP932(Exception):
    """CP932 cannot write some characters; the message names them and the cure."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        self.characters = tuple(found)
        named = "、".join(
            f"{character}(U+{ord(character):04X}、{'、'.join(places[:3])}{'ほか' if len(places) > 3 else ''})"
            for character, places in found.items()
        )
        super().__init__(
            f"CP932(シフトJIS)では表せない文字があります: {named}。UTF-8(標準)かXLSXで出力してください。"
        )


def csv_bytes(sheet: Sheet, about: About | None = None, cp932: bool = False) -> bytes:
    """Write CSV with CRLF: UTF-8 with BOM, or cp932 (raises NotInCP932).

    ``about`` becomes the first line, beginning with ``#``; without it the headings come first.
    """
    buffer = io.StringIO(newline="")
    if about is not None:
        buffer.write(about_line(about) + "\r\n")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(guarded(name) for name in sheet.names)
    writer.writerows([guarded(cell_text(cell)) for cell in row] for row in sheet.rows)
    text = buffer.getvalue()
    if not cp932:
        return text.encode("utf-8-sig")
    text = text.translate(_CP932_TWINS)
    try:
        return text.encode("cp932")
    except UnicodeEncodeError:
        raise NotInCP932(_unwritable(text)) from None


def about_line(about: About) -> str:
    """The ``#`` line: one cell, whatever stands in it."""
    text = " / ".join(f"{name}: {value}" for name, value in about)
    text = text.replace(",", "、").replace('"', "”")
    return "# " + " ".join(text.split())


def cell_text(cell: Cell) -> str:
    """A cell as text: dates in ISO form, nothing for None."""
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _unwritable(text: str) -> dict[str, list[str]]:
    """Characters cp932 lacks -> the lines they stand in (行番号 of the file)."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(text.split("\r\n"), start=1):
        for character in dict.fromkeys(line):
            try:
                character.encode("cp932")
            except UnicodeEncodeError:
                found[character].append(f"{number}行目")
    return found


def xlsx_bytes(sheet: Sheet, about: About | None = None) -> bytes:
    """Write a workbook: the rows on 「集計」, what they are on 「この表について」."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    head = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    rate = book.add_format({"num_format": "0.0", "align": "right"})
    table = book.add_worksheet("集計")
    for column, name in enumerate(sheet.names):
        table.write_string(0, column, name, head)
    with no_collecting():
        for number, row in enumerate(sheet.rows, start=1):
            for column, (cell, kind) in enumerate(zip(row, sheet.kinds, strict=True)):
                _write_cell(table, number, column, cell, rate if kind == "rate" else text)
    for column, width in enumerate(_widths(sheet)):
        table.set_column(column, column, width)
    table.freeze_panes(1, 0)
    if sheet.rows:
        table.autofilter(0, 0, len(sheet.rows), len(sheet.names) - 1)
    table.set_landscape()
    table.set_paper(9)
    table.fit_to_pages(1, 0)
    table.repeat_rows(0)
    if about is not None:
        _write_about(book, head, text, about)
    book.close()
    return buffer.getvalue()


def _write_cell(
    table: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    cell: Cell,
    style: xlsxwriter.format.Format,
) -> None:
    """A number as a number, a rate as one with its decimal, everything else as text."""
    if isinstance(cell, int):
        table.write_number(row, column, cell)
    elif style.num_format == "0.0" and cell != "-":
        table.write_number(row, column, float(cell_text(cell)), style)
    elif cell is not None and cell != "":
        table.write_string(row, column, cell_text(cell), style)


def _write_about(
    book: xlsxwriter.Workbook, head: xlsxwriter.format.Format, text: xlsxwriter.format.Format, about: About
) -> None:
    page = book.add_worksheet("この表について")
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 100)
    for number, (name, value) in enumerate(about):
        page.write_string(number, 0, name, head)
        page.write_string(number, 1, value, text)
    page.write_string(len(about) + 1, 0, about_line(about), text)


def _widths(sheet: Sheet) -> Iterable[int]:
    """Column widths that show what stands in the first rows; a full-width letter takes two."""
    for column, name in enumerate(sheet.names):
        cells = [name, *(cell_text(row[column]) for row in sheet.rows[:200])]
        yield min(40, max(sum(2 if ord(c) > 0x7F else 1 for c in cell) for cell in cells) + 3)
