"""The ugliest files a city sends: each ends in the right lines or in a refusal that says where, what and what to do."""

# ruff: noqa: E501 - tables are read line by line
from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from app.people.employment import Category, ServiceState
from app.people.roster.findings import FileRefused
from app.people.roster.lines import Roster, RosterLine, from_json, to_json
from app.people.roster.reader import read_roster
from app.settings import ROOT
from app.site import load_site
from tests.people.roster_files import csv_bytes, xlsx_bytes

SITE = load_site(ROOT / "content")
HEAD = "職員番号,氏名,フリガナ,所属コード,所属名,職員区分,任用開始日"
LINE = "0001234,髙橋 﨑子,タカハシ サキコ,010203,行政管理課①,正規,R5.4.1"
WANTED = RosterLine(
    2, "0001234", "髙橋 﨑子", Category.REGULAR, date(2023, 4, 1), kana="タカハシ サキコ",
    department_code="010203", department_name="行政管理課①",
)  # fmt: skip


def text(*lines: str, end: str = "\r\n") -> str:
    return "".join(line + end for line in lines)


def one(line: str = LINE, head: str = HEAD) -> bytes:
    return text(head, line).encode()


def with_column(heading: str, value: str, line: str = LINE) -> bytes:
    return one(f"{line},{value}", f"{HEAD},{heading}")


@dataclass(frozen=True)
class Good:
    """A file that is read: some expected values of its first line, and words its notes hold."""

    data: bytes
    notes: tuple[str, ...] = ()
    count: int = 1
    line: int = 2
    wanted: RosterLine | None = WANTED


@dataclass(frozen=True)
class Bad:
    """A file that is refused: words of the message (line, column, value, cure)."""

    data: bytes
    words: tuple[str, ...]


DATES = {
    "R5.4.1": "2023-04-01", "r5.4.1": "2023-04-01", "R05/04/01": "2023-04-01", "令和5年4月1日": "2023-04-01",
    "令5.4.1": "2023-04-01", "R元.5.1": "2019-05-01", "令和元年5月1日": "2019-05-01", "S63.1.1": "1988-01-01",
    "H31.4.30": "2019-04-30", "2023/4/1": "2023-04-01", "2023-04-01": "2023-04-01",
    "2023年4月1日": "2023-04-01", "20230401": "2023-04-01", "45017": "2023-04-01", "２０２３．４．１": "2023-04-01",
    "R 5. 4. 1": "2023-04-01", "2023-04-01 00:00:00": "2023-04-01", "2023/04/01 0:00": "2023-04-01",
    "Ｒ５．４．１": "2023-04-01", "'2023-04-01": "2023-04-01", '="2023-04-01"': "2023-04-01",
    "H35.4.1": "2023-04-01", "H31.5.1": "2019-05-01", "S64.1.8": "1989-01-08", "㋿5年4月1日": "2023-04-01",
}  # fmt: skip
UNCLEAR_DATES = {
    "50401": "区別できません", "5080401": "西暦か和暦か", "080401": "西暦か和暦か", "26/4/1": "年が2けた", "4/1": "年がありません",
    "4/1/2026": "月と日の順", "2026-02-30": "その日はありません", "R5.13.1": "その日はありません", "X5.4.1": "年号「X」",
    "": "日付がありません", "9999/12/31": "日付がありません", "未定": "日付として読めません", "1850-01-01": "受け取れません",
    "R0.4.1": "和暦の年が0",
}  # fmt: skip


@pytest.mark.parametrize("written", DATES)
def test_dates_as_cities_write_them(written: str) -> None:
    quoted = '"' + written.replace('"', '""') + '"'
    roster = read(one(LINE.replace("R5.4.1", quoted)))
    assert not roster.problems
    assert roster.lines[0].start.isoformat() == DATES[written]
    out_of_era = written in ("H35.4.1", "H31.5.1", "S64.1.8")
    assert any("期間の外" in str(n) for n in roster.notes) == out_of_era


@pytest.mark.parametrize("written", UNCLEAR_DATES)
def test_dates_that_are_asked_about(written: str) -> None:
    roster = read(one(LINE.replace("R5.4.1", written)))
    said = str(roster.problems[0])
    assert "2行目「任用開始日」" in said and UNCLEAR_DATES[written] in said
    assert "書いてください" in said or "空欄にしてください" in said


@pytest.mark.parametrize("written", ["", "9999/12/31", "9999-12-31", "R99.12.31", "99991231", "-", "なし"])
def test_open_ends(written: str) -> None:
    assert read(with_column("任用終了日", written)).lines[0].end is None


def test_a_packed_date_is_a_serial_among_serials() -> None:
    lines = [LINE.replace("R5.4.1", d).replace("0001234", n) for d, n in (("41001", "1"), ("45017", "2"))]
    roster = read(text(HEAD, *lines).encode())
    assert [line.start for line in roster.lines] == [date(2012, 4, 2), date(2023, 4, 1)]


def my_numbers() -> bytes:
    """Three made-up numbers whose check digit fits, in a column that does not say so."""
    numbers = ("123456789018", "111111111118", "987654321093")
    lines = [f"000000{i},試験 {i}号,,01,課,正規,R5.4.1,{n}" for i, n in enumerate(numbers)]
    return text(f"{HEAD},備考", *lines).encode()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (300 * 1024 * 1024))
    return stream.getvalue()


def repacked(data: bytes, name: str, change: tuple[bytes, bytes]) -> bytes:
    """The workbook with a piece of one part replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.infolist():
            body = old.read(entry)
            new.writestr(entry.filename, body.replace(*change) if entry.filename == name else body)
    return stream.getvalue()


HEADS: list[object] = [*HEAD.split(",")]
SHEET: list[list[object]] = [
    HEADS,
    ["0001234", "髙橋 﨑子", "タカハシ サキコ", "010203", "行政管理課①", "正規", date(2023, 4, 1)],
]
BOOK = xlsx_bytes(SHEET)
PART = "xl/worksheets/sheet1.xml"
TWO = (LINE, LINE.replace("0001234", "0001235").replace("髙橋 﨑子", "試験 太郎"))

GOOD = {
    "UTF-8": Good(one()),
    "UTF-8 with BOM": Good(b"\xef\xbb\xbf" + one()),
    "CP932 with 髙﨑①": Good(text(HEAD, LINE).encode("cp932")),
    "line ends of Unix": Good(text(HEAD, LINE, end="\n").encode()),
    "line ends of an old Mac": Good(text(HEAD, LINE, end="\r").encode("cp932")),
    "no line end at the end": Good(text(HEAD, LINE).rstrip().encode()),
    "tabs": Good(text(HEAD, LINE).replace(",", "\t").encode("cp932")),
    "xlsx": Good(BOOK),
    "xlsx with a hidden second sheet": Good(xlsx_bytes(SHEET, hidden="作業用")),
    "xlsx with a second sheet of remarks": Good(xlsx_bytes(SHEET, sheets=["説明"]), ("シート「説明」は読んでいません",)),
    "xlsx with a dimension that lies": Good(repacked(BOOK, PART, (b'ref="A1:G2"', b'ref="A1:XFD1048576"'))),
    "xlsx with number cells": Good(
        xlsx_bytes([SHEET[0], [1234, *SHEET[1][1:3], 10203, *SHEET[1][4:6], 45017]]),
        ("先頭の0を補い",), wanted=replace(WANTED, department_code="10203"),
    ),
    "zeros lost": Good(one(LINE.replace("0001234", "1234")), ("先頭の0を補い、7けた",)),
    "an apostrophe": Good(one(LINE.replace("0001234", "'0001234"))),
    "a formula that is text": Good(one(LINE.replace("0001234", '="0001234"'))),
    "a number with .0": Good(one(LINE.replace("0001234", "1234.0")), ("先頭の0",)),
    "full-width digits and blanks": Good(one(LINE.replace("0001234", "　０００１２３４　"))),
    "a zero-width space in the number": Good(one(LINE.replace("0001234", "\u200b0001234")), ("幅のない文字",)),
    "blanks around the name": Good(one(LINE.replace("髙橋 﨑子", " 髙橋 﨑子　"))),
    "title rows": Good(text("令和8年度 職員名簿", "", ",,,総務部,,,令和8年4月1日現在", HEAD, LINE).encode(), line=5),
    "headings in two rows": Good(
        text("職員,,,所属,,任用,", "番号,氏名,フリガナ,コード,名,区分,開始日", LINE).encode(), line=3),
    "half-width kana headings": Good(one(head=HEAD.replace("フリガナ", "ﾌﾘｶﾞﾅ").replace("職員番号", "職員ｺｰﾄﾞ"))),
    "other names for headings": Good(
        one(head="職員No.,漢字氏名,ふりがな,所属CD,所属,任用区分,採用年月日"), ("見出しを読み替えました",)),
    "headings with blanks and line breaks": Good(
        one(head=HEAD.replace("氏名", '"氏　名"').replace("所属コード", '"所属\nコード"')), line=3),
    "columns in another order": Good(
        one("R5.4.1,正規,行政管理課①,010203,タカハシ サキコ,髙橋 﨑子,0001234", ",".join(reversed(HEAD.split(","))))),
    "blank rows between": Good(text(HEAD, "", ",,,,,,", LINE).encode(), line=4),
    "totals at the bottom": Good(text(HEAD, LINE, "合計,1人,,,,,", ",小計,,,,,", ",,,,計,1,").encode(), ("合計の行は",)),
    "a remark at the bottom": Good(text(HEAD, LINE, "※ 4月1日現在,,,,,,").encode(), ("欄外の注記",)),
    "headings repeated on each page": Good(text(HEAD, TWO[0], HEAD, TWO[1]).encode(), ("途中の見出し",), count=2),
    "trailing commas": Good(text(HEAD + ",,,", LINE + ",,,").encode()),
    "a line break within a cell": Good(with_column("備考", '"一行目\r\n二行目"'), ("知らない列は読んでいません: 備考",)),
    "an identical line twice": Good(text(HEAD, LINE, LINE).encode(), ("同じ内容の行が重なって",)),
    "personal columns": Good(
        one(LINE + ",S50.1.1,女,須賀川市,300000", HEAD + ",生年月日,性別,住所,給料月額"),
        ("取り込まない個人の情報の列は読んでいません: 生年月日、性別、住所、給料月額",)),
    "an unknown column": Good(with_column("職種", "事務"), ("知らない列は読んでいません: 職種",)),
    "a name in old letters with a selector": Good(
        one(LINE.replace("髙橋 﨑子", "渡邉\U000e0100 𠮷子")), wanted=replace(WANTED, name="渡邉\U000e0100 𠮷子")),
    "a 〓 for a letter that could not be written": Good(
        one(LINE.replace("髙橋 﨑子", "〓橋 花子")), ("〓",), wanted=replace(WANTED, name="〓橋 花子")),
    "a mail that is none": Good(with_column("メール", "なし"), ("メールアドレスの形ではない",)),
    "an interim number": Good(
        one(LINE.replace("0001234", "仮－１")), wanted=replace(WANTED, number="仮-1")),
    "a kind of appointment in the city's words": Good(
        one(LINE.replace("正規", "会計年度（パ）")), wanted=replace(WANTED, category=Category.FISCAL_YEAR_PART)),
    "leave, reduced": Good(with_column("在職区分", "育児休業"), wanted=replace(WANTED, state=ServiceState.LEAVE)),
    "secondment": Good(with_column("在職区分", "派遣(受入)"), wanted=replace(WANTED, state=ServiceState.SECONDED)),
}  # fmt: skip
MERGED = text("所属名,職員番号,氏名,職員区分,任用開始日", "総務課,1,甲 一,正規,R5.4.1", ",2,乙 二,正規,R5.4.1",
              "財政課,3,丙 三,正規,R5.4.1", ",4,丁 四,正規,R5.4.1").encode()  # fmt: skip

BAD = {
    "nothing": Bad(b"", ("空です", "選び直して")),
    "UTF-16": Bad(text(HEAD, LINE).encode("utf-16"), ("UTF-16", "CSV UTF-8")),
    "UTF-16 without BOM": Bad(text(HEAD, LINE).encode("utf-16-le"), ("NUL", "保存し直して")),
    "EUC-JP": Bad(text(HEAD, LINE.replace("髙橋 﨑子①", "高橋").replace("①", "").replace("髙橋 﨑子", "高橋 花子"))
                  .encode("euc_jp"), ("EUC-JP",)),
    "JIS": Bad(text(HEAD).encode("iso2022_jp"), ("JIS",)),
    "a NUL": Bad(one().replace(b"010203", b"01\x000203"), ("2行目", "NUL")),
    "UTF-8 and CP932 mixed": Bad(text(HEAD, LINE).encode() + text(TWO[1]).encode("cp932"), ("3行目", "混ざって")),
    "cut within a letter": Bad(one()[:-40][:66], ("行目", "途中で切れて")),
    "cut within a line": Bad(text(HEAD, *TWO).encode()[:-30], ("3行目", "途中で切れて")),
    "an open quotation": Bad(one(LINE.replace("髙橋", '"髙橋')), ("2行目", "引用符")),
    "an old .xls": Bad(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, (".xls", "パスワード", "保存し直して")),
    "a broken workbook": Bad(BOOK[: len(BOOK) // 2], ("壊れているか、途中で切れて",)),
    "a zip that is no workbook": Bad(repacked(BOOK, "", (b"", b"")).replace(b"xl/workbook.xml", b"xl/w0rkbook.xml"),
                                     ("Excelブック(.xlsx)ではない",)),
    "macros": Bad(repacked(BOOK, "", (b"", b"")).replace(b"docProps/core.xml", b"xl/vbaProject.bin"), ("マクロ", ".xlsx")),
    "a zip bomb": Bad(bomb(), ("大きすぎます",)),
    "a cell far away": Bad(repacked(BOOK, PART, (b'r="G2"', b'r="XFD1048576"')), ("大きすぎます", "離れた場所")),
    "a cell far away in a row that says otherwise": Bad(
        repacked(BOOK, PART, (b'r="G2"', b'r="IV100000"')), ("大きすぎます", "離れた場所")),
    "an XML entity": Bad(repacked(BOOK, PART, (b"<worksheet", b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet")),
                         ("DOCTYPE",)),
    "two rosters in one workbook": Bad(b"", ("複数あります",)),
    "too many columns": Bad(text("," * 400, LINE).encode(), ("1行目の列が多すぎます", "300列")),
    "a cell without end": Bad(one(LINE.replace("行政管理課①", "あ" * 3000)), ("2行目のセルが長すぎます",)),
    "no headings": Bad(text(LINE, LINE).encode(), ("見出しの行が見つかりません", "職員番号、氏名")),
    "a needed column missing": Bad(one("1,甲 一,正規,R5.4.1", "職員番号,氏名,職員区分,任用開始日"),
                                   ("必要な列がありません: 所属コード又は所属名", "見出しに")),
    "headings and nobody": Bad(text(HEAD).encode(), ("職員の行がありません",)),
    "a heading twice": Bad(with_column("氏名", "別名"), ("「氏名」として読める列が2つ", "B列とH列")),
    "個人番号 by heading": Bad(with_column("個人番号", ""), ("個人番号(マイナンバー)", "H列", "何も保存していません", "作り直して")),
    "マイナンバー by heading": Bad(with_column("ﾏｲﾅﾝﾊﾞｰ", ""), ("個人番号(マイナンバー)",)),
    "個人番号 by its digits": Bad(my_numbers(), ("個人番号(マイナンバー)", "H列")),
    "外字": Bad(one(LINE.replace("髙", "\ue000")), ("2行目「氏名」", "外字", "職員番号 0001234", "U+E000", "置き換えて")),
    "外字 in CP932": Bad(text(HEAD, LINE).encode("cp932").replace("髙".encode("cp932"), b"\xf0\x40"), ("外字", "0001234")),
    "writing from right to left": Bad(one(LINE.replace("髙橋", "\u202e髙橋")), ("2行目「氏名」", "見えない文字", "U+202E")),
    "a replacement character": Bad(one(LINE.replace("髙", "\ufffd")), ("2行目「氏名」", "U+FFFD", "出力し直して")),
    "a bell": Bad(one(LINE.replace("髙", "\x07髙")), ("2行目「氏名」", "U+0007")),
    "an unknown category": Bad(one(LINE.replace("正規", "特別")), ("2行目「職員区分」の値「特別」", "site.toml")),
    "no category": Bad(one(LINE.replace("正規", "")), ("2行目「職員区分」", "職員区分がありません")),
    "an unknown state": Bad(with_column("在職区分", "休み"), ("2行目「在職区分」の値「休み」", "site.toml")),
    "neither 本務 nor 兼務": Bad(with_column("本務兼務", "3"), ("2行目「本務兼務」の値「3」", "「本務」か「兼務」")),
    "no number": Bad(one(LINE.replace("0001234", "")), ("2行目「職員番号」", "職員番号がありません", "仮-1")),
    "a number ruined by a spreadsheet": Bad(one(LINE.replace("0001234", "1.23E+11")), ("2行目「職員番号」", "指数", "文字列")),
    "a number that is a dash": Bad(one(LINE.replace("0001234", "-")), ("2行目「職員番号」の値「-」",)),
    "no name": Bad(one(LINE.replace("髙橋 﨑子", "")), ("2行目「氏名」", "氏名がありません")),
    "an end before the start": Bad(with_column("任用終了日", "R5.3.31"), ("2行目「任用終了日」の値「2023-03-31」", "2023-04-01")),
    "a formula": Bad(one(LINE.replace("髙橋 﨑子", "=VLOOKUP(A1)")), ("2行目「氏名」", "数式のまま", "値の貼り付け")),
    "an error of Excel": Bad(one(LINE.replace("髙橋 﨑子", "#N/A")), ("2行目「氏名」の値「#N/A」", "エラー")),
    "a value beyond the headings": Bad(one(LINE + ",ずれ"), ("2行目", "見出しより右", "列のずれ")),
    "contradictory lines": Bad(text(HEAD, LINE, LINE.replace("010203", "020101")).encode(),
                               ("3行目「職員番号」の値「0001234」", "2行目と同じ", "所属コード", "兼務")),
    "two names under one number": Bad(
        text(HEAD + ",本務兼務", LINE + ",本務", LINE.replace("髙橋 﨑子", "鈴木 一郎") + ",兼務").encode(),
        ("3行目「職員番号」", "髙橋 﨑子", "鈴木 一郎", "別の人なら")),
    "a blank department that may be merged": Bad(
        text("所属名,職員番号,氏名,職員区分,任用開始日", *(f"第{i}課,{i},甲 {i},正規,R5.4.1" for i in range(1, 8)),
             ",9,乙 二,正規,R5.4.1").encode(), ("9行目「所属名」", "結合されたセル", "「なし」")),
}  # fmt: skip


def read(data: bytes) -> Roster:
    return read_roster(data, "名簿.csv", SITE)


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_read(name: str) -> None:
    good = GOOD[name]
    roster = read(good.data)
    assert [str(p) for p in roster.problems] == []
    assert len(roster.lines) == good.count
    if good.wanted is not None and good.count == 1:
        assert roster.lines[0] == replace(good.wanted, line=roster.lines[0].line)
        assert roster.lines[0].line == good.line
    said = "\n".join(str(n) for n in roster.notes)
    for words in good.notes:
        assert words in said, said
    assert from_json(to_json(roster)) == roster


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_refused(name: str) -> None:
    data = BAD[name].data
    if name == "two rosters in one workbook":
        data = two_rosters()
    try:
        said = "\n".join(str(p) for p in read(data).problems)
    except FileRefused as refused:
        said = str(refused)
    assert said, "read without a word"
    for words in BAD[name].words:
        assert words in said, said
    assert said.rstrip().endswith("。")


def shared_text_bomb(shared: str = "sharedStrings.xml") -> bytes:
    """300,000 cells that share one text of 30,000 letters: 9 GB once unpacked, 1 MB as a file."""
    rows = "".join(f'<row r="{r}">' + '<c t="s"><v>0</v></c>' * 30 + "</row>" for r in range(1, 10_001))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = old.read(entry)
            if entry.filename == PART:
                body = (
                    body[: body.index(b"<sheetData>") + 11]
                    + rows.encode()
                    + body[body.index(b"</sheetData>") :]
                )
            if entry.filename.endswith("sharedStrings.xml"):
                body = body.replace("髙橋 﨑子".encode(), b"a" * 30_000)
            new.writestr(entry.filename.replace("sharedStrings.xml", shared), body)
    return stream.getvalue()


@pytest.mark.parametrize("shared", ["sharedStrings.xml", "SHAREDSTRINGS.XML"])
def test_a_text_shared_by_too_many_cells_is_refused_unopened(
    monkeypatch: pytest.MonkeyPatch, shared: str
) -> None:
    monkeypatch.setattr(CalamineWorkbook, "from_filelike", lambda _file: pytest.fail("opened"))
    with pytest.raises(FileRefused, match="大きすぎます"):
        read(shared_text_bomb(shared))


def test_too_many_shared_texts_are_refused_unopened() -> None:
    texts = b"<si/>" * 3_100_000
    with pytest.raises(FileRefused, match="大きすぎます"):
        read(repacked(BOOK, "xl/sharedStrings.xml", (b"</sst>", texts + b"</sst>")))


def test_long_texts_in_cells_are_refused_unopened() -> None:
    cell = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>' + b"a" * 100_000 + b"</t></is></c></row>"
    for cells in (
        b"".join(cell % (n, n) for n in range(9, 300)),
        cell.replace(b"a" * 9, b"a" * 2_000) % (9, 9),
    ):
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(BOOK)) as old,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for entry in old.infolist():
                body = old.read(entry)
                more = cells + b"</sheetData>" if entry.filename == PART else b"</sheetData>"
                new.writestr(entry.filename, body.replace(b"</sheetData>", more))
        with pytest.raises(FileRefused, match="大きすぎます"):
            read(stream.getvalue())


def test_a_million_commas_and_other_floods_end_quickly() -> None:
    floods = [b"," * 3_000_000, b"\n" * 3_000_000, b'"' * 1_000_001, b"a" * 3_000_000, b"\t\n" * 500_000,
              (HEAD + "\r\n").encode() + b"x,\r\n" * 250_000]  # fmt: skip
    for data in floods:
        with pytest.raises(FileRefused):
            roster = read(data)
            raise FileRefused(str(roster.problems[0]), "")


def two_rosters() -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy/m/d"})
    for name in ("総務部", "教育部"):
        sheet = book.add_worksheet(name)
        for r, row in enumerate(SHEET):
            sheet.write_row(r, 0, row)
    book.close()
    return stream.getvalue()


def test_merged_departments_are_filled_down_and_said() -> None:
    roster = read(MERGED)
    assert [line.department_name for line in roster.lines] == ["総務課", "総務課", "財政課", "財政課"]
    assert any("結合されたセルとみて" in str(n) for n in roster.notes)


def test_merged_cells_of_a_workbook_are_known_to_be_merged() -> None:
    rows: list[list[object]] = [
        ["所属名", "職員番号", "氏名", "職員区分", "任用開始日"],
        ["総務課", 1, "甲 一", "正規", 45017],
    ]
    rows += [["", n, f"乙 {n}", "正規", 45017] for n in (2, 3)]
    rows += [["財政課", n, f"丙 {n}", "正規", 45017] for n in (4, 5, 6)]
    roster = read(xlsx_bytes(rows, merged=["A2:A4"]))
    assert [line.department_name for line in roster.lines] == ["総務課"] * 3 + ["財政課"] * 3
    assert any("結合されたセルの値" in str(n) for n in roster.notes)


def test_departments_over_several_columns_are_read_together() -> None:
    roster = read(
        text("部,課,係,職員番号,氏名,職員区分,任用開始日", "総務部,行政管理課,人事係,1,甲 一,正規,R5.4.1",
             ",,,2,乙 二,正規,R5.4.1", ",財政課,,3,丙 三,正規,R5.4.1", "市民部,市民課,,4,丁 四,正規,R5.4.1").encode()
    )  # fmt: skip
    assert [line.department_name for line in roster.lines] == [
        "総務部 行政管理課 人事係", "総務部 行政管理課 人事係", "総務部 財政課", "市民部 市民課",
    ]  # fmt: skip


def test_blank_departments_beside_a_code_column_are_none() -> None:
    roster = read(one(LINE.replace("010203", "").replace("行政管理課①", "")))
    assert (roster.lines[0].department_code, roster.lines[0].department_name) == ("", "")


def test_at_least_forty_files() -> None:
    assert len(GOOD) + len(BAD) >= 80


def test_names_come_through_every_encoding_exactly() -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp932"):
        for name in ("髙橋 﨑子", "德永　濵子", "神田 晴", "①㈱Ⅲ", "～－―"):
            data = csv_bytes([f"1,{name},,01,正規,R5.4.1,,,,"], encoding=encoding)
            assert read(data).lines[0].name == name
