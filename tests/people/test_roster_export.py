"""What is exported reads back as what is known: nothing changes."""

# ruff: noqa: E501 - tables are read line by line
from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

import pytest

from app.people.directory import load_departments, load_people
from app.people.employment import Person, ServiceState
from app.people.roster.columns import HEADINGS
from app.people.roster.export import export_csv, export_rows, export_xlsx
from tests.people.roster_files import bring

pytestmark = pytest.mark.usefixtures("app")
FULL = ",".join(HEADINGS)
DAY = date(2026, 6, 1)


def line(**values: str) -> str:
    """One line under all headings; 職員番号, 氏名, 職員区分 and 任用開始日 have defaults."""
    given = {
        "職員番号": "0000001",
        "氏名": "試験 花子",
        "職員区分": "正規職員",
        "任用開始日": "2020-04-01",
    } | values
    return ",".join(given.get(column.value, "") for column in HEADINGS)


def exported(as_of: date = DAY, source: str = "職員") -> list[tuple[str, ...]]:
    return export_rows(load_people(), load_departments(), source, as_of)


def named(row: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(FULL.split(","), row, strict=True))


def nothing_changes(as_of: date = DAY, source: str = "職員") -> None:
    for data in (export_csv(exported(as_of, source)), export_xlsx(exported(as_of, source))):
        plan = bring(data, as_of, source)
        assert plan.empty, plan
        assert not plan.problems


def test_every_kind_of_appointment_reads_back() -> None:
    bring([
        line(フリガナ="シケン ハナコ", 所属コード="0101", 所属名="行政管理課", 任命権者="教育委員会", 職名="主査"),
        line(職員番号="2", 氏名="髙橋 𠮷子", 在職区分="育休", 異動年月日="2026-05-01"),
        line(職員番号="3", 在職区分="派遣(受入)", 異動年月日="2026-05-01", 任用終了日="2027-03-31"),
        line(職員番号="4", 在職区分="退職", 任用終了日="2026-12-31"),
        line(職員番号="5", 任用開始日="2027-04-01", 在職区分="休職"),
        line(職員番号="6", 職員区分="消防団員", 言語="en", メール="a@example.jp", ローマ字氏名="SMITH Anna"),
        line(職員番号="7", 氏名="+試験 七子"), line(職員番号="7", 氏名="+試験 七子", 本務兼務="兼務", 所属コード="0101"),
        line(職員番号="7", 氏名="+試験 七子", 本務兼務="兼務", 所属コード="0102"),
        line(職員番号="8", 任用開始日="2025-04-01", 任用終了日="2026-03-31"),
        line(職員番号="仮-1", 任用開始日="2026-07-01"),
    ], "2026-05-15", headings=FULL)  # fmt: skip
    nothing_changes()
    rows = {row[0]: named(row) for row in exported()}
    assert "0000008" not in rows, "ended before the day"
    assert (rows["0000002"]["在職区分"], rows["0000002"]["異動年月日"]) == ("休職", "2026-05-01")
    assert rows["0000003"]["在職区分"] == "派遣(転出)"
    assert rows["0000004"]["在職区分"] == "退職"


def test_changes_before_and_after_the_day_read_back() -> None:
    bring([line(所属コード="0101"), line(職員番号="2", 所属コード="0101")], "2025-04-01", headings=FULL)
    bring([line(所属コード="0102", 職員区分="再任用"), line(職員番号="2", 所属コード="0101", 在職区分="休職")],
          "2026-04-01", headings=FULL)  # fmt: skip
    bring([line(所属コード="0103", 職員区分="再任用", 異動年月日="2026-10-01"),
           line(職員番号="2", 所属コード="0102", 在職区分="在職", 異動年月日="2026-05-01")],
          "2026-05-20", headings=FULL)  # fmt: skip
    nothing_changes()
    nothing_changes(date(2026, 10, 1))
    first = named(exported(date(2026, 10, 1))[0])
    assert (first["所属コード"], first["異動年月日"]) == ("0103", "2026-10-01")


def test_numbers_joined_by_the_one_before_read_back() -> None:
    bring([line(任用終了日="2026-03-31")], "2025-04-01", headings=FULL)
    bring([line(職員番号="9001", 任用開始日="2026-04-01", 前職員番号="1")], "2026-04-01", headings=FULL)
    assert named(exported()[0])["前職員番号"] == "0000001"
    nothing_changes()


def test_a_fresh_site_learns_the_same_from_the_file() -> None:
    bring([line(所属コード="0101", 在職区分="育休", 異動年月日="2026-05-01")], "2026-05-15", headings=FULL)
    rows = exported()
    bring(export_csv(rows), DAY, source="別")
    assert exported(source="別") == rows


def test_the_csv_is_what_spreadsheets_open() -> None:
    bring([line(氏名="-試験 花子")], headings=FULL)
    data = export_csv(exported())
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == FULL.split(",")
    assert rows[1][:2] == ["0000001", "'-試験 花子"]


@pytest.mark.parametrize("seed", range(6))
def test_random_cities_read_back(seed: int) -> None:
    rng = random.Random(seed)
    for step in range(4):
        day = date(2026, 4, 5) + timedelta(days=30 * step)
        lines = {}
        for n in range(1, 25):
            start = rng.choice(("2020-04-01", "2024-10-01", "2026-04-01", "2026-09-01"))
            main = rng.choice(("本務", "本務", "兼務"))
            lines[(n, start, main)] = line(
                職員番号=str(n), 氏名=f"試験 {n}号", 任用開始日=start, 本務兼務=main,
                所属コード=rng.choice(("0101", "0102", "0103", "")), 職員区分=rng.choice(("正規職員", "会計年度", "再任用")),
                任用終了日=rng.choice(("", "", "2026-12-31", "2027-03-31")),
                在職区分=rng.choice(("", "在職", "育休", "派遣(転出)")),
                異動年月日=rng.choice(("", "", "2026-04-01", (day + timedelta(days=20)).isoformat())),
            )  # fmt: skip
        bring(list(lines.values()), day, headings=FULL, add_only=True)
        before = state()
        nothing_changes(day)
        nothing_changes(day + timedelta(days=7))
        assert state() == before


def state() -> list[tuple[Person, ServiceState]]:
    return [(p, a.state_on(DAY)) for p in load_people() for a in p.appointments]
