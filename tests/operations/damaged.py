"""Archives made bad: single bytes flipped, members added, exchanged and named outside their place."""

from __future__ import annotations

import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from app.operations.archive import MANIFEST, Archive, BadArchive

OUTSIDE = [
    "content/../../evil", "content/..", "content//x", "/etc/passwd", "content/C:/x", "content\\..\\x",
    "content/a\\b", "content/con", "content/NUL.txt", "content/a.", "content/a ", "content/a\x00b",
    "content/a:stream", "../content/x", "kept/../x", "secret_key", "content/x" * 60, "tables/../x",
    "content/",
]  # fmt: skip


def read(path: Path) -> object:
    with Archive(path) as archive:
        archive.check()
        return (
            archive.manifest,
            [archive.file(name) for name in archive.manifest.files],
            [list(archive.rows(name)) for name in archive.manifest.tables],
        )


def rewritten(source: Path, change: Callable[[dict[str, bytes]], None], comment: bool = True) -> Path:
    """The archive with other members; ``comment`` makes its manifest's digest fit again."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
        old = archive.comment
    change(members)
    path = source.with_name("rewritten.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = sha256(members[MANIFEST]).hexdigest().encode() if comment else old
    return path


def with_facts(members: dict[str, bytes], change: Callable[[dict], None]) -> None:
    facts = json.loads(members[MANIFEST])
    change(facts)
    members[MANIFEST] = json.dumps(facts).encode()


def flipped(path: Path, times: int) -> Counter[str]:
    """Flip one byte of a backup at a time: how often it was "refused", said the "same", or "else"."""
    whole, expected = path.read_bytes(), read(path)
    chance, found = random.Random(20260601), Counter[str]()
    bad = path.with_name("flipped.zip")
    for _ in range(times):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        bad.write_bytes(data)
        try:
            found["same" if read(bad) == expected else "else"] += 1
        except BadArchive:
            found["refused"] += 1
    bad.unlink()
    return found


def cut_short(path: Path, step: int) -> Counter[str]:
    """End a backup after every ``step`` bytes: how often it was "refused", how often read."""
    whole, found = path.read_bytes(), Counter[str]()
    short = path.with_name("short.zip")
    for length in range(0, len(whole), step):
        short.write_bytes(whole[:length])
        try:
            read(short)
            found["read"] += 1
        except BadArchive:
            found["refused"] += 1
    short.unlink()
    return found


def slipped(path: Path, name: str) -> Path:
    """The backup with a file of this name, as if it had been written with it."""

    def change(members: dict[str, bytes]) -> None:
        members[name] = b"evil"
        part = {"size": 4, "sha256": sha256(b"evil").hexdigest()}
        with_facts(members, lambda facts: facts["files"].update({name: part}))

    return rewritten(path, change)
