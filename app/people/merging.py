"""Two records of one human being are put together, and a wrong merge parted again; nothing is ever moved.

A merge is a row: everything recorded under either record is read through it. Withdrawn, both records are
what they were; what was recorded meanwhile stays with the record it was written to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.db import begin_writing, db
from app.people.directory import load_people, merged_into
from app.people.employment import Person
from app.people.models import IdentityQuestionRow, MergeRow, ProfileRow
from app.people.roster import witness
from app.people.roster.questions import in_order


class NotPossible(Exception):
    """It cannot be done so; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge on record; ``name`` is that of the record that was put under the kept one."""

    id: int
    kept_id: str
    merged_id: str
    name: str
    reason: str
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None


def pair(one: str, other: str) -> tuple[Person, Person]:
    """Both people, the one to keep first (whose service began earlier). Raises NotPossible."""
    people = load_people([one, other])
    if len(people) != 2:
        raise NotPossible("この二つは、もう一人の記録です。")
    kept, merged = in_order(people)
    return kept, merged


def merge(one: str, other: str, reason: str, by: str, now: datetime) -> str:
    """Put two records together; return the kept id. Raises NotPossible."""
    if not reason.strip():
        raise NotPossible("同じ人だと確かめた方法を入力してください。")
    begin_writing()
    try:
        kept, merged = pair(one, other)
    except NotPossible:
        db.session.rollback()
        raise
    row = _add(kept.id, merged.id, reason.strip(), by, now)
    witness.merge_changed("merge.recorded", row, by, now)
    db.session.commit()
    return kept.id


def part(merge_id: int, by: str, now: datetime) -> Merged:
    """Part a wrong merge in a transaction the caller ends. Raises LookupError when it does not stand.

    Whoever parts two people also shuts what both could open: ``access.parting``.
    """
    begin_writing()
    row = _standing(merge_id)
    row.withdrawn_at = now
    ids = row.kept_id, row.merged_id
    for question in db.session.scalars(
        select(IdentityQuestionRow).where(
            IdentityQuestionRow.person_id.in_(ids), IdentityQuestionRow.other_id.in_(ids)
        )
    ):
        if question.same:
            # Answered anew, so that nobody is asked the same again.
            question.same, question.answered_by, question.answered_at = False, by, now
    witness.merge_changed("merge.withdrawn", row, by, now)
    return _merged(row)


@contextmanager
def as_if_merged(kept_id: str, merged_id: str, now: datetime) -> Iterator[None]:
    """Read everything as it would be after the merge; nothing of it is kept."""
    begin_writing()
    try:
        _add(kept_id, merged_id, "", "", now)
        db.session.flush()
        yield
    finally:
        db.session.rollback()


@contextmanager
def as_if_split(merge_id: int, now: datetime) -> Iterator[Merged]:
    """Read everything as it would be after parting; nothing of it is kept. Raises LookupError."""
    begin_writing()
    try:
        row = _standing(merge_id)
        found = _merged(row)
        row.withdrawn_at = now
        db.session.flush()
        yield found
    finally:
        db.session.rollback()


def merges_of(person_id: str) -> list[Merged]:
    """Every merge into this person's record, withdrawn ones too, newest first."""
    merges = merged_into()
    kept = merges.get(person_id, person_id)
    ids = [kept, person_id, *(merged for merged, target in merges.items() if target == kept)]
    rows = db.session.scalars(
        select(MergeRow)
        .where(MergeRow.kept_id.in_(ids) | MergeRow.merged_id.in_(ids))
        .order_by(MergeRow.recorded_at.desc(), MergeRow.id.desc())
    )
    return [_merged(row) for row in rows]


def _add(kept_id: str, merged_id: str, reason: str, by: str, now: datetime) -> MergeRow:
    row = MergeRow(kept_id=kept_id, merged_id=merged_id, reason=reason, recorded_by=by, recorded_at=now)
    db.session.add(row)
    return row


def _standing(merge_id: int) -> MergeRow:
    row = db.session.get(MergeRow, merge_id, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        db.session.rollback()
        raise LookupError(merge_id)
    return row


def _merged(row: MergeRow) -> Merged:
    name = db.session.scalar(
        select(ProfileRow.name).where(
            ProfileRow.person_id == row.merged_id, ProfileRow.withdrawn_at.is_(None)
        )
    )
    return Merged(
        row.id, row.kept_id, row.merged_id, name or "", row.reason,
        row.recorded_by, row.recorded_at, row.withdrawn_at,
    )  # fmt: skip
