"""Keep the outcome of a 要協議 as HR records it, for a person or for a whole category; withdraw a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.db import begin_writing, db
from app.people.directory import merged_into
from app.people.employment import Category
from app.people.models import ConsultationRow, PersonRow, ProfileRow

#: Categories whose 要協議 may be answered as a whole; 公選職 stands for those who hold another post besides.
CONSULTED = (Category.PREFECTURAL_TEACHER, Category.ELECTED)


class NoSuchSubject(Exception):
    """There is no such person, or the category raises no 要協議."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was agreed: 適用 or 適用外, when, with whom, under which 文書番号."""

    applies: bool
    decided_on: date
    consulted_with: str
    document_number: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An outcome as it stands on record; ``withdrawn_at`` is None while it holds."""

    id: int
    outcome: Outcome
    person_id: str | None
    name: str
    category: Category | None
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None


def record_for_person(person_id: str, outcome: Outcome, by: str, now: datetime) -> None:
    """Record the outcome for one person. Raises NoSuchSubject."""
    begin_writing()
    if db.session.get(PersonRow, person_id) is None:
        db.session.rollback()
        raise NoSuchSubject
    _add(outcome, by, now, person_id=person_id)


def record_for_category(category: Category, outcome: Outcome, by: str, now: datetime) -> None:
    """Record the outcome for a whole category. Raises NoSuchSubject."""
    if category not in CONSULTED:
        raise NoSuchSubject
    begin_writing()
    _add(outcome, by, now, category=category.value)


def _add(
    outcome: Outcome, by: str, now: datetime, person_id: str | None = None, category: str | None = None
) -> None:
    """Add it once: the same outcome sent twice (a double click) is the same record."""
    same = select(ConsultationRow.id).where(
        ConsultationRow.person_id == person_id,
        ConsultationRow.category == category,
        ConsultationRow.applies == outcome.applies,
        ConsultationRow.decided_on == outcome.decided_on,
        ConsultationRow.consulted_with == outcome.consulted_with,
        ConsultationRow.document_number == outcome.document_number,
        ConsultationRow.withdrawn_at.is_(None),
    )
    if db.session.scalar(same) is None:
        db.session.add(
            ConsultationRow(
                person_id=person_id,
                category=category,
                applies=outcome.applies,
                decided_on=outcome.decided_on,
                consulted_with=outcome.consulted_with,
                document_number=outcome.document_number,
                recorded_by=by,
                recorded_at=now,
            )
        )
    db.session.commit()


def withdraw(consultation_id: int, now: datetime) -> Recorded | None:
    """Take back an outcome; the row stays and says when. None when there is none that stands."""
    begin_writing()
    row = db.session.get(ConsultationRow, consultation_id)
    if row is None or row.withdrawn_at is not None:
        db.session.rollback()
        return None
    row.withdrawn_at = now
    db.session.commit()
    return next((r for r in recorded() if r.id == consultation_id), None)


def recorded(person_id: str | None = None) -> list[Recorded]:
    """Every outcome on record, withdrawn ones included, the latest first; one person's when given."""
    merges = merged_into()
    query = (
        select(ConsultationRow, ProfileRow.name)
        .outerjoin(
            ProfileRow,
            (ProfileRow.person_id == ConsultationRow.person_id) & ProfileRow.withdrawn_at.is_(None),
        )
        .order_by(ConsultationRow.decided_on.desc(), ConsultationRow.id.desc())
    )
    if person_id is not None:
        merged = [m for m, kept in merges.items() if kept == person_id]
        query = query.where(ConsultationRow.person_id.in_([person_id, *merged]))
    return [
        Recorded(
            id=row.id,
            outcome=Outcome(row.applies, row.decided_on, row.consulted_with, row.document_number),
            person_id=None if row.person_id is None else merges.get(row.person_id, row.person_id),
            name=name or "",
            category=None if row.category is None else Category(row.category),
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row, name in db.session.execute(query)
    ]
