"""Fetch what people did: sections read and passed, courses completed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, bindparam, func, select

from app.clock import day_of
from app.courses.model import Course
from app.db import db, read
from app.people.directory import CHUNK, merged_into
from app.training.decisions import load_exemptions
from app.training.grading import percentage
from app.training.models import (
    AnswerRow,
    AttemptQuestionRow,
    AttemptRow,
    CompletionRow,
    ReadingRow,
)
from app.training.standing import Completed, Progress
from app.training.way import SectionState


def same_person(person_id: str) -> list[str]:
    """The ids under which this person's records stand: the kept one and those merged into it."""
    merges = merged_into()
    kept = merges.get(person_id, person_id)
    return [kept, *(merged for merged, target in merges.items() if target == kept)]


def section_states(person_id: str, course: Course) -> dict[str, SectionState]:
    """What the person did in each section of the course, by section slug, in the course's order."""
    ids = same_person(person_id)
    read = _first_readings(ids, course.slug)
    attempts: dict[str, list[Row[str, str, datetime | None, bool | None]]] = defaultdict(list)
    for row in db.session.execute(
        select(AttemptRow.id, AttemptRow.section, AttemptRow.finished_at, AttemptRow.passed)
        .where(AttemptRow.person_id.in_(ids), AttemptRow.course == course.slug, AttemptRow.run_id == "")
        .order_by(AttemptRow.started_at, AttemptRow.id)
    ):
        attempts[row.section].append(row)
    return {s.slug: _section_state(read.get(s.slug), attempts[s.slug]) for s in course.sections}


_FIRST_READING = select(func.min(ReadingRow.read_at)).where(
    ReadingRow.person_id.in_(bindparam("people", expanding=True)),
    ReadingRow.course == bindparam("course"),
    ReadingRow.section == bindparam("section"),
)


def first_reading(person_id: str, course: str, section: str) -> datetime | None:
    """When the person first pressed 読みました under a lesson, or None."""
    asked = {"people": same_person(person_id), "course": course, "section": section}
    moment: datetime | None = read(_FIRST_READING, asked)[0][0]
    return moment


def _first_readings(ids: Sequence[str], course: str) -> dict[str, datetime]:
    rows = db.session.execute(
        select(ReadingRow.section, func.min(ReadingRow.read_at))
        .where(ReadingRow.person_id.in_(ids), ReadingRow.course == course)
        .group_by(ReadingRow.section)
    )
    return {section: at for section, at in rows}


def _section_state(
    read_at: datetime | None, attempts: Sequence[Row[str, str, datetime | None, bool | None]]
) -> SectionState:
    passed = next((a.finished_at for a in attempts if a.passed), None)
    running = next((a.id for a in reversed(attempts) if a.finished_at is None), None)
    finished = [a for a in attempts if a.finished_at is not None]
    failed = finished[-1].id if finished and passed is None else None
    answered = asked = 0
    if running is not None:
        answered = db.session.scalar(select(func.count()).where(AnswerRow.attempt_id == running)) or 0
        asked = db.session.scalar(select(func.count()).where(AttemptQuestionRow.attempt_id == running)) or 0
    return SectionState(read_at, passed, running, answered, asked, failed)


def find_completion(person_id: str, course: str, run_id: str = "") -> CompletionRow | None:
    """The person's first completion of a course, or of one of its runs; None without one."""
    return db.session.scalar(
        select(CompletionRow)
        .where(
            CompletionRow.person_id.in_(same_person(person_id)),
            CompletionRow.course == course,
            CompletionRow.run_id == run_id,
        )
        .order_by(CompletionRow.confirmed_at)
        .limit(1)
    )


def load_progress(course: str, ids: Iterable[str] | None = None, run_id: str = "") -> dict[str, Progress]:
    """What people did in a course, or in one of its runs, by person id (kept ids), with their 免除.

    People without anything are absent; ``ids`` limits the reading to these people, None reads everybody.
    """
    if ids is not None:
        ids = set(ids)
    exemptions = load_exemptions(course, ids, run_id)
    merges = merged_into()
    began: dict[str, datetime] = {}
    completions: dict[str, list[Completed]] = defaultdict(list)
    for chunk in _chunks(ids, merges):
        for person_id, at in _beginnings(course, chunk, run_id):
            kept_id = merges.get(person_id, person_id)
            began[kept_id] = min(began.get(kept_id, at), at)
        for person_id, completed in _completions(course, chunk, run_id):
            completions[merges.get(person_id, person_id)].append(completed)
    return {
        person_id: Progress(
            began_on=day_of(began[person_id]) if person_id in began else None,
            completions=tuple(sorted(completions.get(person_id, ()), key=lambda c: c.on)),
            exemptions=exemptions.get(person_id, ()),
        )
        for person_id in began.keys() | completions.keys() | exemptions.keys()
    }


def _chunks(ids: Iterable[str] | None, merges: dict[str, str]) -> list[list[str] | None]:
    """Lists for IN, with the records merged into the people asked for; [None] reads everybody."""
    if ids is None:
        return [None]
    kept = {merges.get(i, i) for i in ids}
    every = sorted(kept | {merged for merged, target in merges.items() if target in kept})
    return [every[i : i + CHUNK] for i in range(0, len(every), CHUNK)]


def _beginnings(course: str, chunk: list[str] | None, run_id: str) -> list[tuple[str, datetime]]:
    """Person id and moment of the first attempt, and (in the course itself) of the first reading."""
    attempts = select(AttemptRow.person_id, func.min(AttemptRow.started_at)).where(
        AttemptRow.course == course, AttemptRow.run_id == run_id
    )
    if chunk is not None:
        attempts = attempts.where(AttemptRow.person_id.in_(chunk))
    found = [(row[0], row[1]) for row in db.session.execute(attempts.group_by(AttemptRow.person_id))]
    if run_id:
        return found
    readings = select(ReadingRow.person_id, func.min(ReadingRow.read_at)).where(ReadingRow.course == course)
    if chunk is not None:
        readings = readings.where(ReadingRow.person_id.in_(chunk))
    return found + [(row[0], row[1]) for row in db.session.execute(readings.group_by(ReadingRow.person_id))]


def _completions(course: str, chunk: list[str] | None, run_id: str) -> Iterable[tuple[str, Completed]]:
    query = select(
        CompletionRow.person_id,
        CompletionRow.confirmed_at,
        CompletionRow.correct,
        CompletionRow.halves,
        CompletionRow.asked,
        CompletionRow.method,
        CompletionRow.version,
        CompletionRow.serial,
    ).where(CompletionRow.course == course, CompletionRow.run_id == run_id)
    if chunk is not None:
        query = query.where(CompletionRow.person_id.in_(chunk))
    for c in db.session.execute(query.order_by(CompletionRow.confirmed_at)):
        score = percentage(c.correct, c.asked, c.halves) if c.asked else None
        yield c.person_id, Completed(day_of(c.confirmed_at), score, c.method, c.version, c.serial)
