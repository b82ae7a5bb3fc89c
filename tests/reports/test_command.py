"""`flask report completion` as a person at a terminal meets it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask

from tests.people_builder import add_appointment, add_department, add_person, hire


@pytest.fixture
def city(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("KENSHU_NOW", "2026-06-01T12:00")
    add_department("010", "総務部")
    hire("0000001", "髙橋 試験", date(2024, 4, 1), department="010")
    hire("0000002", "試験 新人", date(2026, 5, 20), department="010")
    return app


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["report", "completion", *arguments])


def rows(path: Path, skip: int = 1) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO("".join(text.splitlines(keepends=True)[skip:]))))


def test_by_person_is_the_usual_form(city: Flask, tmp_path: Path) -> None:
    result = run(city, "--output", str(tmp_path / "a.csv"))
    assert result.exit_code == 0, result.output
    assert "2026-06-01現在" in result.output
    found = rows(tmp_path / "a.csv")
    assert [(r["職員番号"], r["状況"], r["年度"], r["義務年度"]) for r in found] == [
        ("0000001", "期限超過", "2026", "2024"),
        ("0000002", "未着手", "2026", "2026"),
    ]


@pytest.mark.parametrize("form", ["department", "category", "authority"])
def test_every_form_ends_with_the_total(city: Flask, tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.csv"
    assert run(city, "--by", form, "--bare", "--output", str(path)).exit_code == 0
    last = rows(path, skip=0)[-1]
    assert "合計" in last.values()
    assert (last["在籍者数"], last["対象者数"], last["修了率"]) == ("2", "2", "0.0")


def test_xlsx_has_what_it_is_on_a_second_sheet(city: Flask, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert run(city, "--output", str(path)).exit_code == 0
    book = openpyxl.load_workbook(path)
    assert len(book.worksheets) == 2
    assert book.worksheets[0]["D2"].value == "0000001"
    assert run(city, "--bare", "--output", str(path)).exit_code == 0
    assert len(openpyxl.load_workbook(path).worksheets) == 1


@pytest.mark.parametrize(
    ("arguments", "day"),
    [
        (["--as-of", "2027-01-01"], "2027-01-01"),
        (["--year", "2025"], "2026-03-31"),
        (["--year", "2026"], "2026-06-01"),
        ([], "2026-06-01"),
    ],
)
def test_the_day_of_the_report(city: Flask, tmp_path: Path, arguments: list[str], day: str) -> None:
    result = run(city, *arguments, "--json", "--output", str(tmp_path / "a.csv"))
    assert json.loads(result.output)["as_of"] == day
    assert {r["基準日"] for r in rows(tmp_path / "a.csv")} == {day}


def test_a_missing_april_roster_is_told_first(city: Flask, tmp_path: Path) -> None:
    add_appointment(add_person("試験 年度"), "0000003", date(2025, 4, 1), date(2026, 3, 31))
    result = run(city, "--output", str(tmp_path / "a.csv"))
    assert result.output.startswith("注意: 4月1日付け名簿 未反映:1人")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--output", "a.txt"],
        ["--output", "a.csv", "--as-of", "きのう"],
        ["--output", "a.csv", "--as-of", "2026-04-01", "--year", "2026"],
        ["--output", "a.csv", "--by", "age"],
        ["--output", "a.xlsx", "--encoding", "cp932"],
    ],
)
def test_wrong_usage_ends_with_2(city: Flask, arguments: list[str]) -> None:
    assert run(city, *arguments).exit_code == 2


def test_a_refusal_ends_with_1_and_leaves_the_file_as_it_was(city: Flask, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("前のまま", encoding="utf-8")
    add_appointment(add_person("𠮷田 試験"), "0000004", date(2026, 4, 1))
    result = run(city, "--encoding", "cp932", "--output", str(path))
    assert result.exit_code == 1
    assert "U+20BB7" in result.output
    assert path.read_text(encoding="utf-8") == "前のまま"
    assert list(tmp_path.glob(".a.csv*")) == []
    assert run(city, "--course", "nothing", "--output", str(path)).exit_code == 1
    assert run(city, "--output", str(tmp_path / "no" / "a.csv")).exit_code == 1


def test_cp932_opens_in_an_old_spreadsheet(city: Flask, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert run(city, "--encoding", "cp932", "--output", str(path)).exit_code == 0
    assert "髙橋 試験" in path.read_bytes().decode("cp932")
