"""doctor says nothing of a sound installation, and of every fault one sentence that names the cure."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import clock, private_files
from app.access.roles import Role
from app.courses.library import Library
from app.db import db
from app.operations import backup, restore, storage
from app.operations.doctor import CHECKS, Examination, Grade, Patient, examine, machine
from app.operations.version import parts_renewed
from app.settings import Settings
from tests.operations.conftest import NOW, site_on
from tests.signing_in import give_operator

KEY = "a long secret nobody guesses, for tests only"
#: What the server of our tests is, on purpose.
OF_TESTS = {"fsync", "full_page_writes", "synchronous_commit"}


def settings_of(app: Flask) -> Settings:
    settings: Settings = app.extensions["kenshu"].settings
    return replace(settings, secret_key=KEY)


def examined(settings: Settings, **more: object) -> Examination:
    return examine(Patient(settings, NOW, **more))  # type: ignore[arg-type]


def codes(found: Examination, grade: Grade) -> set[str]:
    return {finding.code for finding in found.of(grade)} - OF_TESTS


def test_a_sound_installation_has_no_fault(either: Flask) -> None:
    found = examined(settings_of(either))
    assert codes(found, Grade.FAULT) == set(), found.of(Grade.FAULT)
    assert found.checks == len(CHECKS)
    assert {"schema", "evidence", "python"} <= codes(found, Grade.FACT)


def test_every_finding_is_a_sentence(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENSHU_NOW", "2026-06-01T09:00")
    found = examined(replace(settings_of(site), demo=True, secret_key="short"), content_problem="a:1: 直す。")
    assert len(found.findings) > 10
    for finding in found.findings:
        if finding.grade is not Grade.FACT:
            assert finding.sentence.endswith("。"), finding


@pytest.mark.skipif(os.name == "nt", reason="on Windows the rights of the folder rule")
def test_what_others_may_read_is_named(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "readable_by_others", lambda _path: True)
    said = {one.code: one.sentence for one in examined(settings_of(site)).of(Grade.WARNING)}
    assert "chmod 700" in said["folder_rights"]
    assert "chmod 600" in said["file_rights"]
    monkeypatch.undo()
    assert not {"folder_rights", "file_rights"} & codes(examined(settings_of(site)), Grade.WARNING)


# --- each fault alone -------------------------------------------------------------------------


def run(sql: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(sql)


def forget_a_rule(app: Flask) -> Settings:
    run("DROP TRIGGER evidence_no_update" + ("" if db.engine.name == "sqlite" else " ON evidence"))
    return settings_of(app)


def change_evidence(app: Flask) -> Settings:
    run("DROP TRIGGER evidence_no_update")
    body = b'{"at":"2026-06-01T00:00:00.000000Z","event":"x"}'.hex()
    run(f"UPDATE evidence SET body = x'{body}' WHERE seq = 4")
    run("CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence "
        "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END")  # fmt: skip
    return settings_of(app)


def an_older_schema(app: Flask) -> Settings:
    run("DELETE FROM alembic_version")
    return settings_of(app)


def a_newer_schema(app: Flask) -> Settings:
    run("UPDATE alembic_version SET version_num = '9999'")
    return settings_of(app)


def readable_key(app: Flask) -> Settings:
    path = settings_of(app).instance / "secret_key"
    path.write_text(KEY)
    path.chmod(0o644)
    return settings_of(app)


def orphans(app: Flask) -> Settings:
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("DELETE FROM persons")
        raw.commit()
        connection.invalidate()
    return settings_of(app)


def a_broken_index(app: Flask) -> Settings:
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("DELETE FROM sqlite_master WHERE name = 'ix_appointments_number'")
        raw.commit()
        connection.invalidate()
    db.engine.dispose()
    return settings_of(app)


FAULTS: list[tuple[Callable[[Flask], Settings], str, str]] = [
    (forget_a_rule, "evidence", "規則"),
    (change_evidence, "evidence", "4番"),
    (an_older_schema, "schema", "flask db upgrade"),
    (a_newer_schema, "schema", "新しい版"),
    (readable_key, "secret_key", "chmod 600"),
    (orphans, "integrity", "控えから戻して"),
    (a_broken_index, "integrity", "壊れています"),
    (lambda app: replace(settings_of(app), secret_key="short"), "secret_key", "32文字以上"),
    (lambda app: replace(settings_of(app), address="https://a.example/"), "https", "KENSHU_HTTPS=1"),
    (
        lambda app: replace(settings_of(app), address="http://a.example/", https=True),
        "https",
        "ログインできません",
    ),
]


@pytest.mark.parametrize(("break_it", "code", "words"), FAULTS)
def test_a_fault_is_found(site: Flask, break_it: Callable[[Flask], Settings], code: str, words: str) -> None:
    found = examined(break_it(site))
    assert code in codes(found, Grade.FAULT)
    assert any(words in finding.sentence for finding in found.of(Grade.FAULT) if finding.code == code)


def test_a_clock_before_the_records_is_found(site: Flask) -> None:
    found = examine(Patient(settings_of(site), NOW - timedelta(days=2)))
    assert codes(found, Grade.FAULT) == {"clock"}


def test_texts_that_cannot_be_read_are_said(site: Flask) -> None:
    found = examined(settings_of(site), content_problem="content/a.md:3: 正解がありません。\nもう一行")
    (finding,) = [f for f in found.of(Grade.FAULT) if f.code == "content"]
    assert "content/a.md:3" in finding.sentence and "もう一行" not in finding.sentence


def test_an_unreachable_database_stops_no_other_question(
    site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "network_kind", lambda path: "nfs4")
    found = examined(settings_of(site))
    assert codes(found, Grade.FAULT) == {"reachable"}
    assert "共有フォルダー(nfs4)" in found.of(Grade.FAULT)[0].sentence
    assert "python" in codes(found, Grade.FACT)


def test_a_check_that_fails_is_a_finding(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("app.operations.doctor.machine.version", fails)
    (finding,) = examined(settings_of(site)).of(Grade.FAULT)
    assert finding.code == "python" and "two lines" in finding.sentence


def test_a_full_disk_is_found(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    for free, grade in ((50, Grade.FAULT), (500, Grade.WARNING), (5_000, None)):
        monkeypatch.setattr(shutil, "disk_usage", lambda path, free=free: usage(0, 0, free * 1024 * 1024))
        found = examined(settings_of(site))
        assert {f.grade for f in found.findings if f.code == "disk_space"} == ({grade} if grade else set())


@pytest.mark.skipif(os.name == "nt", reason="/var/log")
def test_a_full_disk_of_the_logs_is_told(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, 50 * 1024 * 1024))
    for logs, told in (("/dev", True), (settings_of(site).instance, False), ("/none", False)):
        monkeypatch.setattr("app.operations.doctor.setup.LOGS", Path(logs))
        assert ("log_space" in codes(examined(settings_of(site)), Grade.WARNING)) is told


# --- warnings are no faults -------------------------------------------------------------------


def test_an_old_sqlite_is_a_warning(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for version, warned in (((3, 51, 2), True), ((3, 51, 3), False)):
        monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
        found = examined(settings_of(site))
        assert found.well
        assert ("sqlite_version" in codes(found, Grade.WARNING)) is warned


def test_other_versions_of_libraries_are_a_warning_and_missing_ones_a_fault(
    site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.txt"
    monkeypatch.setattr(machine, "LOCK", lock)
    lock.write_text(
        "flask==0.1 \\\n    --hash=sha256:0\nwin-only==1 ; sys_platform == 'none' \\\n", encoding="utf-8"
    )
    found = examined(settings_of(site))
    assert found.well and "libraries" in codes(found, Grade.WARNING)
    lock.write_text("no-such-library==1 ; implementation_name != 'pypy' \\\n", encoding="utf-8")
    assert codes(examined(settings_of(site)), Grade.FAULT) == {"libraries"}


def test_parts_older_than_half_a_year_are_a_warning(site: Flask) -> None:
    day = parts_renewed()
    assert day is not None
    for days, warned in ((0, False), (183, False), (184, True)):
        now = clock.end_of(day + timedelta(days=days)) - timedelta(hours=1)
        found = examine(Patient(settings_of(site), now))
        assert ("age_of_libraries" in codes(found, Grade.WARNING)) is warned


def test_the_last_backup_is_asked_for(site: Flask, tmp_path: Path) -> None:
    assert "last_backup" in codes(examined(settings_of(site)), Grade.WARNING)
    backup.back_up(tmp_path / "a.zip", settings_of(site), NOW)
    assert "last_backup" in codes(examined(settings_of(site)), Grade.FACT)
    late = examine(Patient(settings_of(site), NOW + timedelta(days=8)))
    assert "last_backup" in codes(late, Grade.WARNING)


def test_an_older_database_in_its_place_is_found(site: Flask, tmp_path: Path, lived_in: Path) -> None:
    """Somebody copies yesterday's file over today's; a restore that is known of is no such thing."""
    early = backup.back_up(tmp_path / "early.zip", settings_of(site), NOW)
    backup.back_up(tmp_path / "late.zip", settings_of(site), NOW)
    assert "went_back" not in codes(examined(settings_of(site)), Grade.FAULT)
    db.session.remove()
    db.engine.dispose()
    shutil.copy(lived_in, tmp_path / "test.sqlite3")
    assert "went_back" in codes(examined(settings_of(site)), Grade.FAULT)
    restore.restore(early.path, settings_of(site), NOW, replace=True)
    assert codes(examined(settings_of(site)), Grade.FAULT) == set()


def test_open_matters_of_the_roster_are_counted(site: Flask) -> None:
    run("INSERT INTO identity_questions (person_id, other_id, reason, asked_at, answered_by) SELECT "
        "min(id), max(id), '', '2026-06-01 00:00:00.000000', '' FROM persons")  # fmt: skip
    run("UPDATE placements SET department = '999' WHERE id = 1")
    (finding,) = [f for f in examined(settings_of(site)).of(Grade.WARNING) if f.code == "roster"]
    assert "質問が1件" in finding.sentence and "所属コードが1個" in finding.sentence


def test_an_empty_site_is_sound_and_wants_somebody_in_charge(elsewhere: Settings, library: Library) -> None:
    settings = replace(elsewhere, secret_key=KEY)
    with site_on(settings, library):
        found = examined(settings)
        assert codes(found, Grade.FAULT) == set()
        assert "somebody_in_charge" in codes(found, Grade.WARNING)
        give_operator("jinji", Role.HR)
        assert "somebody_in_charge" not in codes(examined(settings), Grade.WARNING)


# --- the command ------------------------------------------------------------------------------


def test_the_command_ends_with_what_it_found(site: Flask) -> None:
    run_it = site.test_cli_runner().invoke
    done = run_it(args=["doctor", "--json"])
    told = json.loads(done.stdout)
    # "only for tests" is a short key.
    assert (done.exit_code, told["ok"]) == (1, False)
    assert [f["code"] for f in told["findings"] if f["grade"] == "fault"] == ["secret_key"]
    done = run_it(args=["doctor"])
    assert done.exit_code == 1 and "直す所が1件あります。" in done.stdout
    (settings_of(site).instance / "secret_key").unlink(missing_ok=True)
    site.extensions["kenshu"] = replace(site.extensions["kenshu"], settings=settings_of(site))
    done = run_it(args=["doctor"])
    assert done.exit_code == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "悪い所はありません。"


def test_backup_and_restore_as_commands(site: Flask, tmp_path: Path) -> None:
    run_it = site.test_cli_runner().invoke
    done = run_it(args=["backup", str(tmp_path / "a.zip"), "--json"])
    made = json.loads(done.stdout)
    assert done.exit_code == 0 and made["ok"] and made["rows"] > 10
    again = run_it(args=["backup", str(tmp_path / "a.zip")])
    assert again.exit_code == 1 and "すでにあります" in again.stderr
    assert run_it(args=["backup"]).exit_code == 2
    assert run_it(args=["backup", str(tmp_path / "b.zip"), "--keep", "3"]).exit_code == 2
    refused = run_it(args=["restore", str(tmp_path / "a.zip"), "--json"])
    assert (refused.exit_code, json.loads(refused.stdout)["ok"]) == (1, False)
    checked = run_it(args=["restore", str(tmp_path / "a.zip"), "--check"])
    assert checked.exit_code == 0 and "そのまま戻せます" in checked.stdout
    done = run_it(args=["restore", str(tmp_path / "a.zip"), "--replace"])
    assert done.exit_code == 0, done.output
    assert "前のままです" in done.stdout and "before-restore-" in done.stdout
