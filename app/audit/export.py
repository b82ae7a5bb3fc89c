"""Write the export of the records: the chain, and beside it what an auditor needs to check it alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.audit.stored import file_bodies, snapshot, stored_completions, stored_seals, stored_texts
from app.db import begin_writing, db
from app.evidence import ledger, lines
from app.evidence.chain import stamp

#: What a completion line holds of a name; left out of an export without names.
NAMED = ("number", "name", "department")


@dataclass(frozen=True, slots=True)
class Exported:
    """One export as written: entries in it, the last entry's line, SHA-256 of the file."""

    entries: int
    head: str
    sha256: str


def export_lines(now: datetime, since: int = 0, names: bool = True) -> Iterator[bytes]:
    """The lines of an export of every entry after ``since``; a partial one holds entries only.

    Raises LookupError when there is no entry ``since``.
    """
    start = ledger.entry_at(since) if since else None
    if since and start is None:
        raise LookupError(since)
    whole = start is None
    last = ledger.head()
    span = lines.Span(ledger.CHAIN, start, last if last is None or last.seq > since else None)
    yield lines.header(span, stamp(now), names=whole and names, stored=whole)
    for entry in ledger.entries(since, last.seq if last else 0):
        yield lines.entry_line(entry)
    if whole:
        yield from _beside(names)


def _beside(names: bool) -> Iterator[bytes]:
    if names:
        for seal in stored_seals():
            yield lines.sealed_line(seal.commitment, seal.owner, seal.salt, seal.content)
    for completion in stored_completions():
        kept = {name: value for name, value in completion.items() if names or name not in NAMED}
        yield lines.completion_line(kept)
    written: set[str] = set()
    for row, files in stored_texts():
        new = set(files.values()) - written
        written |= new
        yield from lines.text_lines(row.digest, row.course, row.section, files, file_bodies(new))


def write_export(
    path: Path, now: datetime, since: int = 0, names: bool = True, by: str = "", year: int | None = None
) -> Exported:
    """Write the file whole or not at all, and record in the chain that it was made."""
    snapshot()
    whole = hashlib.sha256()
    last = ledger.head()
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for line in lines.closed(export_lines(now, since, names)):
                whole.update(line)
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        begin_writing()
        ledger.append(
            "evidence.exported", now, by=by, file=path.name, sha256=whole.hexdigest(), since=since,
            upto=last.seq if last else 0, names=int(names), year=year,
        )  # fmt: skip
        db.session.commit()
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    entries = (last.seq if last else 0) - since
    return Exported(entries, last.line if last else "", whole.hexdigest())
