"""What waits for HR: questions of the roster, accounts to make, and how far the site is set up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from app.access.accounts import expired_slips, without_account
from app.db import db
from app.people.employment import Person
from app.people.models import AbsenceRow, DepartmentRow, IdentityQuestionRow, RosterImportRow

#: How an import of a roster is kept, whole or adding only.
ROSTERS = ("roster", "add-only")


@dataclass(frozen=True, slots=True)
class LastRoster:
    """The roster applied last in one 名簿区分."""

    source: str
    as_of: date
    imported_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Tasks:
    """Numbers of things to do; ``rosters`` is empty before the first one."""

    absent: int
    identity_questions: int
    without_account: int
    expired_slips: int
    departments: int
    rosters: tuple[LastRoster, ...]


def tasks(people: Iterable[Person], today: date) -> Tasks:
    """Count what is open today. ``people`` is everybody."""
    return Tasks(
        absent=_count(select(func.count()).where(AbsenceRow.withdrawn_at.is_(None))),
        identity_questions=_count(select(func.count()).where(IdentityQuestionRow.answered_at.is_(None))),
        without_account=len(without_account(today, people)),
        expired_slips=len(expired_slips(today, people)),
        departments=_count(select(func.count()).where(DepartmentRow.withdrawn_at.is_(None))),
        rosters=_rosters(),
    )


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0


def _rosters() -> tuple[LastRoster, ...]:
    latest = (
        select(func.max(RosterImportRow.id))
        .where(RosterImportRow.kind.in_(ROSTERS))
        .group_by(RosterImportRow.source)
    )
    rows = db.session.scalars(
        select(RosterImportRow).where(RosterImportRow.id.in_(latest)).order_by(RosterImportRow.source)
    )
    return tuple(LastRoster(r.source, r.as_of, r.imported_at, r.imported_by) for r in rows)
