"""Read from the database what a plan has to know."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from app.db import db
from app.people.directory import load_departments, load_people
from app.people.models import AbsenceRow, IdentityQuestionRow, RosterImportRow
from app.people.roster.plan import Before

#: Kinds of ``RosterImportRow`` that move the day before which a 名簿区分 takes no more rosters.
ROSTERS = ("roster", "add-only")


def load_before(source: str) -> Before:
    """Everything known that bears on a roster of ``source``."""
    different = db.session.execute(
        select(IdentityQuestionRow.person_id, IdentityQuestionRow.other_id).where(
            IdentityQuestionRow.same.is_(False)
        )
    )
    return Before(
        people=load_people(),
        departments=load_departments(),
        absences=absent(),
        last_as_of=last_as_of(source),
        different=frozenset((a, b) for a, b in different),
    )


def absent() -> frozenset[int]:
    """The appointments that stand as 要確認."""
    rows = db.session.scalars(select(AbsenceRow.appointment_id).where(AbsenceRow.withdrawn_at.is_(None)))
    return frozenset(rows)


def last_as_of(source: str) -> date | None:
    """The as-of day of the last roster applied for ``source``."""
    return db.session.scalar(
        select(func.max(RosterImportRow.as_of)).where(
            RosterImportRow.source == source, RosterImportRow.kind.in_(ROSTERS)
        )
    )


def sources() -> list[str]:
    """Every 名簿区分 a roster was applied for."""
    found = db.session.scalars(
        select(RosterImportRow.source).where(RosterImportRow.kind.in_(ROSTERS)).distinct()
    )
    return sorted(found)
