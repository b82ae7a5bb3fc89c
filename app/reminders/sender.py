"""One sender at a time: whoever holds the lock knows that a mail still "sending" was left by a dead one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from app.db import db
from app.loaded import settings

#: Any number, the same everywhere.
_LOCK = 0x6B656E72


class Busy(Exception):
    """Somebody else is sending right now."""


@contextmanager
def only_sender() -> Iterator[None]:
    """Hold the lock; the system lets it go when the process dies, however it dies. Raises Busy."""
    if db.engine.dialect.name == "postgresql":
        with _locked_database():
            yield
    else:
        with _locked_file(settings().instance / "reminders.lock"):
            yield


@contextmanager
def _locked_database() -> Iterator[None]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
            raise Busy
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})


@contextmanager
def _locked_file(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(handle)
        except OSError:
            raise Busy from None
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
