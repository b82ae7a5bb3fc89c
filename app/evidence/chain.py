"""The chain as bytes: canonical bodies, each entry's hash over the one before it. Pure.

Standard library only. The offline verifier is written against docs/evidence.md, not against this.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

#: The ``prev`` of the first entry.
GENESIS = "0" * 64
#: Hex digits of a hash that stand on papers.
SHOWN = 16
#: Beyond it other languages lose digits.
LARGEST = 2**53

Value = str | int | None | Sequence["Value"] | Mapping[str, "Value"]

_ANCHOR = re.compile(r"\b([a-z][a-z0-9-]{0,31})\s+(\d{1,12})\s+([0-9a-f]{16,64})\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``body`` are the stored canonical bytes, ``prev`` and ``hash`` lower-case hex SHA-256."""

    chain: str
    seq: int
    body: bytes
    prev: str
    hash: str

    @property
    def line(self) -> str:
        """The line printed on papers and kept by anchors: chain, seq, first 16 hex digits."""
        return f"{self.chain} {self.seq} {self.hash[:SHOWN]}"

    def facts(self) -> dict[str, Value]:
        """The body, read. Raises ValueError when it is not a JSON object."""
        facts = json.loads(self.body)
        if not isinstance(facts, dict):
            raise ValueError(f"entry {self.seq} is no object")
        return facts


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain stops being what it says: the first bad number, and why, in Japanese."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A value somebody kept outside: ``digits`` are the first hex digits of that entry's hash."""

    chain: str
    seq: int
    digits: str

    def fits(self, entry: Entry) -> bool:
        """True when ``entry`` is the one the paper speaks of."""
        return (self.chain, self.seq) == (entry.chain, entry.seq) and entry.hash.startswith(self.digits)


def canonical(body: Mapping[str, Value]) -> bytes:
    """Sorted keys, no spaces, UTF-8, text exactly as received; strings and integers only.

    Raises TypeError for floats and booleans (other languages write them differently), ValueError for
    integers beyond 2**53 and for text that is no Unicode.
    """
    _check(body)
    return _dumps(body)


def _dumps(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return text.encode("utf-8")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{value!r} has no canonical form")


def _check(value: object) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"key {key!r} is not text")
            _check(item)
    elif value is None or isinstance(value, str):
        return
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for item in value:
            _check(item)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} has no canonical form")
    elif abs(value) > LARGEST:
        raise ValueError(f"{value} is too large")


def stamp(moment: datetime) -> str:
    """A moment in UTC as YYYY-MM-DDTHH:MM:SS.ffffffZ."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_hash(chain: str, seq: int, prev: str, body: bytes) -> str:
    """SHA-256 over version, chain, seq, the previous hash and the stored bytes."""
    return hashlib.sha256(f"EV1\n{chain}\n{seq}\n{prev}\n".encode() + body).hexdigest()


def follow(chain: str, last: Entry | None, body: bytes) -> Entry:
    """The entry that comes after ``last`` (None at the beginning)."""
    seq = 1 if last is None else last.seq + 1
    prev = GENESIS if last is None else last.hash
    return Entry(chain, seq, body, prev, entry_hash(chain, seq, prev, body))


def first_break(entries: Iterable[Entry], chain: str, after: Entry | None = None) -> Break | None:
    """Walk entries in the order kept and return the first that is not what it should be, or None."""
    last = after
    for entry in entries:
        expected = follow(chain, last, entry.body)
        if entry != expected:
            return Break(expected.seq, _why(entry, expected))
        last = entry
    return None


def _why(found: Entry, expected: Entry) -> str:
    if found.seq > expected.seq:
        return "この番号の記録がありません(抜かれたか、番号が変えられています)。"
    if found.seq < expected.seq:
        return "この位置に、別の番号の記録が入っています。"
    if found.prev != expected.prev:
        return "一つ前の記録の値とつながりません。"
    return "内容が、記録された値と一致しません。"


def commitment(salt: str, content: Sequence[str]) -> str:
    """What a body says of a person or a sentence: nothing, unless salt and text are known.

    SHA-256 of the canonical JSON list [salt, *content]; for a person content is number, name, department.
    """
    return hashlib.sha256(_dumps([salt, *content])).hexdigest()


def digest(value: Value) -> str:
    """SHA-256 of the canonical JSON of ``value``: what a body says of something long."""
    _check(value)
    return hashlib.sha256(_dumps(value)).hexdigest()


def find_anchors(text: str) -> list[Anchor]:
    """Every 「kenshu 123 0123456789abcdef」 in ``text``, however it was typed off a paper."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return [Anchor(chain, int(seq), digits) for chain, seq, digits in _ANCHOR.findall(plain)]
