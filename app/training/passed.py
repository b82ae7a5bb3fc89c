"""The tests a completion rests on, and the score they come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.courses.model import Course
from app.db import db
from app.people.directory import CHUNK, merged_into, with_merged
from app.training.corrections_models import RegradeRow
from app.training.models import AttemptQuestionRow, AttemptRow
from app.training.progress import counting, same_person


@dataclass(frozen=True, slots=True)
class Passed:
    """A passing test with what counts of it, wrong questions withdrawn."""

    attempt: str
    section: str
    correct: int
    halves: int
    asked: int


@dataclass(frozen=True, slots=True)
class Amended:
    """An amended section is learnt again in tests begun ``since`` then, or on its new text before."""

    id: str
    since: datetime
    revision: str


def first_passes(
    person_id: str,
    course: str,
    run_id: str = "",
    sections: Collection[str] | None = None,
    until: datetime | None = None,
    amendment: Amended | None = None,
) -> list[Passed]:
    """The first pass of each of ``sections`` (None: of any), as things stood at ``until`` (None: now).

    Of an ``amendment``, the first that counts towards it.
    """
    query = (
        select(
            AttemptRow.id,
            AttemptRow.section,
            func.coalesce(RegradeRow.correct, AttemptRow.correct, 0),
            func.coalesce(RegradeRow.halves, AttemptRow.halves),
            func.coalesce(RegradeRow.asked, func.count(AttemptQuestionRow.position)),
        )
        .join(AttemptQuestionRow, AttemptQuestionRow.attempt_id == AttemptRow.id)
        .outerjoin(RegradeRow, RegradeRow.attempt_id == AttemptRow.id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course,
            AttemptRow.run_id == run_id,
            counting(until, amendment.id if amendment else ""),
        )
        .group_by(
            AttemptRow.id,
            AttemptRow.section,
            AttemptRow.correct,
            AttemptRow.halves,
            AttemptRow.finished_at,
            AttemptRow.started_at,
            RegradeRow.correct,
            RegradeRow.halves,
            RegradeRow.asked,
        )
        .order_by(AttemptRow.finished_at, AttemptRow.started_at, AttemptRow.id)
    )
    if until is not None:
        query = query.where(AttemptRow.finished_at <= until)
    if amendment is not None:
        query = query.where(
            (AttemptRow.started_at >= amendment.since) | (AttemptRow.revision == amendment.revision)
        )
    first: dict[str, Passed] = {}
    for row in db.session.execute(query):
        if sections is None or row.section in sections:
            first.setdefault(row.section, Passed(*row))
    return list(first.values())


def score_of(passed: Iterable[Passed]) -> tuple[int, int, int]:
    """Right answers, answers worth half, and questions, together."""
    every = list(passed)
    return (
        sum(one.correct for one in every),
        sum(one.halves for one in every),
        sum(one.asked for one in every),
    )


def sections_passed(course: Course, people: Collection[str]) -> dict[str, set[str]]:
    """By person id (kept ids), the sections whose 確認テスト counts as passed, of these people (kept ids)."""
    merges = merged_into()
    ids = sorted(with_merged(people, merges))
    found: dict[str, set[str]] = defaultdict(set)
    for first in range(0, len(ids), CHUNK):
        rows = db.session.execute(
            select(AttemptRow.person_id, AttemptRow.section)
            .where(
                AttemptRow.person_id.in_(ids[first : first + CHUNK]),
                AttemptRow.course == course.slug,
                AttemptRow.section.in_([section.slug for section in course.sections]),
                AttemptRow.run_id == "",
                counting(),
            )
            .distinct()
        )
        for person_id, section in rows:
            found[merges.get(person_id, person_id)].add(section)
    return found
