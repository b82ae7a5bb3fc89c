"""flask evidence: exit codes, sentences, and files that are whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.courses.model import Course
from app.db import db
from app.evidence import ledger
from tests.evidence.test_audit import pass_course

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def run_it(*words: str | Path) -> Result:
        db.session.rollback()
        return app.test_cli_runner().invoke(args=["evidence", *map(str, words)])

    return run_it


def spoil(statement: str = "UPDATE completions SET correct = 0") -> None:
    db.session.rollback()
    with sqlite3.connect(db.engine.url.database or "") as file:
        file.execute(statement)


def test_export_then_verify_the_file(run: Run, course: Course, tmp_path: Path) -> None:
    serial = pass_course(course)
    made = run("export", tmp_path / "e.jsonl", "--json")
    assert made.exit_code == 0, made.output
    head = json.loads(made.output)["head"]
    assert run("verify", tmp_path / "e.jsonl", "--anchor", head).exit_code == 0
    assert run("verify", "--anchor", ledger.certificate_line(serial)).exit_code == 0
    assert run("verify", tmp_path / "nowhere.jsonl").exit_code == 2
    assert run("export", tmp_path / "more.jsonl", "--since", "9999").exit_code == 1
    assert not (tmp_path / "more.jsonl").exists()


def test_verify_finds_a_changed_completion(run: Run, course: Course) -> None:
    pass_course(course)
    good = run("verify")
    assert good.exit_code == 0 and "問題はありません" in good.output
    spoil()
    bad = run("verify", "--json")
    assert bad.exit_code == 1
    found = json.loads(bad.output)
    assert found["ok"] is False and found["first_bad"] is not None
    assert run("verify", "--tail", "5").exit_code == 0  # the chain itself is whole
    assert run("verify", "--keep").exit_code == 1


def test_a_broken_record_is_exported_only_on_request(run: Run, course: Course, tmp_path: Path) -> None:
    pass_course(course)
    spoil()
    assert run("export", tmp_path / "e.jsonl").exit_code == 1
    assert not (tmp_path / "e.jsonl").exists()
    assert run("export", tmp_path / "e.jsonl", "--anyway").exit_code == 1
    assert (tmp_path / "e.jsonl").exists()


def test_the_daily_line_is_appended_and_a_rollback_refuses_it(
    run: Run, course: Course, tmp_path: Path
) -> None:
    assert run("anchor").exit_code == 1  # nothing recorded yet
    pass_course(course)
    line = ledger.head_line()
    assert run("anchor").output.startswith(f"{line} 20")
    for _ in range(2):
        assert run("anchor", tmp_path / "papers.txt").exit_code == 0
    kept = (tmp_path / "papers.txt").read_text(encoding="utf-8")
    assert kept.count(line) == 2
    assert run("verify", "--anchors", tmp_path / "papers.txt").exit_code == 0
    (tmp_path / "papers.txt").write_text(kept + "kenshu 9999 0123456789abcdef\n", encoding="utf-8")
    refused = run("anchor", tmp_path / "papers.txt")
    assert refused.exit_code == 1 and "古い状態" in refused.output
    assert run("verify", "--anchors", tmp_path / "papers.txt").exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "--anchor", "kenshu"),
        ("verify", "--tail", "3", "--keep"),
        ("export",),
        ("pack", "file.tar", "--year", "2026"),
        ("redact",),
    ],
)
def test_wrong_usage(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_redact_counts_first_and_never_ahead_of_its_time(
    run: Run, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_course(course)
    assert run("redact", "--before", "2099-04-01", "--yes").exit_code == 1
    monkeypatch.setenv("KENSHU_NOW", "2032-04-10T09:00")
    dry = run("redact", "--before", "2032-04-01", "--dry-run")
    assert dry.exit_code == 0 and "1人" in dry.output
    assert run("redact", "--before", "2032-04-01", "--yes").exit_code == 0
    assert run("redact", "--before", "2032-04-01", "--yes").output.startswith(
        "廃棄の対象: 2032-04-01より前に保存年限が終わった0人"
    )
    assert run("verify").exit_code == 0


def test_pack_and_adopt(run: Run, course: Course, tmp_path: Path) -> None:
    pass_course(course)
    assert run("pack", tmp_path / "p.zip", "--year", "2026").exit_code == 0
    assert run("pack", tmp_path / "p.zip", "--year", "2150").exit_code == 1
    assert "0件" in run("adopt").output
