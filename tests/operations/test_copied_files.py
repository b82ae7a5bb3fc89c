"""A database file copied by hand beside another's -wal is found out before anything is written."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from app.operations import storage


class Writer:
    """Appends to a table with indexes and to a chain, as the site does."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.chance = chance
        self.path = path
        self.count, self.last = 0, ""
        self.database = sqlite3.connect(path, isolation_level=None)
        for words in ("journal_mode=WAL", "synchronous=OFF", "wal_autocheckpoint=200"):
            self.database.execute(f"PRAGMA {words}")
        self.database.execute("CREATE TABLE attempts (id TEXT PRIMARY KEY, person TEXT, note TEXT)")
        self.database.execute("CREATE INDEX ix_person ON attempts (person)")
        self.database.execute("CREATE TABLE chain (seq INTEGER PRIMARY KEY, body BLOB, hash TEXT UNIQUE)")

    def write(self, commits: int) -> None:
        for _ in range(commits):
            body = self.chance.randbytes(self.chance.randrange(50, 400))
            self.count, self.last = self.count + 1, hashlib.sha256(self.last.encode() + body).hexdigest()
            self.database.execute("BEGIN IMMEDIATE")
            self.database.execute(
                "INSERT INTO attempts VALUES (?, ?, ?)",
                (body[:8].hex(), body[8:12].hex(), "x" * self.chance.randrange(200)),
            )
            self.database.execute("INSERT INTO chain VALUES (?, ?, ?)", (self.count, body, self.last))
            self.database.execute("COMMIT")

    def copy(self, name: str) -> None:
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", self.path.with_name(f"{name}{end}"))


def put_together(folder: Path, database: str, wal: str) -> Path:
    path = folder / "mixed"
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copy(folder / database, path)
    shutil.copy(folder / f"{wal}-wal", f"{path}-wal")
    return path


def is_a_moment_that_was(path: Path) -> bool:
    """Whether a database holds exactly what one of its moments held."""
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT seq, body, hash FROM chain ORDER BY seq").fetchall()
        attempts = database.execute("SELECT count(*) FROM attempts").fetchone()[0]
    database.close()
    last = ""
    for place, (seq, body, value) in enumerate(rows, 1):
        last = hashlib.sha256(last.encode() + body).hexdigest()
        if (seq, value) != (place, last):
            return False
    return attempts == len(rows)


@pytest.mark.parametrize("seed", range(8))
def test_no_mix_goes_unnoticed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    writer = Writer(tmp_path / "live", chance)
    writer.write(chance.randrange(50, 300))
    writer.copy("early")
    writer.write(chance.randrange(100, 400))
    writer.copy("middle")
    writer.write(chance.randrange(300, 700))
    writer.copy("late")
    writer.database.close()
    noticed = 0
    for database, wal in (("early", "late"), ("late", "early"), ("middle", "late"), ("late", "middle")):
        path = put_together(tmp_path, database, wal)
        before = path.read_bytes(), Path(f"{path}-wal").read_bytes()
        sentence = storage.mixed(path)
        assert (path.read_bytes(), Path(f"{path}-wal").read_bytes()) == before, "asking changed the files"
        if sentence is None:
            assert is_a_moment_that_was(path), f"{database} with the -wal of {wal} went unnoticed"
        else:
            noticed += 1
            assert str(path) in sentence
    assert noticed


def test_a_wal_left_by_a_sudden_stop_fits(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "live", random.Random(1))
    writer.write(50)
    writer.copy("stopped")
    writer.database.close()
    assert os.path.getsize(tmp_path / "stopped-wal")
    assert storage.mixed(tmp_path / "stopped") is None
    assert is_a_moment_that_was(tmp_path / "stopped")
