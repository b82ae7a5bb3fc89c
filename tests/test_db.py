"""The database keeps what it acknowledged and waits instead of failing, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.db import begin_writing, db, init_db
from app.people.models import PersonRow
from tests.people_builder import RECORDED, add_person


@pytest.mark.parametrize("either", ["sqlite"], indirect=True)
def test_sqlite_is_set_to_lose_nothing(either: Flask) -> None:
    def pragma(name: str) -> object:
        return db.session.execute(text(f"PRAGMA {name}")).scalar()

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    assert pragma("busy_timeout") == 5000


def test_a_moment_comes_back_in_utc_whatever_zone_it_came_in(either: Flask) -> None:
    moment = datetime(2026, 4, 1, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    begin_writing()
    person = PersonRow(created_at=moment)
    db.session.add(person)
    db.session.commit()
    identifier = person.id
    db.session.expire_all()
    kept = db.session.get_one(PersonRow, identifier).created_at
    assert kept == moment
    assert kept.tzinfo is UTC


def test_a_naive_moment_is_refused(either: Flask) -> None:
    with pytest.raises(Exception, match="naive"):
        db.session.execute(select(PersonRow).where(PersonRow.created_at == datetime(2026, 4, 1)))


def test_writers_that_read_first_wait_for_one_another(either: Flask) -> None:
    """Sixteen people read, then write. A deferred transaction would fail at once on SQLite."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with either.app_context():
                for _ in range(5):
                    begin_writing()
                    db.session.scalars(select(PersonRow)).all()
                    db.session.add(PersonRow(created_at=RECORDED))
                    db.session.commit()
        except BaseException as error:  # the thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(db.session.scalars(select(PersonRow)).all()) == 80


@pytest.mark.parametrize("either", ["sqlite"], indirect=True)
def test_writers_come_in_the_order_they_asked(either: Flask) -> None:
    came: list[int] = []

    def work(number: int) -> None:
        with either.app_context():
            begin_writing()
            came.append(number)
            db.session.rollback()

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    begin_writing()
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    db.session.commit()
    for thread in threads:
        thread.join()
    assert came == list(range(8))


@pytest.mark.parametrize("either", ["sqlite"], indirect=True)
@pytest.mark.parametrize("ended", ["commit", "rollback", "close", "invalidate"])
def test_however_a_writer_ends_the_next_one_writes(either: Flask, ended: str) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=100")
    for _ in range(3):
        begin_writing()
        db.session.add(PersonRow(created_at=RECORDED))
        db.session.flush()
        getattr(db.session(), ended)()
    with either.app_context():
        begin_writing()
        db.session.rollback()


@pytest.mark.parametrize("either", ["sqlite"], indirect=True)
def test_who_was_refused_leaves_the_line(either: Flask, tmp_path: Path) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(tmp_path / "test.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(OperationalError, match="locked"):
            begin_writing()
        db.session.rollback()
    other.execute("ROLLBACK")
    other.close()
    begin_writing()
    db.session.commit()
    assert db.session.execute(text("PRAGMA busy_timeout")).scalar() == 50


def test_what_was_rolled_back_is_gone(either: Flask) -> None:
    add_person()
    begin_writing()
    db.session.add(PersonRow(created_at=RECORDED))
    db.session.flush()
    db.session.rollback()
    assert len(db.session.scalars(select(PersonRow)).all()) == 1


def test_a_line_cut_as_the_page_goes_out_takes_nothing_with_it(postgres_database: str) -> None:
    site = Flask("site")
    site.config["SQLALCHEMY_DATABASE_URI"] = postgres_database
    init_db(site)

    @site.get("/")
    def page() -> str:
        pid = db.session.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(postgres_database.replace("+psycopg", "", 1), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return "kept"

    client = site.test_client()
    for _ in range(2):
        answer = client.get("/")
        assert (answer.status_code, answer.text) == (200, "kept")
    with site.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("either", ["sqlite"], indirect=True)
@pytest.mark.parametrize("replaced", [False, True], ids=["taken away", "replaced by a copy"])
def test_a_file_taken_away_takes_no_more_answers(either: Flask, replaced: bool) -> None:
    begin_writing()
    db.session.commit()
    path = Path(db.engine.url.database or "")
    away = path.with_suffix(".away")
    path.rename(away)
    if replaced:
        shutil.copyfile(away, path)
    with pytest.raises(OperationalError, match="not the file"):
        begin_writing()
    assert path.exists() == replaced
    assert either.test_client().get("/healthz").status_code == 503
    away.rename(path)
    begin_writing()
    add_person("試験 花子")
