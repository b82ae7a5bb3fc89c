"""The lines of an export, as docs/evidence.md describes them. Pure.

The bytes of an entry stand in its line unchanged, so that a reader needs no JSON to check the chain.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.evidence.chain import GENESIS, Entry, Value

FORMAT = "kenshu-evidence/1"


@dataclass(frozen=True, slots=True)
class Span:
    """Which entries an export holds: those after ``since`` up to ``last`` (None: there are none)."""

    chain: str
    since: Entry | None
    last: Entry | None

    @property
    def first_seq(self) -> int:
        """How many entries come before."""
        return 0 if self.since is None else self.since.seq

    @property
    def entries(self) -> int:
        """How many there are."""
        return 0 if self.last is None else self.last.seq - self.first_seq


def header(span: Span, made_at: str, names: bool, stored: bool) -> bytes:
    """The first line: what the file is and how far it goes."""
    prev = GENESIS if span.since is None else span.since.hash
    return line(
        {
            "kind": "header",
            "format": FORMAT,
            "chain": span.chain,
            "since": span.first_seq,
            "prev": prev,
            "entries": span.entries,
            "head": prev if span.last is None else span.last.hash,
            "names": int(names),
            "stored": int(stored),
            "made_at": made_at,
        }
    )


def entry_line(entry: Entry) -> bytes:
    """One entry; ``body`` is the last member and stands there byte for byte."""
    return b'{"seq":%d,"prev":"%s","hash":"%s","body":%s}\n' % (
        entry.seq,
        entry.prev.encode(),
        entry.hash.encode(),
        entry.body,
    )


def sealed_line(commitment: str, owner: str, salt: str, content: Sequence[str]) -> bytes:
    """The text behind a commitment."""
    return line(
        {"kind": "sealed", "commitment": commitment, "owner": owner, "salt": salt, "content": list(content)}
    )


def completion_line(facts: Mapping[str, Value]) -> bytes:
    """A completion as the tables hold it, to be compared with the chain."""
    return line({"kind": "completion", **facts})


def text_lines(
    revision: str, course: str, section: str, files: Mapping[str, str], bodies: Mapping[str, bytes]
) -> Iterator[bytes]:
    """A revision of a section's text: its files by path, before it those not written yet by digest."""
    for digest, body in bodies.items():
        yield line({"kind": "file", "digest": digest, "base64": base64.b64encode(body).decode("ascii")})
    yield line(
        {"kind": "text", "revision": revision, "course": course, "section": section, "files": dict(files)}
    )


def line(facts: Mapping[str, Value]) -> bytes:
    """A line that is no entry; ``kind`` comes first."""
    return json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode("utf-8") + b"\n"


def closed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, then one that tells how many they were and their SHA-256."""
    whole = hashlib.sha256()
    count = 0
    for one in lines:
        whole.update(one)
        count += 1
        yield one
    yield line({"kind": "end", "lines": count, "sha256": whole.hexdigest()})
