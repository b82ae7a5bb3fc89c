"""After a failed test of a year's run: the clauses missed are read again before the next one is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.courses.model import Course, Section
from app.db import db
from app.training.attempts import load_attempt
from app.training.models import AttemptRow, RereadingRow
from app.training.progress import same_person
from app.training.revisions import keep_revision


@dataclass(frozen=True, slots=True)
class Failed:
    """The last test of a run, failed: clauses missed, and sections whose lessons are still to be read."""

    attempt: str
    clauses: tuple[str, ...]
    sections: tuple[str, ...]


def failed_last(person_id: str, course: Course, run_id: str) -> Failed | None:
    """The run's last test when it was failed; None when it was passed, runs, or none was taken."""
    last = db.session.execute(
        select(AttemptRow.id, AttemptRow.passed)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course.slug,
            AttemptRow.run_id == run_id,
        )
        .order_by(AttemptRow.started_at.desc(), AttemptRow.id.desc())
        .limit(1)
    ).first()
    if last is None or last.passed is not False:
        return None
    attempt = load_attempt(last.id)
    assert attempt is not None
    if attempt.passed:
        return None
    again = set(db.session.scalars(select(RereadingRow.section).where(RereadingRow.attempt_id == last.id)))
    taught = {
        clause.section_slug
        for label in attempt.missed_clauses
        if (clause := course.guideline.clauses.get(label)) is not None
    }
    sections = tuple(s.slug for s in course.sections if s.slug in taught - again)
    return Failed(last.id, attempt.missed_clauses, sections)


def note_rereading(person_id: str, course: Course, section: Section, now: datetime) -> bool:
    """Note that the lesson was read again for every run that waits for it. Does not commit."""
    runs = db.session.scalars(
        select(AttemptRow.run_id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course.slug,
            AttemptRow.run_id != "",
            AttemptRow.passed.is_(False),
        )
        .distinct()
    )
    waiting = [
        failed for run_id in runs
        if (failed := failed_last(person_id, course, run_id)) and section.slug in failed.sections
    ]  # fmt: skip
    for failed in waiting:
        revision = keep_revision(course, section, now)
        db.session.add(
            RereadingRow(attempt_id=failed.attempt, section=section.slug, revision=revision, read_at=now)
        )
    return bool(waiting)


def waiting_for(person_id: str, course: Course, section: Section) -> str | None:
    """The run whose next test waits for this lesson to be read, or None."""
    runs = db.session.scalars(
        select(AttemptRow.run_id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course.slug,
            AttemptRow.run_id != "",
            AttemptRow.passed.is_(False),
        )
        .order_by(AttemptRow.started_at.desc())
    )
    for run_id in dict.fromkeys(runs):
        failed = failed_last(person_id, course, run_id)
        if failed is not None and section.slug in failed.sections:
            return run_id
    return None
