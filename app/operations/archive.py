"""A backup as a file: one zip, a manifest with the SHA-256 of every part. Pure: no Flask, no SQLAlchemy.

    manifest.json           what the archive holds; its own SHA-256 stands in the zip's comment
    tables/<name>.jsonl     rows of a table, one JSON array a line (values.py), by primary key
    content/<path>          the city's content folder
    kept/<name>             what else the site keeps in its instance folder

Nothing is taken out of an archive before all of it was read and found as its manifest says.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from app.operations.values import KINDS, Lines

FORMAT = "kenshu-backup/1"
MANIFEST = "manifest.json"
MANIFEST_LIMIT = 16 * 1024 * 1024
#: A row with a whole uploaded file in it stays below.
LINE_LIMIT = 128 * 1024 * 1024
CHUNK = 1024 * 1024

_TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SEGMENT = re.compile(r'[^\x00-\x1f\x7f\\/:*?"<>|]{1,120}')
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_UNREADABLE = (
    OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, TypeError, IndexError,
    AttributeError, RuntimeError, OverflowError, struct.error, RecursionError, MemoryError,
)  # fmt: skip


class BadArchive(Exception):
    """The file is no backup, or not what was written; the message says so in Japanese."""


@dataclass(frozen=True, slots=True)
class Part:
    """One member of the archive: its length in bytes and SHA-256 (hex)."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TablePart(Part):
    """A table: columns as (name, kind), and how many rows."""

    columns: tuple[tuple[str, str], ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself; ``head`` is the last value of the chain of evidence, "" without one."""

    made_at: str
    version: str
    revision: str
    database: str
    head: str
    settings: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    tables: dict[str, TablePart] = field(default_factory=dict)
    files: dict[str, Part] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(part.rows for part in self.tables.values())

    def to_json(self) -> bytes:
        """The manifest as it is written."""
        facts = {
            "format": FORMAT,
            "made_at": self.made_at,
            "version": self.version,
            "revision": self.revision,
            "database": self.database,
            "head": self.head,
            "settings": self.settings,
            "left_out": list(self.left_out),
            "tables": {
                name: {
                    "size": t.size,
                    "sha256": t.sha256,
                    "rows": t.rows,
                    "columns": [list(c) for c in t.columns],
                }
                for name, t in self.tables.items()
            },
            "files": {name: {"size": f.size, "sha256": f.sha256} for name, f in self.files.items()},
        }
        return json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8")

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read a manifest. Raises BadArchive for another format, ValueError and the like for nonsense."""
        facts = json.loads(data)
        if not isinstance(facts, dict) or not str(facts.get("format", "")).startswith("kenshu-backup/"):
            raise BadArchive("このファイルは、flask backup で作った控えではありません。")
        if facts["format"] != FORMAT:
            raise BadArchive(
                f"この控えの形式({facts['format']})は、この版では読めません。控えを取った版か、より新しい版で戻してください。"
            )
        return cls(
            **{name: _text(facts[name]) for name in ("made_at", "version", "revision", "database", "head")},
            settings={_text(name): _text(value) for name, value in facts["settings"].items()},
            left_out=tuple(_text(name) for name in facts["left_out"]),
            tables={_text(name): _table_part(name, part) for name, part in facts["tables"].items()},
            files={
                _text(name): Part(_count(p["size"]), _text(p["sha256"])) for name, p in facts["files"].items()
            },
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _table_part(name: str, facts: Any) -> TablePart:
    columns = tuple((_text(column), _text(kind)) for column, kind in facts["columns"])
    if not _TABLE.fullmatch(name) or not all(_TABLE.fullmatch(c) and kind in KINDS for c, kind in columns):
        raise ValueError(f"{name} is no table")
    return TablePart(_count(facts["size"]), _text(facts["sha256"]), columns, _count(facts["rows"]))


def safe_path(name: str) -> bool:
    """Whether ``name`` stays inside a folder, on Windows too: no .., no drive, no device, no odd sign."""
    return len(name) <= 300 and all(
        _SEGMENT.fullmatch(segment)
        and segment not in (".", "..")
        and not segment.endswith((".", " "))
        and not _DEVICE.fullmatch(segment)
        for segment in name.split("/")
    )


def table_member(name: str) -> str:
    """Where a table's rows stand."""
    return f"tables/{name}.jsonl"


class Writer:
    """Writes an archive beside its final name and puts it there whole; on a failure nothing is left.

    Raises FileExistsError when there is such a file already.
    """

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise FileExistsError(path)
        self.path = path
        self._draft = path.with_name(f"{path.name}.{os.getpid()}.part")
        # Names and password hashes are inside: nobody else may read it, not even while it grows.
        handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        self.tables: dict[str, TablePart] = {}
        self.files: dict[str, Part] = {}

    def table(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
        """Write one table's rows."""
        lines = Lines([kind for _, kind in columns])
        count = 0
        with self._member(table_member(name)) as member:
            for row in rows:
                member.write(lines.line(row))
                count += 1
        self.tables[name] = TablePart(member.size, member.sha256, tuple(columns), count)

    def file(self, name: str, body: bytes) -> None:
        """Write one file."""
        with self._member(name) as member:
            member.write(body)
        self.files[name] = Part(member.size, member.sha256)

    @contextmanager
    def _member(self, name: str) -> Iterator[_Counted]:
        with self._zip.open(name, "w", force_zip64=True) as opened:
            yield (counted := _Counted(opened))
            counted.flush()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, bring everything to the disk and give the archive its name."""
        data = manifest.to_json()
        self._zip.writestr(MANIFEST, data)
        self._zip.comment = hashlib.sha256(data).hexdigest().encode("ascii")
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self.path.exists():
            raise FileExistsError(self.path)
        os.replace(self._draft, self.path)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            with suppress(*_UNREADABLE):
                self._zip.close()
            with suppress(OSError):
                self._file.close()
            self._draft.unlink(missing_ok=True)


class _Counted:
    """A member being written: its length and SHA-256 so far. Small pieces are gathered first."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        self._hash = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._length = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._length += len(data)
        if self._length >= CHUNK:
            self.flush()

    def flush(self) -> None:
        data = b"".join(self._waiting)
        self._waiting, self._length = [], 0
        self._hash.update(data)
        self.size += len(data)
        self._member.write(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Archive:
    """An archive to read. Opening it checks the manifest and the list of members, ``check`` all the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _reading(path):
            self._zip = zipfile.ZipFile(path)
            try:
                self.manifest = self._manifest()
                self._check_members()
            except BaseException:
                self._zip.close()
                raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _manifest(self) -> Manifest:
        if MANIFEST not in self._zip.namelist():
            raise BadArchive("このファイルは、flask backup で作った控えではありません。")
        with self._open(MANIFEST) as member:
            data = member.read(MANIFEST_LIMIT + 1)
        if hashlib.sha256(data).hexdigest().encode("ascii") != self._zip.comment:
            raise BadArchive("控えの目録が、書いたときと違います。壊れているか、手が加えられています。")
        return Manifest.from_json(data)

    def _check_members(self) -> None:
        expected = {table_member(name) for name in self.manifest.tables} | set(self.manifest.files)
        found = sorted(self._zip.namelist())
        bad = [
            name
            for name in self.manifest.files
            if not name.startswith(("content/", "kept/")) or not safe_path(name)
        ]
        if bad:
            raise BadArchive(f"控えに、決まった場所の外に書くファイル({bad[0]!r})があります。")
        if found != sorted([*expected, MANIFEST]):
            raise BadArchive("控えの中のファイルが、目録と一致しません。")

    def _open(self, name: str) -> IO[bytes]:
        info = self._zip.getinfo(name)
        if info.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED) or info.flag_bits & 1:
            raise BadArchive("控えの中に、読めない形のファイルがあります。")
        return self._zip.open(info)

    def check(self, but: Collection[str] = ()) -> None:
        """Read every byte and every row. Raises BadArchive unless all is as the manifest says.

        ``but`` are tables the caller reads to their end.
        """
        for name in self.manifest.tables:
            if name not in but:
                for _ in self.rows(name):
                    pass
        for name in self.manifest.files:
            self.file(name)

    def rows(self, name: str) -> Iterator[list[Any]]:
        """The rows of a table. Raises BadArchive at the first that is not right, at the latest at the end."""
        part = self.manifest.tables[name]
        lines = Lines([kind for _, kind in part.columns])
        whole = hashlib.sha256()
        size = count = 0
        with _reading(self.path), self._open(table_member(name)) as member:
            # What zipfile gives finds the ends of lines byte by byte in Python.
            buffered = io.BufferedReader(member, CHUNK)  # type: ignore[type-var]
            while line := buffered.readline(LINE_LIMIT):
                whole.update(line)
                size += len(line)
                count += 1
                if size > part.size or not line.endswith(b"\n"):
                    break
                yield lines.row(line)
        if (size, whole.hexdigest(), count) != (part.size, part.sha256, part.rows):
            raise BadArchive(f"控えの中の表({name})が、書いたときと違います。")

    def file(self, name: str) -> bytes:
        """The bytes of a file. Raises BadArchive when they are not those that were written."""
        part = self.manifest.files[name]
        with _reading(self.path), self._open(name) as member:
            data = member.read(part.size + 1)
        if len(data) != part.size or hashlib.sha256(data).hexdigest() != part.sha256:
            raise BadArchive(f"控えの中のファイル({name})が、書いたときと違います。")
        return data


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise BadArchive(f"{path} がありません。") from None
    except PermissionError:
        raise BadArchive(f"{path} を読めません。ファイルの権限を確かめてください。") from None
    except GeneratorExit:
        raise
    except _UNREADABLE as error:
        if _is_database(path):
            raise BadArchive(
                f"{path} は、データベースのファイルそのもので、控えではありません。動いている間に写した"
                "ファイルには、新しい記録が欠けていることがあります。"
                "flask backup で作った控えを使ってください。"
            ) from None
        raise BadArchive(
            f"{path} は、控えとして読めません。壊れているか、途中で切れています({type(error).__name__})。"
        ) from None


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False
