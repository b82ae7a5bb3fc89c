"""Fetch what people did: sections read and passed, courses completed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, select

from app.clock import day_of, end_of
from app.courses.model import Course
from app.db import db, held, read
from app.people.directory import CHUNK, merged_into, with_merged
from app.training.corrections_models import AmendmentOpeningRow, AnnulmentRow, RegradeRow
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

ONE_DAY = timedelta(days=1)
#: How what was done on the site itself is named.
ELEARNING = "eラーニング"


def annulled(known_at: datetime | None = None) -> Select[int]:
    """Ids of completions that are annulled, as known at a moment: they never counted."""
    return select(AnnulmentRow.completion_id).where(held(AnnulmentRow, known_at))


def standing_completion(known_at: datetime | None = None) -> ColumnElement[bool]:
    """Which completions stand, as known at a moment; one of paper is known from its entry on."""
    stands: ColumnElement[bool] = CompletionRow.id.not_in(annulled(known_at))
    if known_at is not None:
        stands &= func.coalesce(CompletionRow.recorded_at, CompletionRow.confirmed_at) <= known_at
    return stands


def voided(before: datetime | None = None, amendment: str = "") -> ColumnElement[bool]:
    """Which tests are void: an annulled completion of e-learning, of the same record, rested on them.

    ``before`` asks of annulments up to then only, ``amendment`` also of completions of that amendment.
    """
    query = exists().where(
        held(AnnulmentRow),
        CompletionRow.id == AnnulmentRow.completion_id,
        CompletionRow.person_id == AttemptRow.person_id,
        CompletionRow.course == AttemptRow.course,
        CompletionRow.run_id == AttemptRow.run_id,
        CompletionRow.amendment.in_({"", amendment}),
        CompletionRow.method == ELEARNING,
        AttemptRow.finished_at <= AnnulmentRow.recorded_at,
    )
    if before is not None:
        query = query.where(AnnulmentRow.recorded_at < before)
    return query.correlate(AttemptRow)


def regraded() -> Select[str]:
    """Ids of tests that pass since a wrong question was withdrawn."""
    return select(RegradeRow.attempt_id)


def passes() -> ColumnElement[bool]:
    """Which tests are passed: by their mark, or since a wrong question was withdrawn."""
    return AttemptRow.passed.is_(True) | AttemptRow.id.in_(regraded())


def counting(until: datetime | None = None, amendment: str = "") -> ColumnElement[bool]:
    """Which tests count towards something (an amendment): passed, and not void as of ``until``."""
    return passes() & ~voided(until, amendment)


def same_person(person_id: str, known_at: datetime | None = None) -> list[str]:
    """The ids under which this person's records stand: the kept one and those merged into it."""
    merges = merged_into(known_at)
    kept = merges.get(person_id, person_id)
    return [kept, *(merged for merged, target in merges.items() if target == kept)]


def section_states(person_id: str, course: Course) -> dict[str, SectionState]:
    """What the person did in each section of the course, by section slug, in the course's order."""
    ids = same_person(person_id)
    read = _first_readings(ids, course.slug)
    attempts: dict[str, list[Row[str, str, datetime | None, bool | None, int | None]]] = defaultdict(list)
    query = (
        select(
            AttemptRow.id, AttemptRow.section, AttemptRow.finished_at, AttemptRow.passed,
            RegradeRow.id.label("regrade"),
        )
        .outerjoin(RegradeRow, RegradeRow.attempt_id == AttemptRow.id)
        .where(AttemptRow.person_id.in_(ids), AttemptRow.course == course.slug, AttemptRow.run_id == "")
        .order_by(AttemptRow.started_at, AttemptRow.id)
    )  # fmt: skip
    for row in db.session.execute(query.where(~voided())):
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
    read_at: datetime | None, attempts: Sequence[Row[str, str, datetime | None, bool | None, int | None]]
) -> SectionState:
    passed = next((a.finished_at for a in attempts if a.passed or a.regrade is not None), None)
    running = next((a.id for a in reversed(attempts) if a.finished_at is None), None)
    finished = [a for a in attempts if a.finished_at is not None]
    failed = finished[-1].id if finished and passed is None else None
    answered = asked = 0
    if running is not None:
        answered = db.session.scalar(select(func.count()).where(AnswerRow.attempt_id == running)) or 0
        asked = db.session.scalar(select(func.count()).where(AttemptQuestionRow.attempt_id == running)) or 0
    return SectionState(read_at, passed, running, answered, asked, failed)


def find_completion(
    person_id: str, course: str, run_id: str = "", amendment: str = ""
) -> CompletionRow | None:
    """The person's first completion of a course, of one of its runs or of an amendment, that stands."""
    return db.session.scalar(
        select(CompletionRow)
        .where(
            CompletionRow.person_id.in_(same_person(person_id)),
            CompletionRow.course == course,
            CompletionRow.run_id == run_id,
            CompletionRow.amendment == amendment,
            standing_completion(),
        )
        .order_by(CompletionRow.confirmed_at)
        .limit(1)
    )


def annulled_before(person_id: str, course: str, run_id: str = "", amendment: str = "") -> int:
    """How many completions of the same thing this person's record holds already: all of them annulled."""
    return (
        db.session.scalar(
            select(func.count()).where(
                CompletionRow.person_id == person_id,
                CompletionRow.course == course,
                CompletionRow.run_id == run_id,
                CompletionRow.amendment == amendment,
                CompletionRow.id.in_(annulled()),
            )
        )
        or 0
    )


def load_progress(
    course: str,
    ids: Iterable[str] | None = None,
    run_id: str = "",
    known_at: datetime | None = None,
) -> dict[str, Progress]:
    """What people did in a course, or in one of its runs, by person id (kept ids), with their 免除.

    People without anything are absent; ``ids`` limits the reading to these people, None reads everybody.
    ``known_at`` asks what was known at a moment.
    """
    if ids is not None:
        ids = set(ids)
    exemptions = load_exemptions(course, ids, run_id, known_at)
    merges = merged_into(known_at)
    began: dict[str, datetime] = {}
    completions: dict[str, list[Completed]] = defaultdict(list)
    renewals: dict[str, list[tuple[str, Completed]]] = defaultdict(list)
    touched: dict[str, list[tuple[str, date]]] = defaultdict(list)
    openings = [] if run_id else sections_opened(course, known_at)
    for chunk in _chunks(ids, merges):
        for person_id, at in _beginnings(course, chunk, run_id, known_at):
            kept_id = merges.get(person_id, person_id)
            began[kept_id] = min(began.get(kept_id, at), at)
        for person_id, amendment, completed in _completions(course, chunk, run_id, known_at):
            kept_id = merges.get(person_id, person_id)
            if amendment:
                renewals[kept_id].append((amendment, completed))
            else:
                completions[kept_id].append(completed)
        for opened_section, since in openings:
            for person_id, at in _beginnings(course, chunk, "", known_at, opened_section, since):
                touched[merges.get(person_id, person_id)].append((opened_section, day_of(at)))
    return {
        person_id: Progress(
            began_on=day_of(began[person_id]) if person_id in began else None,
            completions=tuple(sorted(completions.get(person_id, ()), key=lambda c: c.on)),
            exemptions=exemptions.get(person_id, ()),
            renewals=tuple(sorted(renewals.get(person_id, ()), key=lambda pair: pair[1].on)),
            touched=tuple(touched.get(person_id, ())),
        )
        for person_id in began.keys() | completions.keys() | exemptions.keys() | renewals.keys()
    }


def sections_opened(course: str, known_at: datetime | None = None) -> list[tuple[str, datetime]]:
    """Sections a material amendment asks to learn again, and the moment from which on."""
    rows = db.session.execute(
        select(AmendmentOpeningRow.section, AmendmentOpeningRow.opened_on).where(
            AmendmentOpeningRow.course == course, held(AmendmentOpeningRow, known_at)
        )
    )
    return [(section, end_of(opened_on - ONE_DAY)) for section, opened_on in rows]


def _chunks(ids: Iterable[str] | None, merges: dict[str, str]) -> list[list[str] | None]:
    """Lists for IN, with the records merged into the people asked for; [None] reads everybody."""
    if ids is None:
        return [None]
    every = sorted(with_merged(ids, merges))
    return [every[i : i + CHUNK] for i in range(0, len(every), CHUNK)]


def _beginnings(
    course: str,
    chunk: list[str] | None,
    run_id: str,
    known_at: datetime | None = None,
    section: str | None = None,
    since: datetime | None = None,
) -> list[tuple[str, datetime]]:
    """Person id and moment of the first attempt, and (in the course itself) of the first reading."""
    attempts = select(AttemptRow.person_id, func.min(AttemptRow.started_at)).where(
        AttemptRow.course == course, AttemptRow.run_id == run_id
    )
    readings = select(ReadingRow.person_id, func.min(ReadingRow.read_at)).where(ReadingRow.course == course)
    if chunk is not None:
        attempts = attempts.where(AttemptRow.person_id.in_(chunk))
        readings = readings.where(ReadingRow.person_id.in_(chunk))
    if known_at is not None:
        attempts = attempts.where(AttemptRow.started_at <= known_at)
        readings = readings.where(ReadingRow.read_at <= known_at)
    if section is not None:
        attempts = attempts.where(AttemptRow.section == section)
        readings = readings.where(ReadingRow.section == section)
    if since is not None:
        attempts = attempts.where(AttemptRow.started_at >= since)
        readings = readings.where(ReadingRow.read_at >= since)
    found = [(row[0], row[1]) for row in db.session.execute(attempts.group_by(AttemptRow.person_id))]
    if run_id:
        return found
    return found + [(row[0], row[1]) for row in db.session.execute(readings.group_by(ReadingRow.person_id))]


def _completions(
    course: str, chunk: list[str] | None, run_id: str, known_at: datetime | None
) -> Iterable[tuple[str, str, Completed]]:
    """Person id, amendment ("" for the whole) and the completion, of those that stand."""
    query = select(
        CompletionRow.person_id,
        CompletionRow.amendment,
        CompletionRow.confirmed_at,
        CompletionRow.correct,
        CompletionRow.halves,
        CompletionRow.asked,
        CompletionRow.method,
        CompletionRow.version,
        CompletionRow.serial,
    ).where(CompletionRow.course == course, CompletionRow.run_id == run_id, standing_completion(known_at))
    if chunk is not None:
        query = query.where(CompletionRow.person_id.in_(chunk))
    for c in db.session.execute(query.order_by(CompletionRow.confirmed_at)):
        score = percentage(c.correct, c.asked, c.halves) if c.asked else None
        completed = Completed(day_of(c.confirmed_at), score, c.method, c.version, c.serial)
        yield c.person_id, c.amendment, completed
