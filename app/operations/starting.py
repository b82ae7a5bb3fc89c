"""A start that cannot go well ends at once, with one sentence that names the file and the cure."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from app.operations import schema, storage
from app.settings import Settings

#: By this code gunicorn knows that trying again is of no use.
CANNOT_BOOT = 3
#: Which database the site was last served on.
LAST = "last-database.txt"


@contextmanager
def kindly() -> Iterator[None]:
    """Say why the site cannot start, without a traceback; a server ends for good instead of trying on."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise
        _end(f"{error.filename} を読み書きできません({error.strerror})。フォルダーと権限を確かめてください。")
    except SystemExit as end:
        if not isinstance(end.code, str):
            raise
        _end(end.code)


def _end(sentence: str) -> None:
    if click.get_current_context(silent=True) is not None:
        raise SystemExit(sentence) from None
    print(sentence, file=sys.stderr, flush=True)
    raise SystemExit(CANNOT_BOOT) from None


def serving() -> bool:
    """Whether this start is to serve pages, not to run another command."""
    context = click.get_current_context(silent=True)
    return context is None or context.info_name == "run"


def look(settings: Settings) -> str | None:
    """Why the database's file cannot be used where it is. Raises SystemExit with it when pages are wanted."""
    path = storage.database_file(settings)
    sentence = None if path is None else storage.trouble(path)
    if sentence and serving():
        raise SystemExit(sentence)
    return sentence


def refuse_connections(engine: sa.Engine, sentence: str) -> None:
    """Let a command that asks for the database end with ``sentence``; the others go on without it."""

    @sa.event.listens_for(engine, "do_connect")
    def refuse(*_: object) -> None:
        raise SystemExit(sentence)


def look_closer(settings: Settings) -> None:
    """Raise SystemExit when pages served on this database would all fail, or it is gone.

    A PostgreSQL server that is away just now is none of these: the site says so on every page and waits.
    """
    path = storage.database_file(settings)
    name = sa.make_url(settings.database_url).render_as_string(hide_password=True)
    if path is not None and not path.exists():
        if _last(settings) == name:
            raise SystemExit(
                f"データベース {path} がありません。元の場所に戻すか、控えから戻してください"
                "(flask restore)。新しく始めるときは、flask db upgrade を実行してください。"
            )
        return
    if path is not None and (sentence := storage.mixed(path)):
        raise SystemExit(sentence)
    revision = _revision(settings)
    if revision is None or revision == "":
        return
    if not schema.known(revision):
        raise SystemExit(
            f"データベースの形({revision})が、この版より新しいものです。"
            "新しい版のプログラムで動かすか、この版で取った控えを戻してください。"
        )
    if revision != schema.newest():
        raise SystemExit(
            f"データベースの形({revision})が、この版より古いものです。控え(flask backup)を取ってから、"
            "flask db upgrade を実行してください。"
        )
    if _last(settings) != name:
        draft = settings.instance / f"{LAST}.{os.getpid()}"
        draft.write_text(name, encoding="utf-8")
        os.replace(draft, settings.instance / LAST)


def _last(settings: Settings) -> str:
    try:
        return (settings.instance / LAST).read_text(encoding="utf-8")
    except OSError:
        return ""


def _revision(settings: Settings) -> str | None:
    """The database's revision; None when it cannot be asked just now. Raises SystemExit when it never can."""
    wait = {"connect_timeout": 2} if settings.database_url.startswith("postgresql") else {"timeout": 2}
    path = storage.database_file(settings)
    url = settings.database_url if path is None else f"sqlite:///{path.as_posix()}"
    engine = sa.create_engine(url, poolclass=NullPool, connect_args=wait)
    try:
        with engine.connect() as connection:
            return schema.revision_of(connection)
    except OperationalError as error:
        if path is not None and "locked" not in str(error.orig):
            raise SystemExit(
                f"データベース {path} を開けません({error.orig})。"
                "ファイルとフォルダーの権限を確かめてください。"
            ) from None
        return None
    except DatabaseError as error:
        if path is None:
            return None
        raise SystemExit(
            f"{path} を、データベースとして読めません({error.orig})。このファイルを別の場所に移し、"
            "控えから戻してください(flask restore)。"
        ) from None
