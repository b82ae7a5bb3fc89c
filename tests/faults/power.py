"""The power cut: whatever is on the disk's file when everything stands still, and nothing else, is left."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from app import create_app
from app.db import db
from app.settings import ROOT, Settings
from tests.faults.disk import Disk, NoDisk, disk, mounted
from tests.faults.ground import Ground, ground
from tests.faults.ledger import Entry, Ledger
from tests.faults.postgres import Postgres, postgres, recovered
from tests.faults.server import Server
from tests.faults.table import Row, unmeasured
from tests.faults.walking import await_answers, walk
from tests.postgres_fixtures import NoPostgres

Left = Callable[[Path], AbstractContextManager[str]]


@dataclass
class Found:
    """What a run of power cuts left: answers known to be acknowledged, lost ones, cuts that lost any."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    lossy: int = 0
    unsound: int = 0

    @property
    def good(self) -> bool:
        """Nothing lost, everything sound, and something was at stake."""
        return self.acknowledged > 0 and not (self.lost or self.unsound)


def cuts(on: Ground, from_disk: Disk, left: Left, times: int, without: str = "",
         database: Postgres | None = None) -> Found:  # fmt: skip
    """Cut the power ``times`` while people answer; ``left`` is the database's address on a mounted copy."""
    found, chance, stop = Found(), Random(9), threading.Event()
    ledger = Ledger(on.folder / f"ledger-power-{without}.jsonl")
    with Server(on, without) as server:
        walking = threading.Thread(target=walk, args=(on, server.port, ledger, stop))
        walking.start()
        try:
            while found.cuts < times:
                await_answers(ledger, 10)
                time.sleep(chance.random() / 2)
                with still(server, database):
                    image = from_disk.copied(on.folder / "copy.img")
                    # What was told until now was told before the cut.
                    told = list(ledger.entries)
                missing, unsound = look(on, image, left, told)
                found.cuts += 1
                found.acknowledged = len(told)
                found.lost += missing
                found.lossy += missing > 0
                found.unsound += unsound
        finally:
            stop.set()
            walking.join()
    ledger.close()
    return found


@contextmanager
def still(server: Server, database: Postgres | None) -> Iterator[None]:
    """Every process stopped in the middle of what it does."""
    os.killpg(server.master, signal.SIGSTOP)
    if database is not None:
        database.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        if database is not None:
            database.signal(signal.SIGCONT)
        os.killpg(server.master, signal.SIGCONT)


def look(on: Ground, image: Path, left: Left, told: list[Entry]) -> tuple[int, int]:
    """How many of the answers ``told`` are missing on the copy, and what else is wrong with it."""
    with mounted(image, on.folder / "after") as place, left(place) as url:
        library = on.app.extensions["kenshu"].library
        app = create_app(Settings(url, ROOT / "content", on.folder, "only for faults"), library)
        after = Ground(on.folder, url, app)
        missing, unsound = len(after.missing(told)), len(after.sound()) + after.doubled()
        with app.app_context():
            db.engine.dispose()
    return missing, unsound


def on_sqlite(place: Path, times: int, without: str) -> Found:
    """Cuts of the power under SQLite."""

    def left(at: Path) -> AbstractContextManager[str]:
        return nullcontext(f"sqlite:///{at}/kenshu.sqlite3")

    with disk(place, 192) as made, ground(40, f"sqlite:///{made.place}/kenshu.sqlite3") as on:
        made.settle()
        return cuts(on, made, left, times, without)


def on_postgresql(place: Path, times: int, without: str) -> Found:
    """The same under PostgreSQL: its whole data folder is on the disk."""
    with disk(place, 384) as made:
        place.chmod(0o755)
        made.place.chmod(0o777)
        with postgres(made.place / "data") as database, ground(40, database.url) as on:
            on.folder.chmod(0o711)
            made.settle()
            return cuts(on, made, lambda at: recovered(database, at / "data"), times, without, database)


def lacking(what: str) -> str:
    """What this machine lacks for a cut of the power; "" when it can be had."""
    try:
        with TemporaryDirectory(prefix="kenshu-power-") as place, disk(Path(place), 16):
            pass
        if what == "PostgreSQL":
            with postgres():
                pass
    except (NoDisk, NoPostgres) as error:
        return str(error).splitlines()[-1]
    return ""


def row(run: Callable[[Path, int, str], Found], number: str, what: str, times: int, control: int) -> Row:
    """A row of power cuts, or why it cannot be had here."""
    promise = f"電源が切れても、受け取ったと伝えた解答は残る({what})"
    if why := lacking(what):
        return unmeasured(number, promise, why)
    with TemporaryDirectory(prefix="kenshu-power-") as place:
        found = run(Path(place), times, "")
    with TemporaryDirectory(prefix="kenshu-power-") as place:
        weak = run(Path(place), control, "sync")
    return Row(
        number, promise,
        f"ディスクの写し{found.cuts}回、受け取り済み{found.acknowledged:,}件: 失われたもの{found.lost}、"
        f"整合と記録の異常{found.unsound}",
        found.good,
        f"{'synchronous=NORMAL' if what == 'SQLite' else 'synchronous_commit=off'}にすると、"
        f"{weak.cuts}回のうち{weak.lossy}回で失われる",
        weak.lossy > 0,
    )  # fmt: skip
