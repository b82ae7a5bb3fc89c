"""Lay a backup back: everything is checked before live data is touched, then one transaction does it all.

The tables are made anew at the backup's own schema, filled, compared row by row, and only then brought to
this version's schema. On SQLite as on PostgreSQL a failure, or a power cut, leaves what was there before.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from app import private_files
from app.clock import jst
from app.db import Base, db
from app.evidence import ledger
from app.evidence.ledger import Happening
from app.operations import backup, schema
from app.operations.archive import Archive, Manifest
from app.operations.backup import Refused
from app.operations.rules import grant_again, grants_of, without_triggers
from app.operations.tables import (
    Table,
    add_rows,
    holds_rows,
    move_counters_on,
    names_of,
    rows_of,
    table_of,
)
from app.operations.values import Lines
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Restored:
    """What was laid back; ``before`` is the backup of what was there, ``content`` a folder to look at."""

    manifest: Manifest
    before: Path | None
    content: Path | None


def check(archive: Archive, anyway: bool = False) -> None:
    """Read the whole archive. Raises BadArchive or Refused when it cannot be laid back here."""
    broken = backup.read_through(archive)
    if not schema.known(archive.manifest.revision):
        raise Refused(
            f"この控えは、より新しい版(データベースの形 {archive.manifest.revision})で取られています。"
            "その版か、それより新しい版を入れてから戻してください。"
        )
    if broken is not None and not anyway:
        raise Refused(
            f"この控えの受講の証拠は、{broken.seq}番からつながっていません({broken.reason})。"
            "ほかの控えを確かめてください。承知のうえで戻すときは --anyway を付けます。"
        )


def restore(
    path: Path, settings: Settings, now: datetime, replace: bool = False, anyway: bool = False
) -> Restored:
    """Lay the backup at ``path`` back into the configured database.

    Raises BadArchive or Refused; then nothing has changed.
    """
    with Archive(path) as archive:
        check(archive, anyway)
        laid = _LaidContent()
        try:
            with _one_transaction() as connection:
                before = _make_room(connection, archive, settings, now, replace)
                _fill(connection, archive)
                schema.migrate(connection, schema.newest())
                sha256 = backup.sha256_of(path)
                facts = {"sha256": sha256, "made_at": archive.manifest.made_at}
                ledger.append_on(connection, [Happening("backup.restored", now, facts=facts)])
                laid.lay(archive, settings, now)
        except BaseException:
            laid.take_back()
            raise
    backup.remember(settings, path, archive.manifest.made_at, archive.manifest.head)
    return Restored(archive.manifest, before, laid.folder)


@contextmanager
def _one_transaction() -> Iterator[Connection]:
    """A writing transaction of our own; foreign keys of SQLite are checked once, at its end."""
    db.session.remove()
    connection = db.engine.connect().execution_options(writing=True)
    try:
        with schema.foreign_keys_last(connection):
            try:
                yield connection
                if wrong := schema.unmatched(connection):
                    raise Refused(f"控えの表({wrong})に、相手のない行があります。何も変わっていません。")
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            if connection.dialect.name == "sqlite":
                schema.pragma(connection, "wal_checkpoint(TRUNCATE)")
    except SQLAlchemyError as error:
        raise Refused(_in_words(error)) from error
    finally:
        connection.close()


def _in_words(error: SQLAlchemyError) -> str:
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    if "locked" in reason:
        return (
            "ほかの処理がデータベースを使っているため、戻せませんでした。"
            f"サイトを止めてから、もう一度お試しください({reason})。"
        )
    if isinstance(error, DatabaseError) and ("malformed" in reason or "not a database" in reason):
        return (
            "いまのデータベースが壊れているため、控えを取ってから置き換えることができません。"
            "サイトを止め、データベースのファイル(-wal、-shm も)を別の場所に移してから、"
            f"もう一度実行してください({reason})。"
        )
    if "permission denied" in reason or "must be owner" in reason:
        return (
            f"この役割(ロール)では、表を作り直せません。所有者の役割のアドレスで実行してください({reason})。"
        )
    return f"戻せませんでした。データベースは、前のままです({reason})。"


def _make_room(
    connection: Connection, archive: Archive, settings: Settings, now: datetime, replace: bool
) -> Path | None:
    """Drop what is there, after a backup of it. Raises Refused when it is not ours to drop."""
    there = names_of(connection)
    known = set(Base.metadata.tables) | set(archive.manifest.tables) | set(archive.manifest.left_out)
    if strangers := sorted(set(there) - known):
        raise Refused(
            f"このデータベースには、Kenshu のものでない表({'、'.join(strangers[:3])})があります。"
            "KENSHU_DATABASE_URL を確かめてください。"
        )
    before = None
    if there and connection.dialect.name == "postgresql":
        # Whoever is writing finishes first; whoever comes now waits, and finds the restored tables.
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(
            f"LOCK TABLE {', '.join(quote(n) for n in there)} IN ACCESS EXCLUSIVE MODE"
        )
    if holds_rows(connection, there):
        if not replace:
            raise Refused(
                "いまのデータベースには記録があるため、戻していません。置き換えるときは --replace を付けます"
                "(いまの記録の控えを取ってから、置き換えます)。"
            )
        before = settings.instance / f"before-restore-{jst(now):%Y%m%d-%H%M%S}.zip"
        backup.write(connection, before, settings, now)
    grants = grants_of(connection)
    _drop(connection, there)
    schema.migrate(connection, archive.manifest.revision)
    grant_again(connection, grants)
    return before


def _drop(connection: Connection, names: list[str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    if inspect(connection).has_table("alembic_version"):
        connection.exec_driver_sql("DELETE FROM alembic_version")
    for name in reversed(names):
        cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TABLE {quote(name)}{cascade}")


def _fill(connection: Connection, archive: Archive) -> None:
    """Lay every row back and compare what the database now says with what the archive says."""
    parts = archive.manifest.tables
    made = {name: table_of(connection, name) for name in names_of(connection)}
    for name, part in parts.items():
        if name not in made or sorted(made[name].columns) != sorted(part.columns):
            raise Refused(f"控えの表({name})の形が、その版のものと違います。何も変わっていません。")
    with without_triggers(connection):
        for name, table in made.items():
            if name in parts:
                add_rows(connection, Table(name, parts[name].columns, table.key), archive.rows(name))
    for name, part in parts.items():
        if _digest(connection, Table(name, part.columns, made[name].key)) != part.sha256:
            raise Refused(f"戻した表({name})が控えと一致しないため、取り消しました。何も変わっていません。")
    move_counters_on(connection, made.values())


def _digest(connection: Connection, table: Table) -> str:
    lines = Lines(table.kinds)
    whole = hashlib.sha256()
    for row in rows_of(connection, table):
        whole.update(lines.line(row))
    return whole.hexdigest()


class _LaidContent:
    """Files of the backup laid beside the site's own; the texts in use are never overwritten."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self._kept: list[Path] = []

    def lay(self, archive: Archive, settings: Settings, now: datetime) -> None:
        """Lay out the content folder when it differs from the one in use, and what is kept and missing."""
        content = {name: archive.file(name) for name in archive.manifest.files}
        for name in [name for name in content if name.startswith("kept/")]:
            body = content.pop(name)
            target = settings.instance / name.removeprefix("kept/")
            if target.name in backup.KEPT and not target.exists():
                private_files.write(target, body)
                self._kept.append(target)
        texts = {name.removeprefix("content/"): body for name, body in content.items()}
        if texts and not all(_same(settings.content / name, body) for name, body in texts.items()):
            self.folder = settings.instance / f"content-{jst(now):%Y%m%d-%H%M%S}"
            self.folder.mkdir(mode=private_files.FOLDER)
            for name, body in texts.items():
                target = self.folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(body)

    def take_back(self) -> None:
        """Remove what was laid out."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        for path in self._kept:
            path.unlink(missing_ok=True)


def _same(path: Path, body: bytes) -> bool:
    try:
        return path.read_bytes() == body
    except OSError:
        return False
