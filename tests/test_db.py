"""The database keeps what it acknowledged and waits instead of failing, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

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
