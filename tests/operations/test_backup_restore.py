"""A backup holds everything of one moment; a restore lays it back exactly, or not at all."""

from __future__ import annotations

import json
import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, inspect, select, text

from app.access.models import AccountRow, SessionRow
from app.access.passwords import verify
from app.audit.check import check_all
from app.courses.library import Library
from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.models import EvidenceRow
from app.operations import backup, restore, schema
from app.operations.archive import Archive, BadArchive
from app.operations.backup import Refused
from app.operations.tables import names_of, rows_of, tables_of
from app.operations.values import Lines
from app.people.models import PersonRow, ProfileRow
from app.settings import Settings
from tests.operations.conftest import NOW, site_on
from tests.people_builder import add_person
from tests.signing_in import PASSWORD, enter


def settings_of(app: Flask) -> Settings:
    return app.extensions["kenshu"].settings


def everything() -> dict[str, list[bytes]]:
    """Every row of every table but the sessions and what the chain says of backups themselves."""
    with db.engine.connect() as connection:
        return {
            table.name: [Lines(table.kinds).line(row) for row in rows_of(connection, table)]
            for table in tables_of(connection)
            if table.name not in backup.LEFT_OUT
        }


def make(app: Flask, path: Path) -> backup.Made:
    return backup.back_up(path, settings_of(app), NOW)


def test_a_backup_is_laid_back_on_another_machine(
    either: Flask, elsewhere: Settings, library: Library, tmp_path: Path
) -> None:
    account = db.session.scalars(select(AccountRow.id)).first()
    assert account is not None
    enter(either.test_client(), account)
    before, head = everything(), ledger.head_line()
    made = make(either, tmp_path / "a.zip")
    assert made.broken is None and made.manifest.head == head
    with site_on(elsewhere, library, schema=False):
        done = restore.restore(tmp_path / "a.zip", elsewhere, NOW)
        after = everything()
        after["evidence"].pop()
        assert after == before
        newest = ledger.head()
        assert newest is not None and newest.facts()["event"] == "backup.restored"
        assert done.manifest.rows == sum(len(rows) for rows in before.values())
        assert check_all().good
        assert db.session.scalar(select(func.count()).select_from(SessionRow)) == 0
        kept = db.session.get_one(AccountRow, account)
        assert verify(kept.password_hash, PASSWORD)
        add_person("復元の次に採用された人")  # ids go on counting


def test_the_round_trip_through_the_other_database_changes_nothing(
    site: Flask, postgres_database: str, library: Library, tmp_path: Path
) -> None:
    before = everything()
    make(site, tmp_path / "a.zip")
    there = settings_of(site).__class__(
        **{**settings_of(site).__dict__, "database_url": postgres_database, "instance": tmp_path / "pg"}
    )
    there.instance.mkdir()
    with site_on(there, library, schema=False) as app:
        restore.restore(tmp_path / "a.zip", there, NOW)
        make(app, tmp_path / "b.zip")
    restore.restore(tmp_path / "b.zip", settings_of(site), NOW, replace=True)
    after = everything()
    after["evidence"] = after["evidence"][: len(before["evidence"])]
    assert after == before
    assert check_all().good


def test_the_chain_says_when_a_backup_was_made(either: Flask, tmp_path: Path) -> None:
    made = make(either, tmp_path / "a.zip")
    newest = ledger.head()
    assert newest is not None
    facts = newest.facts()
    assert (facts["event"], facts["sha256"]) == ("backup.made", made.sha256)
    noted = json.loads((settings_of(either).instance / backup.LAST).read_text())
    assert noted["head"] == made.manifest.head != ""


def test_the_secret_and_the_sessions_stay_out(site: Flask, tmp_path: Path) -> None:
    account = db.session.scalars(select(AccountRow.id)).first()
    assert account is not None
    token = enter(site.test_client(), account)
    (settings_of(site).instance / "secret_key").write_text("very secret")
    make(site, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "tables/sessions.jsonl" not in archive.namelist()
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"very secret" not in whole and token.encode() not in whole
    assert "content/研修/lesson.ja.md" in archive.namelist()


def test_a_backup_may_be_read_by_its_owner_alone(site: Flask, tmp_path: Path) -> None:
    make(site, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600


def test_a_folder_keeps_the_newest(site: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "kenshu-20200101-000000.zip").touch()
    (folder / "another.zip").touch()
    made = backup.back_up(folder, settings_of(site), NOW, keep=1)
    assert made.path.name == "kenshu-20260601-120405.zip"
    assert sorted(p.name for p in folder.iterdir()) == ["another.zip", made.path.name]


def test_an_existing_file_is_never_overwritten(site: Flask, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("precious")
    with pytest.raises(Refused, match="すでにあります"):
        make(site, tmp_path / "a.zip")
    with pytest.raises(Refused, match="書けませんでした"):
        make(site, tmp_path / "absent" / "a.zip")
    assert (tmp_path / "a.zip").read_text() == "precious"
    assert not list(tmp_path.glob("*.part"))


def test_one_moment_while_others_write(either: Flask, tmp_path: Path) -> None:
    """Two rows are always written together; no backup may hold one without the other."""
    stop = threading.Event()
    acknowledged: list[str] = []

    def write() -> None:
        with either.app_context():
            while not stop.is_set():
                begin_writing()
                person = PersonRow(created_at=NOW)
                db.session.add(person)
                db.session.flush()
                db.session.add(ProfileRow(person_id=person.id, name="同時", recorded_at=NOW))
                ledger.append("role.changed", NOW, person.id)
                db.session.commit()
                acknowledged.append(person.id)
            db.session.remove()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            until_now = list(acknowledged)
            made = make(either, tmp_path / f"{number}.zip")
            with Archive(made.path) as archive:
                persons = {row[0] for row in archive.rows("persons")}
                columns = [name for name, _ in archive.manifest.tables["profiles"].columns]
                place = columns.index("person_id")
                assert {row[place] for row in archive.rows("profiles")} == persons
                assert persons >= set(until_now)
                assert made.broken is None
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(acknowledged) > 10


# --- what is refused --------------------------------------------------------------------------


def test_records_are_not_overwritten_unasked(either: Flask, tmp_path: Path) -> None:
    make(either, tmp_path / "a.zip")
    add_person("後から来た人")
    before = everything()
    with pytest.raises(Refused, match="--replace"):
        restore.restore(tmp_path / "a.zip", settings_of(either), NOW)
    assert everything() == before


def test_replacing_keeps_a_backup_of_what_was_there(either: Flask, tmp_path: Path) -> None:
    make(either, tmp_path / "a.zip")
    late = add_person("後から来た人")
    before = everything()
    done = restore.restore(tmp_path / "a.zip", settings_of(either), NOW, replace=True)
    db.session.remove()
    assert done.before is not None
    assert db.session.get(PersonRow, late) is None
    restore.restore(done.before, settings_of(either), NOW.replace(hour=5), replace=True)
    db.session.remove()
    after = everything()
    assert after["evidence"].pop() is not None
    assert after == before


def test_a_running_site_goes_on_with_what_was_restored(site: Flask, tmp_path: Path) -> None:
    """Other connections see the old records or the new, and keep the rules of a connection."""
    other = sqlite3.connect(tmp_path / "test.sqlite3")
    make(site, tmp_path / "a.zip")
    count = other.execute("SELECT count(*) FROM persons").fetchone()
    add_person()
    restore.restore(tmp_path / "a.zip", settings_of(site), NOW, replace=True)
    assert other.execute("SELECT count(*) FROM persons").fetchone() == count
    other.close()
    assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_failure_at_the_end_leaves_everything(
    either: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(either, tmp_path / "a.zip")
    add_person("後から来た人")
    before = everything()

    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(restore._LaidContent, "lay", broken)
    with pytest.raises(OSError):
        restore.restore(tmp_path / "a.zip", settings_of(either), NOW, replace=True)
    db.session.remove()
    assert everything() == before
    assert check_all().good


def test_the_rules_are_in_force_afterwards(either: Flask, tmp_path: Path) -> None:
    make(either, tmp_path / "a.zip")
    restore.restore(tmp_path / "a.zip", settings_of(either), NOW, replace=True)
    begin_writing()
    with pytest.raises(Exception, match="append-only"):
        db.session.execute(delete(EvidenceRow))
    db.session.rollback()


def test_somebody_elses_tables_are_not_dropped(either: Flask, tmp_path: Path) -> None:
    make(either, tmp_path / "a.zip")
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE payroll (id INTEGER PRIMARY KEY)"))
    with pytest.raises(Refused, match="payroll"):
        restore.restore(tmp_path / "a.zip", settings_of(either), NOW, replace=True)
    assert inspect(db.engine).has_table("payroll")


def test_a_database_without_schema_has_nothing_to_back_up(
    elsewhere: Settings, library: Library, tmp_path: Path
) -> None:
    with (
        site_on(elsewhere, library, schema=False),
        pytest.raises(Refused, match="flask db upgrade"),
    ):
        backup.back_up(tmp_path / "a.zip", elsewhere, NOW)
    assert not (tmp_path / "a.zip").exists()


def test_a_broken_chain_is_said_and_restored_only_when_asked(site: Flask, tmp_path: Path) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER evidence_no_update")
        connection.exec_driver_sql("UPDATE evidence SET body = x'7b7d' WHERE seq = 3")
    made = make(site, tmp_path / "a.zip")
    assert made.broken is not None and made.broken.seq == 3
    with pytest.raises(Refused, match="3番"):
        restore.restore(made.path, settings_of(site), NOW, replace=True)
    restore.restore(made.path, settings_of(site), NOW, replace=True, anyway=True)
    assert not check_all().good


def test_an_archive_of_a_newer_version_is_refused(
    site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "revision_of", lambda connection: "9999")
    make(site, tmp_path / "a.zip")
    monkeypatch.undo()
    with pytest.raises(Refused, match="新しい版"):
        restore.restore(tmp_path / "a.zip", settings_of(site), NOW, replace=True)


def test_every_table_is_in_a_backup(site: Flask, tmp_path: Path) -> None:
    made = make(site, tmp_path / "a.zip")
    with db.engine.connect() as connection:
        assert set(made.manifest.tables) | set(backup.LEFT_OUT) == set(names_of(connection))


def test_a_copied_database_is_no_backup(site: Flask, tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="flask backup で作った控えを"):
        restore.restore(tmp_path / "test.sqlite3", settings_of(site), NOW, replace=True)
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BadArchive, match="読めません"):
        restore.restore(tmp_path / "text.zip", settings_of(site), NOW, replace=True)
    with pytest.raises(BadArchive, match="ありません"):
        restore.restore(tmp_path / "absent.zip", settings_of(site), NOW, replace=True)


def test_other_texts_are_laid_beside_those_in_use(site: Flask, library: Library, tmp_path: Path) -> None:
    make(site, tmp_path / "a.zip")
    content = settings_of(site).content
    used = tmp_path / "used"
    used.mkdir()
    (used / "site.toml").write_bytes((content / "site.toml").read_bytes() + b"\n# later\n")
    here = settings_of(site).__class__(**{**settings_of(site).__dict__, "content": used})
    done = restore.restore(tmp_path / "a.zip", here, NOW, replace=True)
    assert done.content is not None
    assert (done.content / "site.toml").read_bytes() == (content / "site.toml").read_bytes()
    assert (used / "site.toml").read_bytes().endswith(b"# later\n")
