"""Backups taken while people answer, laid back elsewhere: everything acknowledged before them is there."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask_migrate import stamp

from app import create_app
from app.db import db
from app.evidence import ledger as chain
from app.operations import backup, restore
from app.operations.archive import Archive, BadArchive
from app.settings import ROOT, Settings
from tests.faults.browser import Browser
from tests.faults.commands import command
from tests.faults.ground import Ground
from tests.faults.ledger import Entry, Ledger
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.walking import walk
from tests.operations.damaged import OUTSIDE, cut_short, flipped, slipped
from tests.postgres_fixtures import NoPostgres, fresh_database, started

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Taken:
    """A backup, a plain copy of the file, and what had been acknowledged before either."""

    path: Path
    copy: Path
    before: tuple[Entry, ...]


@dataclass
class Found:
    """What was in them."""

    restored: int = 0
    missing: int = 0
    unsound: int = 0
    differing: int = 0
    on_postgresql: int = 0
    copies_lacking: int = 0


def take(on: Ground, times: int) -> list[Taken]:
    """``times`` backups by the command while eight people at a time answer."""
    ledger, stop, taken = Ledger(on.folder / "ledger-backup.jsonl"), threading.Event(), []
    with on.app.app_context():
        stamp()
    with Server(on) as server:
        walking = threading.Thread(target=walk, args=(on, server.port, ledger, stop))
        walking.start()
        try:
            for number in range(times):
                path, copy = on.folder / f"{number}.zip", on.folder / f"{number}.sqlite3"
                before = tuple(ledger.entries)
                shutil.copy(on.folder / "kenshu.sqlite3", copy)
                if command(on.folder, on.url, "backup", str(path)).wait() == 0:
                    taken.append(Taken(path, copy, before))
        finally:
            stop.set()
            walking.join()
    ledger.close()
    return taken


@contextmanager
def machine(on: Ground, place: Path, url: str) -> Iterator[Ground]:
    """Another machine: its own folder, key and empty database."""
    place.mkdir()
    library = on.app.extensions["kenshu"].library
    app = create_app(Settings(url, ROOT / "content", place, "another key"), library)
    try:
        yield Ground(place, url, app)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        shutil.rmtree(place)


def lay_back(on: Ground, taken: Taken, found: Found, url: str = "") -> None:
    """Restore on another machine and compare with what was acknowledged."""
    place = on.folder / "elsewhere"
    with machine(on, place, url or f"sqlite:///{(place / 'kenshu.sqlite3').as_posix()}") as there:
        settings = there.app.extensions["kenshu"].settings
        with there.app.app_context(), Archive(taken.path) as archive:
            restore.restore(taken.path, settings, NOW)
            kept = list(backup.entries(archive))
            found.differing += list(chain.entries())[: len(kept)] != kept
        found.missing += len(there.missing(taken.before))
        found.unsound += len(there.sound())
        found.restored += 1
        found.on_postgresql += not there.url.startswith("sqlite")


def by_hand(taken: Taken) -> int:
    """1 when a plain copy of the database file lacks something that was acknowledged before it."""
    with suppress(sqlite3.Error), sqlite3.connect(taken.copy) as copy:
        held = set(copy.execute("SELECT attempt_id, position FROM answers"))
        held |= set(copy.execute("SELECT attempt_id, position FROM answer_steps"))
        return int(any((entry.attempt, entry.position) not in held for entry in taken.before))
    return 1


def row(on: Ground, times: int) -> Iterator[Row]:
    """The rows of backups: laid back, and damaged."""
    taken, found = take(on, times), Found()
    for one in taken:
        lay_back(on, one, found)
        found.copies_lacking += by_hand(one)
    with suppress(NoPostgres):
        postgres, url = started()
        try:
            for one in taken[:: max(1, len(taken) // 4)]:
                with fresh_database(url) as database:
                    lay_back(on, one, found, database)
        finally:
            postgres.stop()
    entered = enters(on, taken[-1])
    yield Row(
        "9b", "動かしたまま取った控えには、それまでに受け取ったものがすべてあり、別の機械に戻せる",
        f"解答を受けながらの控え{len(taken)}回(受け取り済み{len(taken[-1].before):,}件まで)を、SQLiteに"
        f"{found.restored - found.on_postgresql}回、PostgreSQLに{found.on_postgresql}回復元: "
        f"欠けたもの{found.missing}、記録のちがい{found.differing}、異常{found.unsound}、"
        f"前のパスワードで入れない{int(not entered)}",
        len(taken) == times and found.restored >= times and entered
        and not (found.missing or found.differing or found.unsound),
        f"ファイルをただ写すと、{len(taken)}回のうち{found.copies_lacking}回で欠ける",
        found.copies_lacking > 0,
    )  # fmt: skip
    yield damaged(on, taken[0].path, times)


def enters(on: Ground, taken: Taken) -> bool:
    """Restore with the command on a machine that has nothing, and sign in with the old password there."""
    with machine(
        on, place := on.folder / "new", f"sqlite:///{(place / 'kenshu.sqlite3').as_posix()}"
    ) as there:
        if command(place, there.url, "restore", str(taken.path)).wait() != 0:
            return False
        with Server(there) as server:
            return Browser(server.port).sign_in(on.people[0].number).status == 303


def damaged(on: Ground, path: Path, times: int) -> Row:
    """The row of damaged and hostile archives."""
    settings = on.app.extensions["kenshu"].settings
    live = (on.folder / "kenshu.sqlite3").read_bytes()
    flips, short = flipped(path, 10 * times), cut_short(path, max(1, path.stat().st_size // times))
    accepted = 0
    with on.app.app_context():
        for name in OUTSIDE:
            try:
                restore.restore(slipped(path, name), settings, NOW, replace=True)
                accepted += 1
            except (BadArchive, backup.Refused):
                pass
        db.session.remove()
    touched = int((on.folder / "kenshu.sqlite3").read_bytes() != live)
    unnoticed = flipped_copies(on, times)
    return Row(
        "9c", "壊れた控え、手を加えた控えは、いまの記録に触れる前に断る",
        f"1バイトを変えた{10 * times:,}回: 断り{flips['refused']:,}、中身が同じ{flips['same']:,}、"
        f"ちがうまま読んだ{flips['else']}。途中で切った{short.total()}個: 読んだ{short['read']}。"
        f"外に書く名前{len(OUTSIDE)}個: 受け入れ{accepted}。いまの記録の変化{touched}",
        not flips["else"] and flips["refused"] > 0 and not short["read"] and not accepted and not touched,
        f"ただ写したファイルの1バイトを変えると、{times}回のうち{unnoticed}回は、読めて中身がちがう",
        unnoticed > 0,
    )  # fmt: skip


def flipped_copies(on: Ground, times: int) -> int:
    """One byte of a plain copy changed: how often SQLite finds it sound, and it says something else."""
    # The second half of every page: mostly values.
    path, whole = on.folder / "copied.sqlite3", (on.folder / "kenshu.sqlite3").read_bytes()
    wanted, unnoticed = dump(on.folder / "kenshu.sqlite3"), 0
    for number in range(times):
        data = bytearray(whole)
        data[(number + 1) * len(data) // (times + 2)] ^= 1
        path.write_bytes(data)
        with suppress(sqlite3.Error, UnicodeDecodeError):
            unnoticed += dump(path) != wanted
    return unnoticed


def dump(path: Path) -> list[str]:
    """A database as text. Raises sqlite3.Error when its own check complains."""
    with sqlite3.connect(path) as database:
        if database.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError
        return list(database.iterdump())
