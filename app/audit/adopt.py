"""Take into the chain what the tables held before it began, or got beside it (a demonstration).

Every such entry says so (``adopted``): it proves what stood in the tables that day, nothing earlier.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.ledger import Happening
from app.evidence.models import EvidenceMarkRow
from app.training import witness
from app.training.models import AttemptRow, CompletionRow, ContentRevisionRow

CHUNK = 500


def adopt(now: datetime, by: str = "") -> int:
    """Append what is missing, in the order in which it happened; return how many entries there were."""
    begin_writing()
    missing = sorted(_missing(), key=lambda h: (h.at, h.event != "content.published"))
    with ledger.taking_over():
        entries = ledger.append_all(missing)
    if entries:
        ledger.append("evidence.adopted", now, by=by, entries=len(entries))
    db.session.commit()
    return len(entries)


def _missing() -> Iterator[Happening]:
    yield from _texts(_marked("content.published"))
    yield from _attempts(_marked("attempt.started"), _marked("attempt.submitted"))
    known = _marked("completion.granted")
    for completion in db.session.scalars(select(CompletionRow)):
        if completion.serial not in known:
            yield witness.granted(completion, witness.passing_attempts(completion))


def _marked(event: str) -> set[str]:
    return set(db.session.scalars(select(EvidenceMarkRow.key).where(EvidenceMarkRow.event == event)))


def _texts(known: set[str]) -> Iterator[Happening]:
    for row in db.session.scalars(select(ContentRevisionRow)):
        if row.digest not in known:
            facts = witness.published(row.course, row.section, row.digest)
            yield Happening("content.published", row.first_used_at, facts=facts)


def _attempts(begun: set[str], finished: set[str]) -> Iterator[Happening]:
    rows = [
        row
        for row in db.session.scalars(select(AttemptRow).order_by(AttemptRow.started_at, AttemptRow.id))
        if row.id not in begun or (row.finished_at is not None and row.id not in finished)
    ]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        sheets = witness.sheets_of([row.id for row in chunk])
        for row in chunk:
            if row.id not in begun:
                yield witness.started(row, sheets[row.id], row.person_id)
            if row.finished_at is not None and row.id not in finished:
                yield witness.submitted(row, sheets[row.id])
