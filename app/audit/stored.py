"""What the tables hold beside the chain, in the words of the chain: to be exported and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from app.audit.projection import Score
from app.db import db
from app.evidence.chain import Value, stamp
from app.evidence.ledger import as_bytes
from app.evidence.models import EvidencePersonRow, EvidenceSealedRow
from app.training.models import AttemptRow, CompletionRow, ContentFileRow, ContentRevisionRow
from app.training.progress import annulled, regraded
from app.training.witness import completion_facts


@dataclass(frozen=True, slots=True)
class Sealed:
    """The text behind a commitment; ``owner`` is the evidence id it belongs to."""

    commitment: str
    owner: str
    salt: str
    content: list[str]


def snapshot() -> None:
    """Begin a reading transaction in which every query sees the same moment."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def evidence_ids() -> dict[str, str]:
    """Person id -> the random id under which the chain speaks of them."""
    rows = db.session.execute(
        select(EvidencePersonRow.person_id, EvidencePersonRow.id).where(
            EvidencePersonRow.person_id.is_not(None)
        )
    )
    return {str(person_id): identifier for person_id, identifier in rows}


def stored_seals() -> Iterator[Sealed]:
    """Every sealed text still kept."""
    for row in db.session.scalars(select(EvidenceSealedRow).order_by(EvidenceSealedRow.commitment)):
        yield Sealed(row.commitment, row.owner, row.salt, json.loads(row.content))


def stored_completions() -> Iterator[dict[str, Value]]:
    """Every completion as the table has it, the person under their evidence id ("" when unknown)."""
    ids = evidence_ids()
    annulled = annulled_ids()
    for row in db.session.scalars(select(CompletionRow).order_by(CompletionRow.id)):
        yield {
            **completion_facts(row),
            "person": ids.get(row.person_id, ""),
            "confirmed_at": stamp(row.confirmed_at),
            "annulled": int(row.id in annulled),
            "number": row.number,
            "name": row.name,
            "department": row.department,
        }


def annulled_ids() -> set[int]:
    """Ids of completions that were taken back."""
    return set(db.session.scalars(annulled()))


def stored_attempts() -> Iterator[tuple[str, Score]]:
    """Every finished test by id."""
    ids = evidence_ids()
    passed_since = set(db.session.scalars(regraded()))
    for row in db.session.execute(
        select(
            AttemptRow.id,
            AttemptRow.correct,
            AttemptRow.halves,
            AttemptRow.passed,
            AttemptRow.revision,
            AttemptRow.person_id,
        ).where(AttemptRow.finished_at.is_not(None))
    ):
        person = ids.get(row.person_id, "")
        passed = int(bool(row.passed) or row.id in passed_since)
        yield row.id, (row.correct or 0, row.halves, passed, row.revision, person)


def stored_texts() -> Iterator[tuple[ContentRevisionRow, dict[str, str]]]:
    """Every kept revision of a section's text with its files: path -> SHA-256."""
    for row in db.session.scalars(
        select(ContentRevisionRow).order_by(ContentRevisionRow.first_used_at, ContentRevisionRow.digest)
    ):
        yield row, json.loads(row.manifest)


def file_bodies(digests: set[str]) -> dict[str, bytes]:
    """Bytes by SHA-256."""
    rows = db.session.execute(
        select(ContentFileRow.digest, ContentFileRow.body).where(ContentFileRow.digest.in_(digests))
    )
    return {digest: as_bytes(body) for digest, body in rows}
