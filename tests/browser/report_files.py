"""The report's files as HR downloads them, and the sums every line must keep."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from playwright.sync_api import Page

OUT = ("対象外", "要協議", "免除", "猶予")
IN = ("修了", "受講中", "未着手", "期限超過")
PARTS = {*OUT, *IN}


def download(hr: Page, address: str, kind: str, **asked: str) -> bytes:
    """A report's file; ``asked`` is what its address says: by, run, as_of."""
    response = hr.request.get(f"{address}/hr/report.{kind}?{urlencode(asked)}")
    assert response.ok
    return response.body()


def rows(hr: Page, address: str, **asked: str) -> list[dict[str, str]]:
    """The report's rows; CSV and XLSX must say the same."""
    text = download(hr, address, "csv", **asked).decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("#")
    found = list(csv.DictReader(io.StringIO("\r\n".join(lines[1:]))))
    sheet = openpyxl.load_workbook(io.BytesIO(download(hr, address, "xlsx", **asked))).worksheets[0]
    table = [[text_of(cell) for cell in row] for row in sheet.iter_rows()]
    assert table == [list(found[0]), *(list(row.values()) for row in found)]
    return found


def text_of(cell: Cell | MergedCell) -> str:
    """What Excel shows of a cell: a rate with its one decimal."""
    assert cell.data_type != "f"
    if isinstance(cell.value, int | float) and cell.number_format == "0.0":
        return f"{cell.value:.1f}"
    return "" if cell.value is None else str(cell.value)


def adds_up(hr: Page, address: str, form: str, **asked: str) -> dict[str, int | str]:
    """Every line of a table sums to its 在籍者数 and its 対象者数; return the 合計 line."""
    found = rows(hr, address, by=form, **asked)
    for row in found:
        number = numbers(row)
        assert number["対象者数"] + sum(number[n] for n in OUT) == number["在籍者数"]
        assert sum(number[n] for n in IN) == number["対象者数"]
    return {**numbers(found[-1]), "修了率": found[-1]["修了率"]}


def numbers(row: dict[str, str]) -> dict[str, int]:
    """The counted columns of a line."""
    return {name: int(row[name]) for name in row if name.endswith(("数", "修了")) or name in PARTS}
