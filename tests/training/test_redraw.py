"""A stored form of a year's run is the same wherever and whenever it is drawn once more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.courses.library import Library
from app.courses.model import Course
from app.db import begin_writing, db
from app.settings import ROOT
from app.training.models import AttemptRow
from app.training.records import load_attempt
from app.training.refresher import Run
from app.training.yearly import keep_run_answer, start_run_attempt
from tests.answering import answer_all
from tests.people_builder import hire
from tests.web.running import a_run, completed

NOW = datetime(2026, 6, 10, 3, tzinfo=UTC)
#: Other machines: how they hash, where they stand, what they speak.
ELSEWHERE = (
    {"PYTHONHASHSEED": "0", "TZ": "America/Los_Angeles", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"},
)


@pytest.fixture
def stored(app: Flask, library: Library) -> str:
    """A run with one form passed, by somebody who missed some clauses a year ago, and one still open."""
    course = library.course("sns-guideline")
    assert course is not None
    first, second = (hire(number, start=date(2020, 4, 1)) for number in ("0000001", "0000002"))
    for person in (first, second):
        completed(person, date(2024, 5, 1))
    take(first, course, a_run(2025), NOW.replace(year=2025), wrong=2)
    run = a_run(2026)
    take(first, course, run, NOW)
    start_run_attempt(second, course, run, NOW)
    return run.id


def take(person: str, course: Course, run: Run, now: datetime, wrong: int = 0) -> None:
    attempt = load_attempt(start_run_attempt(person, course, run, now))
    assert attempt is not None
    answer_all(attempt, now, wrong, keep_run_answer)


def proof(folder: Path, run: str, machine: dict[str, str]) -> dict[str, Any]:
    """What `flask draw fairness` finds on another machine."""
    database = {"KENSHU_DATABASE_URL": f"sqlite:///{(folder / 'test.sqlite3').as_posix()}"}
    command = [sys.executable, "-m", "flask", "--app", "app", "draw", "fairness", "--run", run, "--json"]
    done = subprocess.run(
        [*command, "--forms", "2"], capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, **machine, **database, "KENSHU_INSTANCE": str(folder)},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) is found["holds"], done.stderr
    return found


@pytest.mark.parametrize("machine", ELSEWHERE, ids=lambda machine: machine["TZ"])
def test_a_stored_form_redraws_the_same_on_another_machine(
    stored: str, tmp_path: Path, machine: dict[str, str]
) -> None:
    found = proof(tmp_path, stored, machine)
    assert (found["kept"], found["not_redrawn"], found["holds"]) == (2, [], True)


def test_a_form_whose_inputs_were_changed_is_found_out(stored: str, tmp_path: Path) -> None:
    begin_writing()
    row = db.session.query(AttemptRow).filter_by(run_id=stored).first()
    assert row is not None
    row.seed = "0" * 32
    db.session.commit()
    found = proof(tmp_path, stored, ELSEWHERE[0])
    assert (found["not_redrawn"], found["holds"]) == ([row.id], False)
