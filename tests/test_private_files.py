"""What holds names, passwords or right answers is for its owner alone, whatever the umask of a start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app import create_app, private_files
from app.courses.library import Library
from app.db import db
from app.settings import ROOT, Settings
from tests.people_builder import hire

pytestmark = pytest.mark.skipif(os.name == "nt", reason="on Windows the rights of the folder rule")


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_others_read_before_is_theirs_no_more(tmp_path: Path) -> None:
    path = tmp_path / "slips.csv"
    path.write_bytes(b"older and longer")
    path.chmod(0o644)
    private_files.write(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


def test_a_first_start_leaves_nothing_others_can_read(tmp_path: Path) -> None:
    instance = tmp_path / "new" / "instance"
    settings = Settings.from_environment({"KENSHU_INSTANCE": str(instance)})
    assert mode(instance) == 0o700
    site = create_app(settings, Library.load(ROOT / "content", instance / "last-good-content.zip"))
    with site.app_context():
        db.create_all()
        found = {path.name: mode(path) for path in instance.iterdir()}
        db.session.remove()
        db.engine.dispose()
    assert {"kenshu.sqlite3", "kenshu.sqlite3-wal", "last-good-content.zip", "secret_key"} <= set(found)
    assert set(found.values()) == {0o600}


def test_files_of_names_that_commands_write(app: Flask, tmp_path: Path) -> None:
    hire("0000001", start=date(2024, 4, 1))
    run = app.test_cli_runner().invoke
    roster, people, sections = (tmp_path / name for name in ("roster.csv", "people.csv", "sections.csv"))
    assert run(args=["roster", "export", str(roster)]).exit_code == 0
    assert run(args=["report", "completion", "--output", str(people)]).exit_code == 0
    by_section = ["report", "completion", "--by", "department", "--output", str(sections)]
    assert run(args=by_section).exit_code == 0
    assert (mode(roster), mode(people)) == (0o600, 0o600)
    assert mode(sections) == 0o644, "numbers alone are for whoever may read the folder"


def test_a_folder_nobody_else_gets_into_hides_what_is_inside(tmp_path: Path) -> None:
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.stat().st_uid == os.getuid() and str(parent) not in ("/", "/tmp"):
            parent.chmod(0o755)
    inside = tmp_path / "data" / "kenshu.sqlite3"
    inside.parent.mkdir(mode=0o755)
    inside.write_bytes(b"")
    assert private_files.readable_by_others(inside)
    inside.parent.chmod(0o700)
    assert not private_files.readable_by_others(inside)
    assert not private_files.readable_by_others(inside.parent)
