"""Questions whether two records are one human being: shown to HR, answered, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.db import begin_writing, db
from app.people.directory import load_people, merged_into
from app.people.employment import Person
from app.people.models import IdentityQuestionRow, MergeRow
from app.people.roster import witness


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question with both people, the one known longer first."""

    id: int
    reason: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question HR answered, that may be taken back."""

    id: int
    reason: str
    same: bool
    answered_by: str
    answered_at: datetime
    name: str


def open_questions() -> list[OpenQuestion]:
    """Every question without an answer; those that came to concern one record are left out."""
    rows = db.session.scalars(
        select(IdentityQuestionRow)
        .where(IdentityQuestionRow.answered_at.is_(None))
        .order_by(IdentityQuestionRow.id)
    ).all()
    merges = merged_into()
    pairs = {r.id: {merges.get(r.person_id, r.person_id), merges.get(r.other_id, r.other_id)} for r in rows}
    people = {p.id: p for p in load_people(set().union(*pairs.values()))} if pairs else {}
    return [
        OpenQuestion(row.id, row.reason, in_order([people[i] for i in pairs[row.id] if i in people]))
        for row in rows
        if len(pairs[row.id]) == 2
    ]


def answered_questions(limit: int = 50) -> list[Answered]:
    """The questions answered last, newest first."""
    rows = db.session.scalars(
        select(IdentityQuestionRow)
        .where(IdentityQuestionRow.answered_at.is_not(None))
        .order_by(IdentityQuestionRow.answered_at.desc(), IdentityQuestionRow.id.desc())
        .limit(limit)
    ).all()
    merges = merged_into()
    ids = {merges.get(r.person_id, r.person_id) for r in rows}
    names = {p.id: p.name for p in load_people(ids)} if ids else {}
    return [
        Answered(
            r.id, r.reason, bool(r.same), r.answered_by, r.answered_at,
            names.get(merges.get(r.person_id, r.person_id), ""),
        )
        for r in rows
        if r.answered_at is not None
    ]  # fmt: skip


def answer(question_id: int, same: bool, by: str, now: datetime) -> bool:
    """Close a question; "same" puts the newer record under the older one. False when it is not open."""
    begin_writing()
    row = db.session.get(IdentityQuestionRow, question_id)
    if row is None or row.answered_at is not None:
        db.session.rollback()
        return False
    row.same, row.answered_at, row.answered_by = same, now, by
    merges = merged_into()
    pair = {merges.get(row.person_id, row.person_id), merges.get(row.other_id, row.other_id)}
    if same and len(pair) == 2:
        kept, merged = in_order(load_people(pair))
        merge = MergeRow(
            kept_id=kept.id,
            merged_id=merged.id,
            reason=_mark(question_id),
            recorded_by=by,
            recorded_at=now,
        )
        db.session.add(merge)
        witness.merge_changed("merge.recorded", merge, by, now)
    db.session.commit()
    return True


def reopen(question_id: int, by: str, now: datetime) -> list[MergeRow] | None:
    """Open an answered question again and part the two records, in a transaction the caller ends.

    Return the merges parted (see ``merging.part``); None when it has no answer.
    """
    begin_writing()
    row = db.session.get(IdentityQuestionRow, question_id)
    if row is None or row.answered_at is None:
        db.session.rollback()
        return None
    row.same, row.answered_at, row.answered_by = None, None, by
    merges = db.session.scalars(
        select(MergeRow).where(MergeRow.reason == _mark(question_id), MergeRow.withdrawn_at.is_(None))
    ).all()
    for merge in merges:
        merge.withdrawn_at = now
        witness.merge_changed("merge.withdrawn", merge, by, now)
    return list(merges)


def _mark(question_id: int) -> str:
    return f"確認{question_id}への回答"


def in_order(people: Sequence[Person]) -> tuple[Person, ...]:
    """The record to keep first: the one whose service began earlier."""
    return tuple(
        sorted(people, key=lambda p: (p.appointments[0].start.toordinal() if p.appointments else 0, p.id))
    )
