"""SQLite: where the file lies, how it is written, whether it is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from app import private_files
from app.operations import storage
from app.operations.doctor.finding import Finding, Patient, fact, fault, on, warning

#: From here on a rare error, by which a WAL that was reset could lose a page, is mended.
WAL_RESET_MENDED = (3, 51, 3)
#: Larger files get the quicker of SQLite's two checks.
QUICK_FROM = 500 * 1024 * 1024


def place(patient: Patient) -> Iterator[Finding]:
    """Across a network SQLite's locks do not hold."""
    path = storage.database_file(patient.settings)
    # What cannot be opened was said already, with the same sentence.
    if path is not None and patient.connection() is not None:
        size = path.stat().st_size if path.exists() else 0
        yield fact("place", f"データベース: {path}({size / 1024 / 1024:,.1f}MB)")


def version(patient: Patient) -> Iterator[Finding]:
    """The SQLite that Python brings."""
    if patient.dialect != "sqlite":
        return
    yield fact("sqlite_version", f"SQLite {sqlite3.sqlite_version}")
    if sqlite3.sqlite_version_info < WAL_RESET_MENDED:
        yield warning(
            "sqlite_version",
            f"SQLite {sqlite3.sqlite_version} には、"
            f"まれに書込みの控え(WAL)の切替えで記録が欠ける誤り(3.51.3で修正)が"
            "あります。控えを毎日取り、Pythonを新しくする機会に合わせて新しくしてください。",
        )


@on("sqlite")
def settings(connection: Connection) -> Iterator[Finding]:
    """As every connection of the site is prepared."""

    def pragma(name: str) -> object:
        return connection.execute(text(f"PRAGMA {name}")).scalar()

    if (mode := pragma("journal_mode")) != "wal":
        yield fault(
            "journal_mode",
            f"書込みの方式が {mode} です。WAL にできない場所(共有フォルダーなど)にないか確かめてください。",
        )
    if pragma("synchronous") != 2:
        yield fault(
            "synchronous",
            "書込みの設定(synchronous)が FULL ではありません。停電で記録を失うおそれがあります。",
        )
    if pragma("foreign_keys") != 1:
        yield fault("foreign_keys", "表のつながりの検査(foreign_keys)が切れています。")


def left_over_wal(patient: Patient) -> Iterator[Finding]:
    """A -wal much older than its database was left beside another file."""
    path = storage.database_file(patient.settings)
    if path is None or patient.connection() is None:
        return
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size and path.stat().st_mtime - wal.stat().st_mtime > 86_400:
        yield warning(
            "left_over_wal",
            f"{wal} が、データベースより1日以上古いままです。"
            f"データベースだけを写して戻したときは、記録が混ざっているおそれが"
            "あります。flask evidence verify で確かめてください。",
        )


def integrity(patient: Patient) -> Iterator[Finding]:
    """Every page and index of the file."""
    path = storage.database_file(patient.settings)
    connection = patient.connection()
    if patient.dialect != "sqlite" or connection is None:
        return
    quick = patient.quick or (path is not None and path.exists() and path.stat().st_size > QUICK_FROM)
    check = "quick_check" if quick else "integrity_check"
    found = list(connection.execute(text(f"PRAGMA {check}(5)")).scalars())
    if found != ["ok"]:
        said = "、".join(" ".join(str(one).split()) for one in found)
        yield fault(
            "integrity",
            f"データベースのファイルが壊れています({said})。サイトを止め、控えから戻してください。",
        )
    if lost := connection.execute(text("PRAGMA foreign_key_check")).first():
        yield fault("integrity", f"表 {lost[0]} に、相手のない行があります。控えから戻してください。")


def file_rights(patient: Patient) -> Iterator[Finding]:
    """Names and records are inside."""
    path = storage.database_file(patient.settings)
    if path is not None and private_files.readable_by_others(path):
        yield warning(
            "file_rights",
            f"{path} を、この機械のほかの利用者も読めます。"
            f"chmod 600 {path}* で、所有者だけが読めるようにしてください。",
        )
