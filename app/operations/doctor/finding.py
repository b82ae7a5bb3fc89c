"""What a check finds, and of whom it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.db import db
from app.operations import storage
from app.settings import Settings


class Grade(StrEnum):
    """How much a finding matters: something to mend, something to know, or just how things are."""

    FAULT = "fault"
    WARNING = "warning"
    FACT = "fact"

    @property
    def label(self) -> str:
        """The grade in Japanese."""
        return {"fault": "直す所", "warning": "注意", "fact": "状態"}[self.value]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence (with its cure) under a name that stays the same for machines."""

    grade: Grade
    code: str
    sentence: str


def fault(code: str, sentence: str) -> Finding:
    """Something to mend: doctor ends with 1."""
    return Finding(Grade.FAULT, code, sentence)


def warning(code: str, sentence: str) -> Finding:
    """Something to know."""
    return Finding(Grade.WARNING, code, sentence)


def fact(code: str, sentence: str) -> Finding:
    """How things are."""
    return Finding(Grade.FACT, code, sentence)


@dataclass
class Patient:
    """The installation as it is asked; the database is opened when the first check wants it."""

    settings: Settings
    now: datetime
    #: Why the last reading of the texts was refused.
    content_problem: str | None = None
    quick: bool = False
    why_away: str | None = field(default=None, init=False)
    _asked: bool = field(default=False, init=False)
    _connection: Connection | None = field(default=None, init=False)

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return "sqlite" if self.settings.database_url.startswith("sqlite") else "postgresql"

    def connection(self) -> Connection | None:
        """A connection, or None (then ``why_away`` says why)."""
        if not self._asked:
            self._asked = True
            self.why_away = self._trouble()
        if self.why_away is None and self._connection is None:
            self._connection = db.engine.connect()
        return self._connection

    def _trouble(self) -> str | None:
        path = storage.database_file(self.settings)
        if path is not None and (sentence := storage.trouble(path)):
            return sentence
        if path is not None and not path.exists():
            return f"データベース {path} がありません。初めてのときは flask db upgrade を実行してください。"
        if path is not None and (sentence := storage.mixed(path)):
            return sentence
        try:
            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            return (
                f"データベースにつながりません({reason})。"
                "KENSHU_DATABASE_URL と、データベースを確かめてください。"
            )
        return None

    def let_go(self) -> None:
        """End what the last check read: every check sees the present moment."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        db.session.remove()


def on(
    dialect: str,
) -> Callable[[Callable[[Connection], Iterator[Finding]]], Callable[[Patient], Iterator[Finding]]]:
    """A check of one kind of database; silent on the other and while the database is away."""

    def wrap(check: Callable[[Connection], Iterator[Finding]]) -> Callable[[Patient], Iterator[Finding]]:
        def asked(patient: Patient) -> Iterator[Finding]:
            if patient.dialect == dialect and (connection := patient.connection()) is not None:
                yield from check(connection)

        asked.__name__ = check.__name__
        asked.__doc__ = check.__doc__
        return asked

    return wrap
