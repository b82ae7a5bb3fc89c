"""What every test may use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event
from werkzeug.routing import Rule

from app import create_app
from app.courses.library import Library
from app.courses.model import Course
from app.db import db
from app.settings import ROOT, Settings
from tests.house_client import HouseClient

pytest_plugins = ["tests.browser_fixtures", "tests.postgres_fixtures", "tests.both_databases",
                  "tests.browser.built"]  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the full matrices too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="full matrix: run with --long"))


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings of a site that keeps everything in ``folder``."""
    return Settings(
        **{
            "database_url": f"sqlite:///{(folder / 'test.sqlite3').as_posix()}",
            "content": ROOT / "content",
            "instance": folder,
            "secret_key": "only for tests",
            **changes,
        }  # type: ignore[arg-type]
    )


class Compiled(BytecodeCache):
    """Templates compiled once for all the sites of a test run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def share_compiled_addresses() -> None:
    """Let the sites of a test run share what werkzeug compiles for each address (90 ms a site).

    What it compiles depends on nothing but the rule; what builds addresses is bound to its site's rule.
    """
    compiled, built = Rule.compile, Rule._compile_builder
    kept: dict[tuple[object, ...], tuple[object, ...]] = {}
    builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def key(rule: Rule) -> tuple[object, ...]:
        return rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes

    def compile_once(rule: Rule) -> None:
        if (known := kept.get(key(rule))) is None:
            compiled(rule)
            kept[key(rule)] = rule._parts, rule._trace, rule._converters, frozenset(rule.arguments)
        else:
            rule._parts, rule._trace, rule._converters, arguments = known  # type: ignore[assignment]
            rule.arguments.update(arguments)  # type: ignore[arg-type]
            rule._build = rule._compile_builder(False).__get__(rule, None)
            rule._build_unknown = rule._compile_builder(True).__get__(rule, None)

    def build_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        one = (*key(rule), append_unknown)
        if one not in builders:
            builders[one] = built(rule, append_unknown)
        return builders[one]

    Rule.compile = compile_once  # type: ignore[assignment,method-assign]
    Rule._compile_builder = build_once  # type: ignore[assignment]


share_compiled_addresses()


def wait_for_no_disk(engine: Engine) -> None:
    """Let SQLite leave the writing to the system: a test's site survives no power cut and need not."""

    @event.listens_for(engine, "connect")
    def hurry(connection, _record):  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA synchronous=OFF")


def refuse_unprepared_writes(app: Flask) -> None:
    """Make every write outside ``begin_writing()`` fail: on SQLite it could meet "database is locked"."""

    @event.listens_for(db.engine, "before_cursor_execute")
    def check(connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
        word = statement.lstrip().split(None, 1)[0].upper()
        if word in {"INSERT", "UPDATE", "DELETE"} and app.config.get("GUARD_WRITES"):
            assert connection.get_execution_options().get("writing"), f"no begin_writing(): {statement}"


@pytest.fixture(scope="session")
def library() -> Library:
    """The real courses, loaded once."""
    return Library.load(ROOT / "content")


@pytest.fixture
def course(library: Library) -> Course:
    """The course on the guideline."""
    found = library.course("sns-guideline")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """An SQLite file with the schema and nothing in it."""
    folder = tmp_path_factory.mktemp("schema")
    app = create_app(settings_in(folder), library)
    with app.app_context():
        db.create_all()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return folder / "test.sqlite3"


@pytest.fixture
def app(tmp_path: Path, empty_database: Path, library: Library) -> Iterator[Flask]:
    """A site of its own for the test, in an application context."""
    shutil.copy(empty_database, tmp_path / "test.sqlite3")
    app = create_app(settings_in(tmp_path), library)
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        wait_for_no_disk(db.engine)
        refuse_unprepared_writes(app)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without anybody signed in. CSRF is off here; tests about CSRF switch it on."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["GUARD_WRITES"] = True
    app.test_client_class = HouseClient
    return app.test_client()
