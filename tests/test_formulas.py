"""What a spreadsheet could run is text in every file that leaves, and reads back as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest

from app.access.slips import Slip, slips_csv
from app.formulas import guarded, unguarded
from app.people.roster.columns import HEADINGS
from app.people.roster.export import export_csv, export_xlsx
from app.people.roster.reader import read_roster
from app.reports.columns import Sheet
from app.reports.files import csv_bytes
from app.settings import ROOT
from app.site import load_site

SITE = load_site(ROOT / "content")
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
BLANKS = ("", " ", "  ", "\t", "\r", "\n", "\r\n", "\v", "\f", "　", "\xa0", "\u2003")
UNSEEN = ("\u200b", "\ufeff", "\xad")
WHOLE = [f"{before}{sign}cmd|' /C calc'!A0" for before in (*BLANKS, *UNSEEN) for sign in SIGNS]
OTHERS = ["\t", "\r\n", "\t試験", "=", "＠", "+", "'", "'=1", "''", "-1+1", "+81-24", "-１+A1"]
ORDINARY = ["-", "－", "−", "-12", "0001234", "仮-1", "1-2", "", "a=b", "+1.5", "+81", "ー", "試験=", "試'"]


@pytest.mark.parametrize("text", WHOLE + OTHERS, ids=ascii)
def test_what_could_run_is_guarded_and_comes_back(text: str) -> None:
    assert guarded(text) == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ORDINARY, ids=ascii)
def test_codes_numbers_and_ordinary_words_stay(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


def test_a_lone_apostrophe_stays_when_it_is_read() -> None:
    assert unguarded("'") == "'"


def report(text: str, cp932: bool = False) -> bytes:
    return csv_bytes(Sheet((text,), ("text",), ((text,),)), cp932=cp932)


def slip(text: str) -> bytes:
    return slips_csv([Slip(text, text, None, text, text, date(2026, 4, 1))])


def roster(text: str) -> bytes:
    return export_csv([(text,) * len(HEADINGS)])


@pytest.mark.parametrize("made", [report, slip, roster])
def test_every_file_is_guarded(made: Callable[[str], bytes]) -> None:
    for text in WHOLE + OTHERS:
        rows = list(csv.reader(io.StringIO(made(text).decode("utf-8-sig"), newline="")))
        assert set(rows[-1]) == {"'" + text}, ascii(text)


def test_a_minus_sign_that_cp932_writes_as_another_is_guarded() -> None:
    assert report("−1+A1", cp932=True).decode("cp932") == "'－1+A1\r\n'－1+A1\r\n"


@pytest.mark.parametrize("made", [export_csv, export_xlsx])
def test_a_roster_reads_back_what_was_guarded(made: Callable[[list[tuple[str, ...]]], bytes]) -> None:
    plain = {"職員番号": "0001234", "職員区分": "正規職員", "任用開始日": "2026-04-01", "本務兼務": "本務"}
    kept = ("氏名", "フリガナ", "ローマ字氏名", "所属名", "職名", "勤務区分", "任命権者")
    # Blanks around a name are no part of it and are taken off when a roster is read.
    for text in [f"{sign}試験" for sign in SIGNS] + ["=", "'", "'=1", "''x", '="1"', "-1+1"]:
        given = plain | dict.fromkeys(kept, text)
        read = read_roster(made([tuple(given.get(c.value, "") for c in HEADINGS)]), "名簿", SITE)
        assert not read.problems, (text, read.problems)
        (line,) = read.lines
        assert {line.name, line.kana, line.roman, line.department_name} == {text}
        assert {line.title, line.work_type, line.authority} == {text}
