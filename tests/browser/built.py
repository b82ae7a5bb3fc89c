"""The small city with something on every page, built once a process; whoever asks gets a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.courses.library import Library
from app.db import db
from tests.browser.whole_site import Visitor, build
from tests.conftest import COMPILED, settings_in, wait_for_no_disk
from tests.house_client import HouseClient


@dataclass(frozen=True)
class Built:
    """Where the city lies, what is taught there, who visits it."""

    folder: Path
    library: Library
    visitors: dict[str, Visitor]

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Flask]:
        """A site on a copy of the city in ``folder``, in an application context."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        with _site(folder, self.library) as app:
            yield app


@contextmanager
def _site(folder: Path, library: Library) -> Iterator[Flask]:
    app = create_app(settings_in(folder), library)
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = HouseClient
    with app.app_context():
        wait_for_no_disk(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def built_city(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, library: Library) -> Built:
    """The city of ``whole_site``."""
    folder = tmp_path_factory.mktemp("built-city")
    shutil.copy(empty_database, folder / "test.sqlite3")
    with _site(folder, library) as app:
        visitors = build(app, tmp_path_factory.mktemp("built-course"))
        taught = app.extensions["kenshu"].library
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Built(folder, taught, visitors)
