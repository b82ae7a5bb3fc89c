"""The database handle: naming convention, UTC time type, SQLite pragmas and transactions."""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ColumnElement, Connection, DateTime, Dialect, Engine, Executable, MetaData, Row, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, ManagesConnection
from sqlalchemy.types import TypeDecorator

from app import private_files
from app.write_queue import WriteQueue

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 5_000
#: How long a thread may compute while another one waits.
SWITCH_INTERVAL_S = 0.0005
#: How often to look whether another process has finished writing, in seconds.
LOOK_EVERY = (0.001, 0.004)
#: Marks a connection whose writer stands first in line.
FIRST_IN_LINE = "first in line"


class Base(DeclarativeBase):
    """The base of every table; constraint names are predictable so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware UTC in Python, the same moment in the database whatever its time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes; SQLite keeps no zone, so UTC is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy(model_class=Base)


def init_db(app: Flask) -> None:
    """Bind the database to ``app`` and prepare every SQLite connection it opens."""
    # A thread lets the others run while the database answers, often for some microseconds only, and would
    # get its turn back after 5 ms, statement by statement, with the lock on the database in its hand.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    db.init_app(app)
    app.teardown_appcontext(_let_go)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _let_go(_error: BaseException | None) -> None:
    """End the request's transaction; a line that breaks here takes nothing with it that was committed.

    Flask-SQLAlchemy ends it too, but would put a bare 500 in the place of the page that is ready.
    """
    try:
        db.session.remove()
    except OperationalError as error:
        log.warning("database gone at the end of a request: %s", str(error.orig).replace("\n", " "))
        db.session().invalidate()


def _prepare_sqlite(engine: Engine) -> None:
    """WAL and synchronous=FULL lose no acknowledged commit in a power cut; see docs/decisions.

    The driver's own BEGIN (deferred) is switched off: a transaction that reads and then writes would
    fail at once with "database is locked" instead of waiting, so ``begin_writing`` takes the lock first.
    Who waits for it stands in line, as SQLite itself lets anyone first; see docs/decisions.

    A file taken away or replaced under a running site would still take what is written, for nobody to find,
    and the driver would make an empty one in its place: both are refused until the same file is back.
    """
    queue = WriteQueue()

    path = engine.url.database or ""
    used = _identity(path)

    @event.listens_for(engine, "do_connect")
    @event.listens_for(engine, "checkout")
    def same_file(*_: object) -> None:
        if used is not None and _identity(path) != used:
            raise sqlite3.OperationalError(f"{path} is not the file that was opened; start the site again")

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()
        nonlocal used
        used = used or _identity(path)

    @event.listens_for(engine, "do_connect")
    def keep_from_others(*_: object) -> None:
        # SQLite gives a new file, and those beside it, to whoever the umask lets read it.
        if used is None and path not in ("", ":memory:") and not path.startswith("file:"):
            with suppress(OSError), open(path, "xb", opener=private_files.opener):
                pass

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        if connection.get_execution_options().get("writing", False):
            waiting: int = driver.execute("PRAGMA busy_timeout").fetchone()[0]
            until = time.monotonic() + waiting / 1000
            _marks(connection.connection)[FIRST_IN_LINE] = queue.join(waiting / 1000)
            # Here it would look ten times a second in the end, and miss each gap another process leaves.
            driver.execute("PRAGMA busy_timeout=0")
            try:
                _begin_immediate(driver, until)
            finally:
                driver.execute(f"PRAGMA busy_timeout={waiting}")
        else:
            # Never refused, as it takes no lock; every page begins so.
            driver.execute("BEGIN")

    # However a transaction ends, its connection goes back to the pool.
    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        if _marks(record).pop(FIRST_IN_LINE, False):
            queue.leave()


def _marks(connection: ManagesConnection) -> dict[Any, Any]:
    """What the pool remembers of a connection, also when it broke in the middle."""
    marks = connection.record_info
    assert marks is not None
    return marks


def _begin_immediate(connection: sqlite3.Connection, until: float) -> None:
    """Take the lock that another process may hold, at the latest at ``until`` (monotonic seconds)."""
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise OperationalError("BEGIN IMMEDIATE", None, error) from error
        time.sleep(random.uniform(*LOOK_EVERY))


def _identity(path: str) -> tuple[int, int] | None:
    """Which file lies at ``path``; None for none, and for a database in memory."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def read(statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Read plain rows in this session's transaction.

    For what every page asks: a statement built once with bound values and asked of the connection costs a
    fifth of one built anew and loaded through the session.
    """
    session = db.session()
    session.flush()
    return session.connection().execute(statement, values).all()


def held(table: Any, known_at: datetime | None = None) -> ColumnElement[bool]:
    """What was held true at a moment: recorded by then and not withdrawn by then; None asks about now."""
    standing: ColumnElement[bool] = table.withdrawn_at.is_(None)
    if known_at is None:
        return standing
    then: ColumnElement[bool] = (table.recorded_at <= known_at) & (standing | (table.withdrawn_at > known_at))
    return then


def begin_writing() -> None:
    """Start this session's transaction as a writing one (BEGIN IMMEDIATE on SQLite).

    Whatever was read before is let go first, so that what is decided next is decided on locked data.
    """
    db.session.rollback()
    db.session.connection(execution_options={"writing": True})
