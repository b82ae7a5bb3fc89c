"""Tables of the chain. The database itself refuses to change or delete an entry (``rules``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, ForeignKey, LargeBinary, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.evidence.rules import RULES


class EvidenceRow(Base):
    """One entry of the chain, exactly as it was hashed; rows are only ever added."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("chain", "prev"), UniqueConstraint("hash"))

    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class EvidencePersonRow(Base):
    """Whom a random evidence id stands for: a person, or (``person_id`` NULL) somebody who acted, by name."""

    __tablename__ = "evidence_persons"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    #: When the salted text was erased at the end of retention.
    redacted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class EvidenceSealedRow(Base):
    """The text behind a commitment in the chain, exactly as received; deleted at the end of retention."""

    __tablename__ = "evidence_sealed"
    __table_args__ = (UniqueConstraint("owner", "content"),)

    commitment: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("evidence_persons.id"))
    salt: Mapped[str] = mapped_column(String(32))
    #: JSON list of texts: number, name, department; or the name of who acted.
    content: Mapped[str] = mapped_column(Text)


class EvidenceMarkRow(Base):
    """Where in the chain a certificate, attempt or report stands; an index that can be made again."""

    __tablename__ = "evidence_marks"

    event: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class EvidenceCheckRow(Base):
    """One complete verification of the chain and what it found; for the page 検証結果."""

    __tablename__ = "evidence_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entries: Mapped[int]
    #: The last entry's line, 「kenshu 123 0123456789abcdef」; "" for an empty chain.
    head: Mapped[str] = mapped_column(Text)
    #: JSON object: 年度 -> number of entries.
    years: Mapped[str] = mapped_column(Text)
    #: JSON list of [seq or null, reason]; "[]" when everything fits.
    findings: Mapped[str] = mapped_column(Text)


for _dialect, _statements in RULES.items():
    for _statement in _statements:
        _rule = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(EvidenceRow.__table__, "after_create", _rule)
