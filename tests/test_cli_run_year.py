"""The commands of the year: the same preview in text, nothing opened without --yes, the proof of fairness."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from app.db import db
from app.evidence import ledger
from app.training.runs import RunRow, load_runs
from tests.web.hr_city import build_city
from tests.web.running import a_run

RUN_EVENTS = ("run.opened", "run.closed")


@pytest.fixture(autouse=True)
def twentieth_of_may(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENSHU_NOW", "2026-05-20T12:00")
    build_city()


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def test_nothing_is_opened_without_yes(app: Flask) -> None:
    code, says = run(app, "run-year", "open")
    assert code == 1 and "--yes" in says and "対象 2人" in says
    code, says = run(app, "run-year", "open", "--dry-run")
    assert code == 0 and "開いていません" in says
    assert db.session.query(RunRow).count() == 0


def test_opened_listed_closed(app: Flask) -> None:
    code, says = run(app, "run-year", "open", "--due", "2026-08-31", "--yes", "--json")
    facts = json.loads(says)
    assert code == 0 and facts["opened"] == "sns-guideline-2026" and facts["in"] == 2
    assert facts["out"]["研修そのものを受講中"] == 4
    code, says = run(app, "run-year", "list", "--json")
    assert json.loads(says)[0]["due"] == "2026-08-31"
    assert "sns-guideline-2026" in run(app, "run-year", "list")[1]
    close = ("run-year", "close", "sns-guideline-2026", "--on", "2026-10-30", "--reason", "改正のため")
    assert run(app, *close)[0] == 1
    assert run(app, *close, "--dry-run")[0] == 0
    assert load_runs()[0].closes.isoformat() == "2026-12-28"
    assert run(app, *close, "--yes")[0] == 0
    assert load_runs()[0].closes.isoformat() == "2026-10-30"
    told = [entry.facts() for entry in ledger.entries()]
    opened, closed = (facts for facts in told if facts["event"] in RUN_EVENTS)
    assert (opened["event"], opened["run"], opened["due"]) == (
        "run.opened",
        "sns-guideline-2026",
        "2026-08-31",
    )
    assert (closed["event"], closed["last_day"]) == ("run.closed", "2026-10-30")


@pytest.mark.parametrize(
    "words",
    [
        ("run-year", "open", "--due", "2026-01-01", "--yes"),
        ("run-year", "open", "--course", "nothing", "--yes"),
        ("run-year", "close", "nothing", "--reason", "x", "--yes"),
        ("report", "completion", "--run", "nothing", "--output", "x.csv"),
        ("draw", "fairness", "--run", "nothing"),
    ],
)
def test_refused_with_a_reason(app: Flask, words: tuple[str, ...]) -> None:
    code, says = run(app, *words)
    assert code == 1 and says.strip()
    assert db.session.query(RunRow).count() == 0


def test_the_proof_of_fairness(app: Flask) -> None:
    code, says = run(app, "draw", "fairness", "--forms", "200")
    assert code == 0 and "範囲に収まっています。" in says and "最大の差: 0.0ポイント" in says
    opened = a_run()
    code, says = run(app, "draw", "fairness", "--run", opened.id, "--forms", "200", "--json")
    facts = json.loads(says)
    assert code == 0 and facts["holds"] and facts["difference"] <= facts["tolerance"] == 50


def test_a_runs_report_by_command(app: Flask, tmp_path: pytest.TempPathFactory) -> None:
    opened = a_run()
    target = f"{tmp_path}/run.csv"
    code, _says = run(app, "report", "completion", "--run", opened.id, "--bare", "--output", target)
    assert code == 0
    with open(target, encoding="utf-8-sig") as file:
        assert opened.title in file.read()
