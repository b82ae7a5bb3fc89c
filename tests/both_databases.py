"""`either`: the site on each of the two databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from app import create_app
from app.courses.library import Library
from app.db import db
from tests.conftest import refuse_unprepared_writes, settings_in
from tests.postgres_fixtures import fresh_database


@pytest.fixture(scope="session")
def empty_postgres(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory, library: Library
) -> Iterator[str]:
    """A PostgreSQL database with the schema and nothing in it, to be copied: its name."""
    with fresh_database(postgres_url) as url:
        app = create_app(settings_in(tmp_path_factory.mktemp("schema"), database_url=url), library)
        with app.app_context():
            db.create_all()
            db.session.remove()
            db.engine.dispose()
        yield str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path, library: Library
) -> Iterator[Flask]:
    """The site with an empty schema on SQLite and on PostgreSQL, set as it is in real life."""
    with ExitStack() as held:
        changes = {}
        if request.param == "postgresql":
            server, like = request.getfixturevalue("postgres_url"), request.getfixturevalue("empty_postgres")
            changes["database_url"] = held.enter_context(fresh_database(server, like))
        else:
            shutil.copy(empty_database, tmp_path / "test.sqlite3")
        app = create_app(settings_in(tmp_path, **changes), library)
        with app.app_context():
            refuse_unprepared_writes(app)
            yield app
            db.session.remove()
            db.engine.dispose()
