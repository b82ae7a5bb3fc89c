"""The revision of the database's schema, which ones this version knows, and how to get there."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.settings import ROOT

MIGRATIONS = ROOT / "migrations"


def _scripts() -> ScriptDirectory:
    return _scripts_in(str(MIGRATIONS))


@functools.cache
def _scripts_in(folder: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def revision_of(connection: Connection) -> str:
    """The revision a database stands at; "" when it has no schema of ours."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def newest() -> str:
    """The revision this version needs."""
    return _scripts().get_current_head() or ""


def known(revision: str) -> bool:
    """Whether this version has heard of a revision; a newer version's it has not."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


@contextmanager
def foreign_keys_last(connection: Connection) -> Iterator[None]:
    """Let a table that others refer to be made anew: on SQLite nobody checks until ``unmatched`` is asked.

    Begin it before the transaction. The connection goes afterwards: the next one to use it must not find
    the rules switched off.
    """
    sqlite = connection.dialect.name == "sqlite"
    try:
        if sqlite:
            pragma(connection, "foreign_keys=OFF")
        yield
    finally:
        if sqlite:
            connection.invalidate()


def unmatched(connection: Connection) -> str | None:
    """A table with a row that refers to nothing, or None."""
    if connection.dialect.name != "sqlite":
        return None
    wrong = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return None if wrong is None else str(wrong[0])


def pragma(connection: Connection, words: str) -> None:
    """Say something to SQLite outside any transaction."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute(f"PRAGMA {words}").fetchall()


def migrate(connection: Connection, revision: str) -> None:
    """Bring the schema to ``revision`` in the caller's transaction."""
    scripts = _scripts()

    def steps(current: object, _context: object) -> object:
        return scripts._upgrade_revs(revision, current)  # type: ignore[arg-type]

    config = Config()
    config.set_main_option("script_location", scripts.dir.replace("%", "%%"))
    with EnvironmentContext(config, scripts, fn=steps, destination_rev=revision) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()
