"""`flask roster import` and `export`: what they print, how they end, what they change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.people.directory import load_people
from tests.people.roster_files import csv_bytes

LINES = [f"{n:07d},試験 {n}号,シケン,0101,正規職員,2020-04-01,,,," for n in range(1, 21)]


class Roster:
    """A file and the commands on it."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app, self.file = app, folder / "名簿.csv"
        self.write(LINES)

    def write(self, lines: list[str]) -> None:
        self.file.write_bytes(csv_bytes(lines, encoding="cp932"))

    def __call__(self, *options: str, command: str = "import") -> Result:
        return self.app.test_cli_runner().invoke(args=["roster", command, str(self.file), *options])


@pytest.fixture
def roster(app: Flask, tmp_path: Path) -> Roster:
    return Roster(app, tmp_path)


def test_without_yes_the_plan_is_shown_and_nothing_changes(roster: Roster) -> None:
    said = roster()
    assert said.exit_code == 1
    assert "新しい職員: 20人" in said.output and "--yes" in said.output
    assert load_people() == []


def test_dry_run(roster: Roster) -> None:
    said = roster("--dry-run")
    assert said.exit_code == 0 and "試験 1号" in said.output
    assert load_people() == []


def test_import_and_again(roster: Roster) -> None:
    assert roster("--yes").exit_code == 0
    assert len(load_people()) == 20
    again = roster()
    assert again.exit_code == 0 and "変更はありません" in again.output


def test_a_problem_is_named_and_refuses(roster: Roster) -> None:
    roster.write([*LINES, "99,試験 九十九,,0101,謎,2020-04-01,,,,"])
    said = roster("--yes")
    assert said.exit_code == 1
    assert "22行目「職員区分」の値「謎」" in said.output and "site.toml" in said.output
    assert load_people() == []
    assert roster("--dry-run").exit_code == 1


def test_many_missing(roster: Roster) -> None:
    roster("--yes")
    roster.write(LINES[:10])
    refused = roster("--yes")
    assert refused.exit_code == 1 and "--accept-missing 10" in refused.output
    assert roster("--yes", "--accept-missing", "9").exit_code == 1
    assert roster("--dry-run").exit_code == 0
    assert roster("--yes", "--accept-missing", "10").exit_code == 0
    assert "変更はありません" in roster("--yes").output


def test_slips(roster: Roster, tmp_path: Path) -> None:
    slips = tmp_path / "slips.csv"
    assert roster("--yes", "--slips", str(tmp_path / "nowhere" / "slips.csv")).exit_code == 1
    assert load_people() == []
    roster.write(LINES[:2])
    assert roster("--yes", "--slips", str(slips)).exit_code == 0
    rows = slips.read_bytes().decode("utf-8-sig").splitlines()
    assert rows[0] == "職員番号,氏名,所属名,初期パスワード" and len(rows) == 3
    before = slips.read_bytes()
    assert roster("--yes", "--slips", str(slips)).exit_code == 0
    assert slips.read_bytes() == before, "no new accounts: the passwords already written stay"


def test_wrong_usage(roster: Roster) -> None:
    assert roster("--as-of", "50401").exit_code == 2
    assert roster("--as-of", "R8.4.1", "--dry-run").exit_code == 0
    assert roster("--source", " ").exit_code == 2
    assert roster.app.test_cli_runner().invoke(args=["roster", "import", "ない.csv"]).exit_code == 2


def test_machines_get_json(roster: Roster) -> None:
    shown = json.loads(roster("--dry-run", "--json").output)
    assert shown["changes"] == {"joins": 20, "implicit": 1} and shown["applied"] is False
    done = json.loads(roster("--yes", "--json").output)
    assert done["applied"] is True
    roster.write([LINES[0].replace("正規職員", "謎")])
    refused = json.loads(roster("--yes", "--json").output)
    assert refused["problems"][0]["line"] == 2 and refused["problems"][0]["column"] == "職員区分"
    roster.file.write_bytes(b"")
    assert "空" in json.loads(roster("--json").output)["refused"]


@pytest.mark.parametrize("name", ["書出し.csv", "書出し.xlsx"])
def test_export_then_import_is_nothing(roster: Roster, tmp_path: Path, name: str) -> None:
    roster("--yes")
    roster.file = tmp_path / name
    assert "20行" in roster(command="export").output
    again = roster("--yes")
    assert again.exit_code == 0 and "変更はありません" in again.output


def test_export_of_nobody_and_of_an_unknown_kind(roster: Roster, tmp_path: Path) -> None:
    roster.file = tmp_path / "x.csv"
    assert roster("--source", "消防団", command="export").exit_code == 1
    roster.file = tmp_path / "x.txt"
    assert roster(command="export").exit_code == 2
