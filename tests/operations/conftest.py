"""What tests of operations share: a migrated site with a few people's records, on SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.access.roles import Role
from app.audit.adopt import adopt
from app.courses.library import Library
from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.ledger import Subject
from app.people.employment import ServiceState
from app.settings import ROOT, Settings
from app.training.models import CompletionRow
from tests.conftest import settings_in
from tests.people_builder import add_appointment, add_department, add_person
from tests.postgres_fixtures import fresh_database
from tests.signing_in import give_account, give_operator

NOW = datetime(2026, 6, 1, 3, 4, 5, 678901, tzinfo=UTC)


@contextmanager
def site_on(settings: Settings, library: Library, schema: bool = True) -> Iterator[Flask]:
    """A site in an application context, its schema made by the migrations."""
    app = create_app(settings, library)
    app.testing = True
    with app.app_context():
        if schema:
            upgrade()
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def live_a_little() -> None:
    """A few people, one with odd signs in the name, an account, a completion, entries of evidence."""
    add_department("010", "総務課", position=1)
    people = [add_person(name) for name in ("髙﨑 花子", "𠮷野\u3000葛\U000e0100\"'\\\t", "")]
    for place, person in enumerate(people):
        add_appointment(person, f"000{place}", date(2024, 4, 1), department="010",
                        states=((date(2025, 1, 1), ServiceState.LEAVE),))  # fmt: skip
    give_account(people[0], Role.HR)
    give_operator("kanri", Role.ADMIN)
    begin_writing()
    db.session.add(
        CompletionRow(serial="KS-0001", person_id=people[0], course="sns-guideline", version="令和5年",
                      statement="確認しました。", method="eラーニング", correct=9, asked=10, name="髙﨑 花子",
                      number="0000", confirmed_at=NOW)
    )  # fmt: skip
    for place in range(5):
        who = Subject(people[0], "0000", "髙﨑 花子", "総務課")
        ledger.append("attempt.started", NOW, who, attempt=f"a{place}", note="𠮷\u2028①")
    db.session.commit()
    adopt(NOW, "試験")


@pytest.fixture(scope="session")
def little_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content folder of two files: enough for a backup, quick to read."""
    folder = tmp_path_factory.mktemp("content")
    shutil.copy(ROOT / "content" / "site.toml", folder)
    (folder / "研修").mkdir()
    (folder / "研修" / "lesson.ja.md").write_text("# 髙﨑\r\n", encoding="utf-8", newline="")
    return folder


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory, library: Library, little_content: Path) -> Path:
    """An SQLite file in which a few people have done a little."""
    folder = tmp_path_factory.mktemp("lived")
    with site_on(settings_in(folder, content=little_content), library):
        live_a_little()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "test.sqlite3"


@pytest.fixture
def site(tmp_path: Path, lived_in: Path, library: Library, little_content: Path) -> Iterator[Flask]:
    """A site on SQLite in which a few people have done a little."""
    shutil.copy(lived_in, tmp_path / "test.sqlite3")
    with site_on(settings_in(tmp_path, content=little_content), library, schema=False) as app:
        yield app


@pytest.fixture(scope="session")
def lived_in_postgres(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory, library: Library, little_content: Path
) -> Iterator[str]:
    """A PostgreSQL database in which a few people have done a little, to be copied: its name."""
    folder = tmp_path_factory.mktemp("lived-postgres")
    with fresh_database(postgres_url) as url:
        with site_on(settings_in(folder, content=little_content, database_url=url), library):
            live_a_little()
        yield str(sa.make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, library: Library, little_content: Path
) -> Iterator[Flask]:
    """The same on each of the two databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("site")
        return
    server = request.getfixturevalue("postgres_url")
    with fresh_database(server, request.getfixturevalue("lived_in_postgres")) as url:
        settings = settings_in(tmp_path, content=little_content, database_url=url)
        with site_on(settings, library, schema=False) as app:
            yield app


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, little_content: Path) -> Iterator[Settings]:
    """Settings of another machine with nothing in its database, on each of the two."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if request.param == "sqlite":
        yield settings_in(folder, content=little_content, secret_key="another")
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield settings_in(folder, content=little_content, secret_key="another", database_url=url)
