"""A test as the person saw it: that day's lesson, questions, order, answers; and what the chain says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.clock import day_of
from app.courses.source import ContentError
from app.db import db
from app.evidence import ledger
from app.evidence.chain import Entry
from app.evidence.models import EvidenceSealedRow
from app.training import witness
from app.training.attempts import Attempt, load_attempt
from app.training.models import AttemptRow, ReadingRow
from app.training.progress import same_person
from app.training.revisions import revision_files


@dataclass(frozen=True, slots=True)
class Replay:
    """One test. ``attempt`` is None when today's program cannot show that day's text: then ``files`` are it.

    ``agrees`` says whether the stored outcome and answers are those of the chain; None when there is nothing
    to compare (no entry, or the answers were erased). ``person`` is number, name and department as sealed
    that day, else (not ``sealed``) from the roster.
    """

    row: AttemptRow
    attempt: Attempt | None
    files: dict[str, str]
    times: dict[int, datetime]
    read_at: datetime | None
    read_other_text: bool
    person: list[str]
    sealed: bool
    started: Entry | None
    submitted: Entry | None
    erased: bool
    agrees: bool | None


def replay(attempt_id: str) -> Replay | None:
    """Everything kept about one test, or None when there is no such test."""
    row = db.session.get(AttemptRow, attempt_id)
    if row is None:
        return None
    attempt, files = _shown(row)
    sheet = witness.sheet_of(row.id)
    reading = _reading(row)
    started, submitted = (ledger.find(f"attempt.{what}", row.id) for what in ("started", "submitted"))
    person = _person(started)
    erased = row.finished_at is not None and not sheet.answers
    return Replay(
        row=row,
        attempt=attempt,
        files=files,
        times={answer[0]: answer[-1] for answer in sheet.answers},
        read_at=reading.read_at if reading else None,
        read_other_text=reading is not None and reading.revision != row.revision,
        person=person or _today(row),
        sealed=bool(person),
        started=started,
        submitted=submitted,
        erased=erased,
        agrees=None if submitted is None or erased else _agrees(row, submitted, sheet),
    )


def _shown(row: AttemptRow) -> tuple[Attempt | None, dict[str, str]]:
    try:
        return load_attempt(row.id), {}
    except (ContentError, AssertionError):
        files = revision_files(row.revision)
        return None, {path: body.decode("utf-8", "replace") for path, body in files.items()}


def _reading(row: AttemptRow) -> ReadingRow | None:
    """The last reading of the section before the test began."""
    return db.session.scalar(
        select(ReadingRow)
        .where(
            ReadingRow.person_id.in_(same_person(row.person_id)),
            ReadingRow.course == row.course,
            ReadingRow.section == row.section,
            ReadingRow.read_at <= row.started_at,
        )
        .order_by(ReadingRow.read_at.desc())
        .limit(1)
    )


def _person(started: Entry | None) -> list[str]:
    """Number, name and department as they stood then; [] when the chain has them not, or they are erased."""
    value = started.facts().get("person_commit") if started else None
    row = db.session.get(EvidenceSealedRow, value) if value else None
    return [] if row is None else list(json.loads(row.content))


def _today(row: AttemptRow) -> list[str]:
    """The same from the roster, when the chain names nobody (an entry taken in later)."""
    who = witness.subject_on(row.person_id, day_of(row.started_at))
    return [who.number, who.name, who.department]


def _agrees(row: AttemptRow, entry: Entry, sheet: witness.Sheet) -> bool:
    facts = entry.facts()
    return (
        facts["answers"] == sheet.digest(row.seed)
        and facts["correct"] == row.correct
        and facts["halves"] == row.halves
        and bool(facts["passed"]) == row.passed
        and facts["revision"] == row.revision
    )
