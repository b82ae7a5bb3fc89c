"""Files a spreadsheet opens as they were meant."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from app.reports.columns import Sheet
from app.reports.files import NotInCP932, about_line, csv_bytes, xlsx_bytes

ABOUT = (("注意", "4月1日付け名簿 未反映:3人"), ("研修", '「SNS」, "初級"\n研修'))


def sheet(*cells: str | int | date | None, kind: str = "text") -> Sheet:
    return Sheet(tuple(f"列{n}" for n, _c in enumerate(cells)), tuple(kind for _c in cells), (cells,))


def test_csv_is_utf8_with_bom_and_crlf() -> None:
    assert csv_bytes(sheet("髙﨑𠮷", 3, date(2026, 4, 1), None), ABOUT[:1]) == (
        "\ufeff# 注意: 4月1日付け名簿 未反映:3人\r\n列0,列1,列2,列3\r\n髙﨑𠮷,3,2026-04-01,\r\n".encode()
    )


def test_bare_begins_with_the_headings() -> None:
    assert csv_bytes(sheet("あ")).decode("utf-8-sig").startswith("列0\r\n")


def test_the_first_line_is_one_cell_whatever_stands_in_it() -> None:
    assert about_line(ABOUT) == "# 注意: 4月1日付け名簿 未反映:3人 / 研修: 「SNS」、 ”初級” 研修"


def test_cp932_writes_the_three_punctuation_pairs() -> None:
    assert csv_bytes(sheet("髙〜−—①"), cp932=True).decode("cp932") == "列0\r\n髙～－―①\r\n"


def test_cp932_names_what_it_lacks() -> None:
    with pytest.raises(NotInCP932) as refused:
        csv_bytes(sheet("𠮷田", "é"), cp932=True)
    assert refused.value.characters == ("𠮷", "é")
    assert "U+20BB7、2行目" in str(refused.value)
    assert "UTF-8" in str(refused.value)


def test_xlsx_keeps_text_as_text_and_tells_what_it_is() -> None:
    content = xlsx_bytes(sheet("0001234", "=1+1", "-", 7, date(2026, 4, 1), None), ABOUT)
    book = openpyxl.load_workbook(io.BytesIO(content))
    table, about = book.worksheets
    assert [c.value for c in table[2]] == ["0001234", "=1+1", "-", 7, "2026-04-01", None]
    assert {c.data_type for c in table[2]} <= {"s", "n"}
    assert about["B1"].value == "4月1日付け名簿 未反映:3人"
    assert about["A4"].value == about_line(ABOUT)


def test_a_rate_is_a_number_and_a_dash_is_not() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sheet("99.6", "-", kind="rate"))))
    (table,) = book.worksheets
    assert [c.value for c in table[2]] == [99.6, "-"]
