""".xlsx bytes -> tables. The archive is measured before it is opened: size, entries, extent of the sheets."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.people.roster.findings import FileRefused
from app.people.roster.tables import MAX_COLUMNS, MAX_ROWS, Row, Table, check_bounds

MAX_UNPACKED = 250 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_CELLS = 6_000_000
MAX_TEXT = 600_000_000
#: A text of so many bytes is longer than any cell of a roster; and how much of such text there may be.
LONG_TEXT = 2_000
MAX_LONG = 16 * 1024 * 1024
#: So often may "si" stand in a workbook, twice for a text that cells share: each takes room, however short.
MAX_SHARED = 3_000_000
CHUNK = 1 << 20
SAVE_AGAIN = "Excelで開けるか確かめ、「Excelブック(.xlsx)」として保存し直してください。"

#: Where a cell says it stands; what its row says of itself need not fit.
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?r=["']([A-Za-z]{1,8})(\d{1,12})""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?r=["'](\d{1,12})["']""")


def read_workbook(data: bytes) -> list[Table]:
    """Every visible worksheet as text. Raises FileRefused."""
    _measure(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            return [_table(book.get_sheet_by_name(name)) for name in names]
    except (FileRefused, KeyboardInterrupt, SystemExit):
        raise
    # calamine raises its own errors, ValueError and OSError, and a panic (no Exception) for the worst files.
    except BaseException as error:
        raise FileRefused("Excelファイルの中身を読めません。", SAVE_AGAIN) from error


def _table(sheet: Any) -> Table:
    rows: list[Row] = []
    for index, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        texts = [c if isinstance(c, str) else text_of(c) for c in cells]
        check_bounds(len(rows), texts, index + 1)
        rows.append(Row(index + 1, tuple(texts)))
    rows, filled = _fill_merged(rows, sheet.merged_cell_ranges or [])
    return Table(tuple(rows), sheet.name, filled)


def text_of(value: object) -> str:
    """A cell as text: whole numbers without .0, dates as 2026-04-01."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _fill_merged(
    rows: list[Row], ranges: list[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[list[Row], frozenset[tuple[int, int]]]:
    """Write the value of a vertically merged cell into each of its rows."""
    filled: set[tuple[int, int]] = set()
    changed: dict[int, list[str]] = {}
    for (top, left), (bottom, _right) in ranges[:100_000]:
        if bottom <= top or top >= len(rows) or left >= len(rows[top].cells) or not rows[top].cells[left]:
            continue
        if len(filled) > MAX_ROWS:
            break
        for index in range(top + 1, min(bottom + 1, len(rows))):
            cells = changed.setdefault(index, list(rows[index].cells))
            if not cells[left]:
                cells[left] = rows[top].cells[left]
                filled.add((rows[index].line, left))
    for index, cells in changed.items():
        rows[index] = Row(rows[index].line, tuple(cells))
    return rows, frozenset(filled)


def _measure(data: bytes) -> None:
    """Refuse an archive that is broken, hostile or not a plain .xlsx, without unpacking it into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_kind({entry.filename for entry in entries}, len(entries))
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefused(
                    "パスワードの付いたファイルです。", "パスワードを外して保存し直してください。"
                )
            scale = _Scale()
            for entry in entries:
                with archive.open(entry) as stream:
                    scale.weigh(stream, entry.filename)
            scale.check()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise FileRefused("Excelファイルが壊れているか、途中で切れています。", SAVE_AGAIN) from error


def _check_kind(names: set[str], count: int) -> None:
    if count > MAX_ENTRIES:
        raise _too_large()
    if "xl/vbaProject.bin" in names:
        raise FileRefused(
            "マクロの付いたExcelファイル(.xlsm)です。", "「Excelブック(.xlsx)」として保存し直してください。"
        )
    if "xl/workbook.bin" in names or "xl/workbook.xml" not in names:
        raise FileRefused(
            "Excelブック(.xlsx)ではないファイルです。",
            "「Excelブック(.xlsx)」かCSVとして保存し直してください。",
        )


class _Scale:
    """Unpacks entries piece by piece and adds up what opening them would take."""

    def __init__(self) -> None:
        self.bytes = self.cells = self.area = self.longest = self.long = self.shared = 0

    def weigh(self, stream: IO[bytes], name: str) -> None:
        """Add one entry; raises FileRefused as soon as a bound is passed."""
        columns: set[bytes] = set()
        height = 0
        tail = b""
        while chunk := stream.read(CHUNK):
            self.bytes += len(chunk)
            piece = tail + chunk
            if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                raise FileRefused("Excelファイルの中身が正しくありません(DOCTYPE)。", SAVE_AGAIN)
            if name.lower().endswith("sharedstrings.xml"):
                self.longest = max(self.longest, *map(len, piece.split(b"<")))
                tail = piece[piece.rfind(b"<") :][-CHUNK:]
            else:
                for column, row in set(_CELL.findall(piece)):
                    columns.add(column)
                    height = max(height, int(row))
                height = max([height, *map(int, _ROW.findall(piece))])
                tail = piece[-200:]
            self.cells += chunk.count(b"<c ") + chunk.count(b"<c>") + chunk.count(b"<c/")
            self.shared += chunk.count(b"si")
            if name.lower().endswith(".xml"):
                self.long += _long_text(chunk)
            if self.bytes > MAX_UNPACKED or self.cells > MAX_CELLS or height > MAX_ROWS + 1_000:
                raise _too_large()
            if self.long > MAX_LONG or self.shared > MAX_SHARED:
                raise _too_large()
        width = max((_column_number(c) for c in columns), default=0)
        self.area += height * width
        if width > MAX_COLUMNS or self.area > MAX_CELLS:
            raise _too_large()

    def check(self) -> None:
        """One long text that many cells share is unpacked as often as it is shared."""
        if self.cells * self.longest > MAX_TEXT:
            raise _too_large()


def _long_text(chunk: bytes) -> int:
    """Roughly how many bytes of a piece of XML belong to long texts."""
    places = range(0, len(chunk), LONG_TEXT)
    return LONG_TEXT * sum(chunk.find(b"<", at, at + LONG_TEXT) < 0 for at in places)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _too_large() -> FileRefused:
    return FileRefused(
        f"Excelファイルが大きすぎます({MAX_ROWS:,}行、{MAX_COLUMNS}列まで。離れた場所に書き込みがあるときも読めません)。",
        "名簿のシートだけを新しいブックに貼り付けて保存し直してください。",
    )
