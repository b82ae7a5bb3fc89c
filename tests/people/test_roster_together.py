"""Whole or not at all, once, on both databases: two of HR at the same time, and a process killed midway."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.people.directory import load_departments, load_people
from app.people.models import PersonRow, RosterImportRow
from app.people.roster.apply import ImportRefused, Request, apply, prepare
from app.people.roster.export import export_csv, export_rows
from app.people.roster.lines import Roster
from app.people.roster.plan import Terms
from app.people.roster.reader import read_roster
from app.people.roster.state import absent
from app.settings import ROOT
from app.site import load_site
from tests.people.roster_files import NOW, bring, csv_bytes, post

SITE = load_site(ROOT / "content")
DAY = date(2026, 4, 1)
LINES = [f"{n:07d},試験 {n}号,シケン,0101,正規職員,2020-04-01,,,育休,2026-02-01" for n in range(1, 301)]


def roster(lines: list[str]) -> Roster:
    return read_roster(csv_bytes(lines), "名簿.csv", SITE)


def test_a_year_on_both_databases(either: Flask) -> None:
    bring(LINES)
    assert bring(LINES).empty
    moved = [LINES[0].replace("0101", "0102"), *LINES[1:-1]]
    plan = bring(moved, "2026-05-01")
    assert len(plan.placements) == 1 and plan.missing_people == 1
    assert post("0000001").placements[-1].department == "0102"
    rows = export_rows(load_people(), load_departments(), "職員", date(2026, 5, 1), absent())
    again = read_roster(export_csv(rows), "x.csv", SITE)
    terms = Terms("職員", date(2026, 5, 1), date(2026, 5, 1))
    assert prepare(Request(terms, again)).unchanged


def test_two_at_once_make_one_import(either: Flask) -> None:
    done: list[str] = []
    ready = threading.Barrier(2)

    def press() -> None:
        with either.app_context():
            request = Request(Terms("職員", DAY, DAY), roster(LINES))
            shown = prepare(request).digest
            db.session.rollback()
            ready.wait(20)
            try:
                done.append("empty" if apply(request, NOW, "人事", None, shown).empty else "applied")
            except ImportRefused as refused:
                done.append("changed" if "変わりました" in refused.reason else refused.reason)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == ["applied", "changed"]
    assert db.session.scalar(select(func.count()).select_from(PersonRow)) == 300
    assert db.session.scalar(select(func.count()).select_from(RosterImportRow)) == 1


def test_killed_midway_nothing_is_left(tmp_path: Path, app: Flask) -> None:
    file = tmp_path / "名簿.csv"
    file.write_bytes(csv_bytes([f"{n:07d},試験 {n}号,,0101,正規職員,2020-04-01,,,," for n in range(1, 5001)]))
    stop = "from app.people.roster import writing as a; import os, signal\n" + (
        "a._write_absences = lambda *x: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from app import create_app\n"
        "create_app().test_cli_runner().invoke(args=['roster', 'import', FILE, '--yes'])\n"
    )
    environment = os.environ | {
        "KENSHU_INSTANCE": str(tmp_path),
        "KENSHU_DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]),
    }
    killed = subprocess.run(
        [sys.executable, "-c", stop.replace("FILE", repr(str(file)))], cwd=ROOT, env=environment, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert load_people() == []
    assert len(bring(file.read_bytes()).people) == 5000
