"""Append to the chain in the caller's transaction: state and proof are kept together or not at all.

Call it last, inside ``begin_writing()`` and before the commit (within the ``try`` that answers an
IntegrityError): what is pending is flushed first, so that on PostgreSQL the chain's lock is taken after
every row lock and held only until the commit.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from app import clock
from app.db import db
from app.evidence.chain import Entry, Value, canonical, commitment, follow, stamp
from app.evidence.models import EvidenceMarkRow, EvidencePersonRow, EvidenceRow, EvidenceSealedRow

#: One installation keeps one chain.
CHAIN = "kenshu"

#: Any number, the same everywhere: writers of the chain queue on it in PostgreSQL.
_LOCK = 0x6B656E73
#: Facts by which an entry is looked up again; ``what`` is the kind of a file that left the site.
_MARKS = ("serial", "attempt", "report", "revision", "what")
#: Names the ledger itself writes.
_OWN = frozenset({"event", "at", "person", "person_commit", "by", "by_commit", "clock", "adopted"})

_taking_over: ContextVar[bool] = ContextVar("taking_over", default=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an entry is about, as they stood then."""

    person_id: str
    number: str
    name: str
    department: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What to append: ``subject`` is a person as they stood, or only their id; ``by`` who acted (a name)."""

    event: str
    at: datetime
    subject: Subject | str | None = None
    by: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)


@contextmanager
def taking_over() -> Iterator[None]:
    """Mark what is appended meanwhile as recorded after the fact: its moments are of the past."""
    token = _taking_over.set(True)
    try:
        yield
    finally:
        _taking_over.reset(token)


def append(
    event: str, now: datetime, subject: Subject | str | None = None, by: str = "", **facts: Value
) -> Entry:
    """Add one entry and return it. Does not commit; raises RuntimeError outside ``begin_writing()``."""
    return append_all([Happening(event, now, subject, by, facts)])[-1]


def append_all(happenings: Iterable[Happening]) -> list[Entry]:
    """Add many entries at once (the whole of a demonstration, a takeover of old records). Does not commit."""
    db.session.flush()
    return append_on(db.session.connection(), happenings)


def append_on(connection: Connection, happenings: Iterable[Happening]) -> list[Entry]:
    """Like ``append_all`` on a connection of the caller's own (a migration, a restore)."""
    if not connection.get_execution_options().get("writing"):
        raise RuntimeError("evidence is appended inside begin_writing() only")
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    seals = _Seals(connection)
    last = _head(connection)
    entries: list[Entry] = []
    marks: list[dict[str, object]] = []
    for happening in happenings:
        last = follow(CHAIN, last, canonical(_body(happening, seals)))
        entries.append(last)
        key = next((happening.facts[name] for name in _MARKS if happening.facts.get(name)), None)
        if key is not None:
            marks.append({"event": happening.event, "key": str(key), "seq": last.seq})
    _insert(connection, entries, marks)
    return entries


def _body(happening: Happening, seals: _Seals) -> dict[str, Value]:
    if not _OWN.isdisjoint(happening.facts):
        raise ValueError(f"reserved names in {sorted(happening.facts)}")
    body: dict[str, Value] = {**happening.facts, "event": happening.event, "at": stamp(happening.at)}
    if isinstance(happening.subject, Subject):
        who = happening.subject
        person = body["person"] = seals.person(who.person_id)
        body["person_commit"] = seals.seal(person, [who.number, who.name, who.department])
    elif happening.subject is not None:
        body["person"] = seals.person(happening.subject)
    if happening.by:
        body["by"], body["by_commit"] = seals.actor(happening.by)
    if clock.rehearsal_start() is not None:
        body["clock"] = "KENSHU_NOW"
    if _taking_over.get():
        body["adopted"] = 1
    return body


def _insert(connection: Connection, entries: Sequence[Entry], marks: Sequence[dict[str, object]]) -> None:
    rows = [{"chain": e.chain, "seq": e.seq, "body": e.body, "prev": e.prev, "hash": e.hash} for e in entries]
    if rows:
        connection.execute(insert(EvidenceRow.__table__), rows)  # type: ignore[arg-type]
    if marks:
        connection.execute(insert(EvidenceMarkRow.__table__), marks)  # type: ignore[arg-type]


class _Seals:
    """Evidence ids and commitments, looked up or made; remembered over one call."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.persons: dict[str, str] = {}
        self.sealed: dict[tuple[str, str], str] = {}
        self.actors: dict[str, tuple[str, str]] = {}

    def person(self, person_id: str) -> str:
        """The random id under which the chain speaks of a person."""
        if person_id not in self.persons:
            known = self.connection.scalar(
                select(EvidencePersonRow.id).where(EvidencePersonRow.person_id == person_id)
            )
            self.persons[person_id] = known or self._new_person(person_id)
        return self.persons[person_id]

    def actor(self, name: str) -> tuple[str, str]:
        """Id and commitment of somebody who acted; the name itself can be erased later."""
        if name not in self.actors:
            known = self.connection.execute(
                select(EvidenceSealedRow.owner, EvidenceSealedRow.commitment)
                .join(EvidencePersonRow, EvidencePersonRow.id == EvidenceSealedRow.owner)
                .where(EvidencePersonRow.person_id.is_(None), EvidenceSealedRow.content == _content([name]))
            ).first()
            if known is None:
                owner = self._new_person(None)
                self.actors[name] = (owner, self.seal(owner, [name]))
            else:
                self.actors[name] = (known.owner, known.commitment)
        return self.actors[name]

    def seal(self, owner: str, content: Sequence[str]) -> str:
        """The commitment to ``content``, the same for the same words of one owner."""
        key = (owner, _content(content))
        if key not in self.sealed:
            known = self.connection.scalar(
                select(EvidenceSealedRow.commitment).where(
                    EvidenceSealedRow.owner == owner, EvidenceSealedRow.content == key[1]
                )
            )
            self.sealed[key] = known or self._new_seal(owner, content)
        return self.sealed[key]

    def _new_person(self, person_id: str | None) -> str:
        identifier = secrets.token_hex(16)
        self.connection.execute(insert(EvidencePersonRow).values(id=identifier, person_id=person_id))
        return identifier

    def _new_seal(self, owner: str, content: Sequence[str]) -> str:
        salt = secrets.token_hex(16)
        made = commitment(salt, content)
        self.connection.execute(
            insert(EvidenceSealedRow).values(
                commitment=made, owner=owner, salt=salt, content=_content(content)
            )
        )
        return made


def _content(texts: Sequence[str]) -> str:
    # Escaped: PostgreSQL keeps no NUL in text, and what was received is kept as it was.
    return json.dumps(list(texts))


def head() -> Entry | None:
    """The newest entry, or None in an empty chain."""
    return _head(db.session.connection())


def _head(connection: Connection) -> Entry | None:
    row = connection.execute(
        select(EvidenceRow.__table__)
        .where(EvidenceRow.chain == CHAIN)
        .order_by(EvidenceRow.seq.desc())
        .limit(1)
    ).first()
    return None if row is None else _entry(row)


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.chain, row.seq, as_bytes(row.body), row.prev, row.hash)


def as_bytes(value: bytes | str) -> bytes:
    """What a binary column holds; SQLite hands out text where somebody put text by hand."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)


def head_line() -> str:
    """What papers carry: 「kenshu 123 0123456789abcdef」; "" while nothing is recorded."""
    newest = head()
    return "" if newest is None else newest.line


def find(event: str, key: str) -> Entry | None:
    """The first entry of ``event`` about this certificate, attempt, report or text."""
    seq = db.session.scalar(
        select(EvidenceMarkRow.seq)
        .where(EvidenceMarkRow.event == event, EvidenceMarkRow.key == key)
        .order_by(EvidenceMarkRow.seq)
        .limit(1)
    )
    return None if seq is None else entry_at(seq)


def certificate_line(serial: str) -> str:
    """The value on a 修了証: that of its own entry, the same however often it is printed; "" without one."""
    entry = find("completion.granted", serial)
    return "" if entry is None else entry.line


def entry_at(seq: int) -> Entry | None:
    """The entry with this number, or None."""
    row = db.session.execute(
        select(EvidenceRow.__table__).where(EvidenceRow.chain == CHAIN, EvidenceRow.seq == seq)
    ).first()
    return None if row is None else _entry(row)


def entries(since: int = 0, upto: int | None = None) -> Iterator[Entry]:
    """Every entry after ``since`` up to ``upto``, in order, without holding them all in memory."""
    query = select(EvidenceRow.__table__).where(EvidenceRow.chain == CHAIN, EvidenceRow.seq > since)
    if upto is not None:
        query = query.where(EvidenceRow.seq <= upto)
    rows = db.session.execute(query.order_by(EvidenceRow.seq), execution_options={"yield_per": 1000})
    for row in rows:
        yield _entry(row)
