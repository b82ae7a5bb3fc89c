"""What tests of training share: the site on each of the two databases, and calls made at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask

from app import create_app
from app.courses.library import Library
from app.db import db
from tests.conftest import refuse_unprepared_writes, settings_in

T = TypeVar("T")


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path, library: Library) -> Iterator[Flask]:
    """The site with an empty schema, on SQLite and on PostgreSQL."""
    changes = {}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("postgres_database")
    app = create_app(settings_in(tmp_path, **changes), library)
    with app.app_context():
        db.create_all()
        refuse_unprepared_writes(app)
        yield app
        db.session.remove()
        db.engine.dispose()


def at_once(app: Flask, *calls: Callable[[], T]) -> list[T]:
    """Run the calls in threads of their own, started together; raise what any of them raised."""
    start = threading.Barrier(len(calls))
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(index: int, call: Callable[[], T]) -> None:
        with app.app_context():
            try:
                start.wait(timeout=10)
                results[index] = call()
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]
    return [results[index] for index in range(len(calls))]
