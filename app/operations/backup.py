"""Take everything down into one file while the site runs: every row of one moment, content, no secrets.

What a moment is: on SQLite a reading transaction in WAL mode, on PostgreSQL REPEATABLE READ. Neither makes
a writer wait.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from app.clock import jst
from app.courses.source import lies_in
from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.chain import SHOWN, Break, Entry, first_break, stamp
from app.operations import schema
from app.operations.archive import Archive, BadArchive, Manifest, Writer, safe_path
from app.operations.tables import rows_of, tables_of
from app.operations.version import version
from app.settings import Settings

#: Tables whose rows a backup leaves out: whoever is signed in signs in again after a restore.
LEFT_OUT = ("sessions", "known_browsers")
KEPT = ("last-good-content.zip",)
LAST = "last-backup.json"
#: A file larger than that is no text of a course.
LARGEST_CONTENT = 32 * 1024 * 1024
_NAMED = "kenshu-*.zip"


class Refused(Exception):
    """Nothing was done; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written and read back; ``broken`` is where its chain of evidence is not whole."""

    path: Path
    manifest: Manifest
    size: int
    sha256: str
    broken: Break | None


def back_up(path: Path, settings: Settings, now: datetime, keep: int | None = None) -> Made:
    """Write a backup to ``path`` (into it, with a name by date, when it is a folder), and note it.

    ``keep`` leaves only that many of the files so named in the folder. Raises Refused.
    """
    folder = path if path.is_dir() else None
    target = path / f"kenshu-{jst(now):%Y%m%d-%H%M%S}.zip" if folder else path
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        made = write(connection, target, settings, now)
    _note(made, settings, now)
    if folder and keep:
        for old in sorted(folder.glob(_NAMED))[:-keep]:
            old.unlink(missing_ok=True)
    return made


def write(connection: Connection, path: Path, settings: Settings, now: datetime) -> Made:
    """Write what ``connection``'s transaction sees, read it back, and compare. Raises Refused."""
    revision = schema.revision_of(connection)
    if not revision:
        raise Refused(
            "データベースに Kenshu の表がありません。KENSHU_DATABASE_URL を確かめ、"
            "初めてのときは flask db upgrade を実行してください。"
        )
    try:
        with Writer(path) as writer:
            for table in tables_of(connection):
                if table.name not in LEFT_OUT:
                    writer.table(table.name, table.columns, rows_of(connection, table))
            for name, body in _files(settings):
                writer.file(name, body)
            writer.finish(_manifest(connection, revision, writer, settings, now))
    except FileExistsError:
        raise Refused(f"{path} は、すでにあります。別の名前にしてください。") from None
    except OSError as error:
        raise Refused(
            f"{path} に書けませんでした({error.strerror or error})。フォルダーと空き容量を確かめてください。"
        ) from None
    return _read_back(path)


def _manifest(
    connection: Connection, revision: str, writer: Writer, settings: Settings, now: datetime
) -> Manifest:
    return Manifest(
        made_at=stamp(now),
        version=version(),
        revision=revision,
        database=connection.dialect.name,
        head=_head(connection),
        settings={
            "KENSHU_HTTPS": "1" if settings.https else "0",
            "KENSHU_ADDRESS": settings.address,
        },
        left_out=LEFT_OUT,
        tables=writer.tables,
        files=writer.files,
    )


def _head(connection: Connection) -> str:
    """The line papers carry, of the moment this transaction sees."""
    if not inspect(connection).has_table("evidence"):
        return ""
    newest = text("SELECT chain, seq, hash FROM evidence WHERE chain = :chain ORDER BY seq DESC LIMIT 1")
    row = connection.execute(newest, {"chain": ledger.CHAIN}).first()
    return "" if row is None else f"{row.chain} {row.seq} {row.hash[:SHOWN]}"


def _files(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """The content folder as it stands, and what the site keeps for itself; never the secret key.

    What stands there only as a link to a file elsewhere is left out.
    """
    for path in sorted(settings.content.rglob("*")):
        name = f"content/{path.relative_to(settings.content).as_posix()}"
        hidden = any(part.startswith(".") for part in path.relative_to(settings.content).parts)
        if not path.is_file() or hidden or not safe_path(name) or not lies_in(settings.content, path):
            continue
        if path.stat().st_size <= LARGEST_CONTENT:
            yield name, path.read_bytes()
    for kept in KEPT:
        if (settings.instance / kept).is_file():
            yield f"kept/{kept}", (settings.instance / kept).read_bytes()


def _read_back(path: Path) -> Made:
    """What was not read back was not saved."""
    try:
        with Archive(path) as archive:
            broken = read_through(archive)
            return Made(path, archive.manifest, path.stat().st_size, sha256_of(path), broken)
    except BadArchive as error:
        path.unlink(missing_ok=True)
        raise Refused(
            f"書いた控えを読み返せませんでした。置き場所の媒体を確かめてください({error})。"
        ) from None


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_through(archive: Archive) -> Break | None:
    """Read all of the archive; return where its chain of evidence is not whole. Raises BadArchive."""
    archive.check(but=("evidence",))
    broken = first_break(entries(archive), ledger.CHAIN)
    if broken is not None:
        archive.check()  # the chain was not read to its end
    return broken


def entries(archive: Archive) -> Iterator[Entry]:
    """The chain of evidence as the archive holds it."""
    part = archive.manifest.tables.get("evidence")
    if part is None:
        return
    at = {name: place for place, (name, _) in enumerate(part.columns)}
    places = [at[name] for name in ("chain", "seq", "body", "prev", "hash")]
    for row in archive.rows("evidence"):
        values: list[Any] = [row[place] for place in places]
        yield Entry(*values)


def _note(made: Made, settings: Settings, now: datetime) -> None:
    """Say in the chain of evidence, and beside the database, that a backup was made.

    The backup stands whatever comes of this: on a database that takes no writes it is needed most.
    """
    try:
        begin_writing()
        ledger.append("backup.made", now, sha256=made.sha256, rows=made.manifest.rows)
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
    remember(settings, made.path, stamp(now), made.manifest.head)


def remember(settings: Settings, path: Path, at: str, head: str) -> None:
    """Keep when the last backup was made and how far the chain of evidence went then.

    It stands outside the database, so that ``flask doctor`` notices an older database put in its place.
    """
    draft = settings.instance / f"{LAST}.{os.getpid()}"
    try:
        draft.write_text(json.dumps({"at": at, "file": str(path), "head": head}), encoding="utf-8")
        os.replace(draft, settings.instance / LAST)
    except OSError:
        draft.unlink(missing_ok=True)
