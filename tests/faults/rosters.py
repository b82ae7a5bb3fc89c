"""A roster killed while it is brought in: the old records or the new ones, never some of each."""

from __future__ import annotations

import hashlib
import shutil
import signal
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from app.db import db
from app.people.directory import load_departments, load_people
from app.people.roster.export import export_rows
from tests.faults.commands import command
from tests.faults.ground import Ground
from tests.faults.table import Row

SOURCE, DAY = "新しい名簿", date(2026, 4, 1)
HEADINGS = "職員番号,氏名,フリガナ,所属コード,所属名,職員区分,任用開始日"


@dataclass
class Found:
    """How the kills ended."""

    old: int = 0
    new: int = 0
    mixed: int = 0
    unsound: list[str] = field(default_factory=list)


def file_of(on: Ground, people: int) -> Path:
    """A roster of ``people`` in forty departments."""
    lines = [
        f"{800_000 + n},髙﨑 {n:05},タカサキ,{n % 40:03},第{n % 40}課,正規職員,2026-04-01"
        for n in range(people)
    ]
    path = on.folder / "roster.csv"
    path.write_text("\r\n".join([HEADINGS, *lines, ""]), encoding="utf-8-sig")
    return path


def state(on: Ground) -> str:
    """The digest of everybody on the roster as they would be written out, and how far the chain goes."""
    with on.app.app_context():
        rows = export_rows(load_people(), load_departments(), SOURCE, DAY)
        lines = "\n".join(",".join(row) for row in rows)
        db.session.remove()
    said = on.count("SELECT count(*) FROM evidence")
    imports = on.count("SELECT count(*) FROM roster_imports")
    return hashlib.sha256(f"{said} {imports}\n{lines}".encode()).hexdigest()


class Kept:
    """The database file as it was before, to be laid back."""

    def __init__(self, on: Ground) -> None:
        self.on, self.live = on, on.folder / "kenshu.sqlite3"
        self.copy = on.folder / "before.sqlite3"
        on.count("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.live, self.copy)

    def lay_back(self) -> None:
        """Exactly the files of before."""
        with self.on.app.app_context():
            db.engine.dispose()
        for end in ("-wal", "-shm"):
            Path(f"{self.live}{end}").unlink(missing_ok=True)
        shutil.copy(self.copy, self.live)


def kills(on: Ground, times: int, people: int) -> Found:
    """Bring the roster in, killed at ``times`` moments between the reading of it and its end."""
    words = ("roster", "import", str(file_of(on, people)), "--source", SOURCE, "--as-of", f"{DAY}", "--yes")
    found, chance, kept = Found(), Random(10), Kept(on)
    before = state(on)
    began = time.perf_counter()
    assert command(on.folder, on.url, *words).wait() == 0
    whole = time.perf_counter() - began
    after = state(on)
    assert before != after
    for number in range(times):
        kept.lay_back()
        process = command(on.folder, on.url, *words)
        # Reading and planning go before; every part of what follows is met.
        time.sleep(whole * (0.4 + 0.6 * (number + chance.random()) / times))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = state(on)
        found.old += now == before
        found.new += now == after
        found.mixed += now not in (before, after)
        found.unsound += on.sound()
    kept.lay_back()
    return found


def half_way(on: Ground) -> int:
    """Without the one transaction: killed between its halves; 1 when something of each is found."""
    words = ("roster", "import", str(file_of(on, 20)), "--source", SOURCE, "--as-of", f"{DAY}", "--yes")
    before, kept = state(on), Kept(on)
    process = command(on.folder, on.url, *words, without="one transaction")
    began = time.perf_counter()
    while state(on) == before and time.perf_counter() - began < 60:
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    now = state(on)
    kept.lay_back()
    assert command(on.folder, on.url, *words).wait() == 0
    whole = state(on)
    kept.lay_back()
    return int(now not in (before, whole))


def row(on: Ground, times: int, people: int) -> Row:
    """The row of killed rosters."""
    found = kills(on, times, people)
    control = half_way(on)
    return Row(
        "10", "名簿の取り込みは、途中で落ちても、全部か何もなしか",
        f"{people:,}人の名簿をkill -9で{times}回: 前のまま{found.old}、全部{found.new}、"
        f"途中の形{found.mixed}、"
        f"整合と記録の異常{len(found.unsound)}",
        not found.mixed and not found.unsound and found.old + found.new == times and found.old > 0,
        f"二つの処理に分けると、間で落ちたとき途中の形が{control}件残る", control > 0,
    )  # fmt: skip
