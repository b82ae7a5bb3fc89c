"""What HR decided beside the roster: 猶予 from-to, moved 受講期限, 免除.

Rows are added, a mistake is withdrawn. A group is written as one row a person, joined by ``batch``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, db, held
from app.people.directory import CHUNK, merged_into, with_merged
from app.people.employment import FAR_FUTURE, Span
from app.training.duties import Adjustments, DueChange


class DeferralRow(Base):
    """HR gave a person 猶予 from ``start`` to ``end`` (both inclusive, None: until further notice).

    No reason is asked or kept.
    """

    __tablename__ = "deferrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    start: Mapped[date]
    end: Mapped[date | None]
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DueChangeRow(Base):
    """HR moved a person's 受講期限 of a course ("" run) or of a year's run, and said why."""

    __tablename__ = "due_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    course: Mapped[str] = mapped_column(Text)
    run_id: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date]
    decided_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    batch: Mapped[str] = mapped_column(String(32), default="")
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ExemptionRow(Base):
    """HR exempted (免除) a person from a course ("" run) or a year's run, at most to the 年度's end.

    ``reason`` is the 事由区分, a category and never a sentence about somebody.
    """

    __tablename__ = "exemptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    course: Mapped[str] = mapped_column(Text)
    run_id: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    start: Mapped[date]
    end: Mapped[date]
    document: Mapped[str] = mapped_column(Text)
    batch: Mapped[str] = mapped_column(String(32), default="")
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def load_adjustments(
    course: str, ids: Iterable[str] | None = None, known_at: datetime | None = None
) -> dict[str, Adjustments]:
    """猶予 and moved dates of a course and its runs, by person id (kept ids), as known at a moment.

    People for whom HR decided nothing are absent; ``ids`` None reads everybody.
    """
    merges = merged_into(known_at)
    deferrals: dict[str, list[Span]] = defaultdict(list)
    for row in _standing(DeferralRow, [], ids, merges, known_at):
        deferrals[merges.get(row.person_id, row.person_id)].append(Span(row.start, row.end or FAR_FUTURE))
    changes: dict[str, list[DueChange]] = defaultdict(list)
    for row in _standing(DueChangeRow, [DueChangeRow.course == course], ids, merges, known_at):
        change = DueChange(row.due, row.decided_on, row.reason, row.run_id or None)
        changes[merges.get(row.person_id, row.person_id)].append(change)
    return {
        person: Adjustments(
            tuple(sorted(deferrals.get(person, ()), key=lambda span: span.start)),
            tuple(changes.get(person, ())),
        )
        for person in deferrals.keys() | changes.keys()
    }


def load_exemptions(
    course: str, ids: Iterable[str] | None = None, run_id: str = "", known_at: datetime | None = None
) -> dict[str, tuple[Span, ...]]:
    """免除 from a course, or from one of its runs, by person id (kept ids)."""
    merges = merged_into(known_at)
    conditions = [ExemptionRow.course == course, ExemptionRow.run_id == run_id]
    found: dict[str, list[Span]] = defaultdict(list)
    for row in _standing(ExemptionRow, conditions, ids, merges, known_at):
        found[merges.get(row.person_id, row.person_id)].append(Span(row.start, row.end))
    return {person: tuple(spans) for person, spans in found.items()}


def _standing(
    table: type[DeferralRow | DueChangeRow | ExemptionRow],
    conditions: list[ColumnElement[bool]],
    ids: Iterable[str] | None,
    merges: dict[str, str],
    known_at: datetime | None,
) -> list[Any]:
    """Rows held true at a moment, in the order in which they were recorded."""
    query = select(table).where(*conditions, held(table, known_at)).order_by(table.recorded_at, table.id)
    if ids is None:
        return list(db.session.scalars(query))
    every = sorted(with_merged(ids, merges))
    found: list[Any] = []
    for first in range(0, len(every), CHUNK):
        found += db.session.scalars(query.where(table.person_id.in_(every[first : first + CHUNK])))
    return sorted(found, key=lambda row: (row.recorded_at, row.id))
