"""Bytes -> rows of text: CSV (UTF-8, CP932; commas or tabs) and .xlsx, told apart by content, bounded."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from app.people.roster.findings import FileRefused

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELL = 2_000
#: What a roster file may be called: a workbook, or one of the names for text in columns.
ENDINGS = {"xlsx", "csv", "txt", "tsv", "dat"}
#: How a workbook begins, and how an old or encrypted one does.
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AGAIN = "表計算ソフトで「CSV UTF-8(コンマ区切り)」か「Excelブック(.xlsx)」として保存し直してください。"

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
#: How pictures (JPEG, PNG, GIF, WebP) and PDF begin; films and HEIC say ftyp after four bytes.
NO_TABLES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"%PDF")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it begins (from 1) and its cells as text."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a CSV file or of one sheet.

    ``filled`` are the (line, column from 0) of cells that belong to a merged cell above.
    ``cut`` says that the last line has no line end, as when a transfer broke off.
    """

    rows: tuple[Row, ...]
    sheet: str = ""
    filled: frozenset[tuple[int, int]] = frozenset()
    cut: bool = False


def read_tables(data: bytes) -> list[Table]:
    """Return the table of a CSV file, or each visible sheet of a workbook. Raises FileRefused."""
    if len(data) > MAX_BYTES:
        raise FileRefused(
            "ファイルが大きすぎます(64MBまで)。", "名簿のシートだけを残して保存し直してください。"
        )
    if not data.strip():
        raise FileRefused("ファイルが空です。", "名簿のファイルを選び直してください。")
    if data.startswith(ZIP):
        from app.people.roster.workbook import read_workbook

        return read_workbook(data)
    if data.startswith(OLD_EXCEL):
        raise FileRefused(
            "古い形式(.xls)か、パスワードの付いたExcelファイルです。",
            "パスワードを外し、「Excelブック(.xlsx)」として保存し直してください。",
        )
    if data.startswith(NO_TABLES) or data[4:8] == b"ftyp":
        raise FileRefused(
            "写真など、表ではないファイルのようです。", "CSV 又は XLSX のファイルを選んでください。"
        )
    return [read_csv(decode(data))]


def refuse_misnamed(data: bytes, name: str) -> None:
    """Refuse a file that came in under a name of another kind than it is. Raises FileRefused."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in ENDINGS:
        raise FileRefused(f"この種類のファイル(.{ending})は読み取れません。", SAVE_AGAIN)
    if (ending == "xlsx") != data.startswith(ZIP):
        raise FileRefused(f"ファイルの名前(.{ending})と中身の種類が合いません。", SAVE_AGAIN)


def decode(data: bytes) -> str:
    """Text of a CSV file: UTF-8 (with or without BOM), else CP932. Raises FileRefused."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileRefused("文字コードがUTF-16(Unicodeテキスト)です。", SAVE_AGAIN)
    if b"\x00" in data:
        raise FileRefused(
            f"{_line(data, data.index(0))}行目に、文字ではないデータ(NUL)があります。", SAVE_AGAIN
        )
    if b"\x1b$" in data:
        raise FileRefused("文字コードがJIS(ISO-2022-JP)です。", SAVE_AGAIN)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        utf8_until = error.start
    if "職員".encode("cp932") not in data and "職員".encode("euc_jp") in data:
        raise FileRefused("文字コードがEUC-JPです。", SAVE_AGAIN)
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError as error:
        place = utf8_until if _has_utf8(data[:utf8_until]) else error.start
        raise FileRefused(
            f"{_line(data, place)}行目に、UTF-8でもシフトJIS(CP932)でも読めない文字があります。"
            "文字コードが混ざっているか、ファイルが途中で切れています。",
            SAVE_AGAIN,
        ) from None
    if _has_utf8(data[:utf8_until]) and "職員" not in text:
        raise FileRefused(
            f"{_line(data, utf8_until)}行目に、UTF-8として読めない文字があります。"
            "文字コードが混ざっているか、ファイルが途中で切れています。",
            SAVE_AGAIN,
        )
    return text


def read_csv(text: str) -> Table:
    """Rows of comma- or tab-separated text. Raises FileRefused for a broken quotation or too much."""
    delimiter = _delimiter(text)
    # Line by line: a StringIO would hold four bytes for every letter of it at once.
    lines = (found[0] for found in _LINE.finditer(text))
    reader = csv.reader(lines, delimiter=delimiter, strict=delimiter == ",")
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            check_bounds(len(rows), cells, line)
            rows.append(Row(line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise FileRefused(
                f"{line}行目のセルが長すぎます。", '引用符「"」が閉じているか確かめてください。'
            ) from None
        raise FileRefused(
            f'{line}行目から始まる行で、引用符「"」が正しく閉じていません(ファイルが途中で切れているかもしれません)。',
            '名簿を出力し直すか、この行の「"」を直してください。',
        ) from None
    return Table(tuple(rows), cut=not text.endswith(("\n", "\r")))


def check_bounds(rows: int, cells: list[str], line: int) -> None:
    """Raise FileRefused when a table outgrows what is read."""
    if rows > MAX_ROWS + 1_000:
        raise FileRefused(f"行が多すぎます({MAX_ROWS:,}行まで)。", "ファイルを名簿区分ごとに分けてください。")
    if len(cells) > MAX_COLUMNS:
        raise FileRefused(
            f"{line}行目の列が多すぎます({len(cells)}列。{MAX_COLUMNS}列まで)。",
            "名簿の列だけを残してください。",
        )
    if cells and len(max(cells, key=len)) > MAX_CELL:
        raise FileRefused(
            f"{line}行目のセルが長すぎます({MAX_CELL:,}字まで)。",
            '名簿以外の文章が入っていないか、引用符「"」が閉じているか確かめてください。',
        )


def _delimiter(text: str) -> str:
    head = "\n".join(text[:20_000].splitlines()[:30])
    counts = {mark: head.count(mark) for mark in (",", "\t", ";")}
    return max(counts, key=lambda mark: counts[mark])


def _line(data: bytes, offset: int) -> int:
    before = data[:offset]
    return before.count(b"\n") + 1 if b"\n" in data else before.count(b"\r") + 1


def _has_utf8(data: bytes) -> bool:
    """True when ``data`` holds a heading of ours written in UTF-8."""
    return any(word.encode() in data for word in ("職員", "氏名", "所属"))
