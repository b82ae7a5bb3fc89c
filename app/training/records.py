"""Keep a reading, an attempt, an answer, a completion; fetch what a person did."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.clock import day_of
from app.courses.model import Course, Scenario, Section
from app.db import begin_writing, db
from app.people.directory import CHUNK, merged_into
from app.training.drawing import Asked, draw
from app.training.grading import grade, has_passed, percentage
from app.training.models import (
    AnswerRow,
    AttemptQuestionRow,
    AttemptRow,
    CompletionRow,
    ReadingRow,
)
from app.training.revisions import course_at, keep_revision
from app.training.standing import Completed, Progress

#: Letters and digits of a certificate's serial that cannot be mistaken for one another.
SERIAL_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
ELEARNING = "eラーニング"


class NotYet(Exception):
    """The course cannot be confirmed: a section is not done."""


class NoSuchQuestion(Exception):
    """The attempt is not this person's, or has no such question: the page is a 404."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an attempt as shown: ``scenario`` in the attempt's own text, ``order`` of its choices.

    ``chosen`` (places in the text) and ``correct`` are None until answered.
    """

    position: int
    scenario: Scenario
    order: tuple[int, ...]
    chosen: frozenset[int] | None = None
    correct: bool | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One 確認テスト of one person; ``passed`` is None while it runs."""

    id: str
    person_id: str
    course: str
    section: str
    revision: str
    language: str
    started_at: datetime
    finished_at: datetime | None
    correct: int | None
    passed: bool | None
    questions: tuple[Question, ...]

    @property
    def next_question(self) -> Question | None:
        """The first question without an answer."""
        return next((q for q in self.questions if q.chosen is None), None)

    @property
    def missed_clauses(self) -> tuple[str, ...]:
        """What to read again: the clauses of wrong answers, in order of appearance."""
        wrong = [c for q in self.questions if q.correct is False for c in q.scenario.clauses]
        return tuple(dict.fromkeys(wrong))


@dataclass(frozen=True, slots=True)
class SectionState:
    """What a person did in one section: when it was first read and first passed, and a test under way."""

    read_at: datetime | None = None
    passed_at: datetime | None = None
    open_attempt: str | None = None
    answered: int = 0
    asked: int = 0
    last_failed: str | None = None

    @property
    def done(self) -> bool:
        """Read and passed."""
        return self.read_at is not None and self.passed_at is not None


def same_person(person_id: str) -> list[str]:
    """The ids under which this person's records stand: the kept one and those merged into it."""
    merges = merged_into()
    kept = merges.get(person_id, person_id)
    return [kept, *(merged for merged, target in merges.items() if target == kept)]


def keep_reading(person_id: str, course: Course, section: Section, now: datetime) -> None:
    """Record that the lesson was read; reading the same text again adds nothing."""
    begin_writing()
    known = db.session.scalar(
        select(ReadingRow.id).where(
            ReadingRow.person_id == person_id,
            ReadingRow.course == course.slug,
            ReadingRow.section == section.slug,
            ReadingRow.revision == section.revision,
        )
    )
    if known is None:
        revision = keep_revision(course, section, now)
        db.session.add(
            ReadingRow(
                person_id=person_id,
                course=course.slug,
                section=section.slug,
                revision=revision,
                language=course.language,
                read_at=now,
            )
        )
    db.session.commit()


def start_attempt(person_id: str, course: Course, section: Section, now: datetime) -> str:
    """Draw a test and return its id; a test already under way goes on instead (two tabs, two clicks)."""
    begin_writing()
    running = _open_attempt(person_id, course.slug, section.slug)
    if running is not None:
        db.session.rollback()
        return running
    revision = keep_revision(course, section, now)
    seed = secrets.token_hex(16)
    attempt = AttemptRow(
        person_id=person_id,
        course=course.slug,
        section=section.slug,
        revision=revision,
        language=course.language,
        seed=seed,
        pass_mark=course.rules.pass_mark,
        started_at=now,
    )
    db.session.add(attempt)
    try:
        db.session.flush()
        drawn = draw(section.scenarios, section.questions, _asked(person_id, course.slug), seed)
        for position, item in enumerate(drawn, start=1):
            scenario = section.scenario(item.scenario)
            assert scenario is not None
            db.session.add(
                AttemptQuestionRow(
                    attempt_id=attempt.id,
                    position=position,
                    scenario=scenario.id,
                    scenario_revision=scenario.revision,
                    choice_order=",".join(map(str, item.choice_order)),
                    clauses=",".join(scenario.clauses),
                )
            )
        identifier = attempt.id
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        winner = _open_attempt(person_id, course.slug, section.slug)
        if winner is None:
            raise
        return winner
    return identifier


def _open_attempt(person_id: str, course: str, section: str) -> str | None:
    return db.session.scalar(
        select(AttemptRow.id).where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course,
            AttemptRow.section == section,
            AttemptRow.finished_at.is_(None),
        )
    )


def _asked(person_id: str, course: str) -> Asked:
    """What the person was asked before in this course, from every earlier attempt."""
    rows = db.session.execute(
        select(AttemptQuestionRow.scenario, AttemptQuestionRow.clauses, AnswerRow.correct)
        .join(AttemptRow, AttemptRow.id == AttemptQuestionRow.attempt_id)
        .outerjoin(
            AnswerRow,
            (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
            & (AnswerRow.position == AttemptQuestionRow.position),
        )
        .where(AttemptRow.person_id.in_(same_person(person_id)), AttemptRow.course == course)
        .order_by(AttemptRow.started_at, AttemptQuestionRow.position)
    )
    times: Counter[str] = Counter()
    missed: set[str] = set()
    for scenario, clauses, correct in rows:
        times[scenario] += 1
        if correct is False:
            missed |= set(clauses.split(","))
        elif correct:
            missed -= set(clauses.split(","))
    return Asked(dict(times), frozenset(missed))


def load_attempt(attempt_id: str, person_id: str | None = None, ruby: bool = False) -> Attempt | None:
    """Return an attempt with its questions in the text it was drawn from.

    None when there is no such attempt, or it is not ``person_id``'s (None asks for anybody's).
    """
    row = db.session.get(AttemptRow, attempt_id)
    if row is None or (person_id is not None and row.person_id not in same_person(person_id)):
        return None
    section = course_at(row.revision, row.language, ruby).section(row.section)
    assert section is not None
    answers = {
        a.position: a for a in db.session.scalars(select(AnswerRow).where(AnswerRow.attempt_id == attempt_id))
    }
    questions = []
    for q in db.session.scalars(
        select(AttemptQuestionRow)
        .where(AttemptQuestionRow.attempt_id == attempt_id)
        .order_by(AttemptQuestionRow.position)
    ):
        scenario = section.scenario(q.scenario)
        assert scenario is not None
        answer = answers.get(q.position)
        questions.append(
            Question(
                position=q.position,
                scenario=scenario,
                order=tuple(map(int, q.choice_order.split(","))),
                chosen=None if answer is None else frozenset(map(int, answer.chosen.split(","))),
                correct=None if answer is None else answer.correct,
            )
        )
    return Attempt(
        id=row.id,
        person_id=row.person_id,
        course=row.course,
        section=row.section,
        revision=row.revision,
        language=row.language,
        started_at=row.started_at,
        finished_at=row.finished_at,
        correct=row.correct,
        passed=row.passed,
        questions=tuple(questions),
    )


def keep_answer(attempt: Attempt, question: Question, chosen: frozenset[int], now: datetime) -> bool:
    """Keep the first answer to a question and finish the test with its last; safe to repeat.

    Returns whether the answer that stands is right: an answer already given stands, whatever is sent later.
    """
    begin_writing()
    earlier = db.session.get(AnswerRow, (attempt.id, question.position))
    if earlier is not None:
        correct = earlier.correct
        db.session.rollback()
        return correct
    correct = grade(question.scenario, chosen)
    db.session.add(
        AnswerRow(
            attempt_id=attempt.id,
            position=question.position,
            chosen=",".join(map(str, sorted(chosen))),
            correct=correct,
            answered_at=now,
        )
    )
    try:
        db.session.flush()
        _finish_when_complete(attempt.id, len(attempt.questions), now)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        winner = db.session.get(AnswerRow, (attempt.id, question.position))
        if winner is None:
            raise
        return winner.correct
    return correct


def _finish_when_complete(attempt_id: str, asked: int, now: datetime) -> None:
    # FOR UPDATE (PostgreSQL): the last two answers, sent at once, must not both see one missing.
    row = db.session.get_one(AttemptRow, attempt_id, with_for_update=True)
    results = list(db.session.scalars(select(AnswerRow.correct).where(AnswerRow.attempt_id == attempt_id)))
    if len(results) == asked and row.finished_at is None:
        row.correct = sum(results)
        row.passed = has_passed(row.correct, asked, row.pass_mark)
        row.finished_at = now


def section_states(person_id: str, course: Course) -> dict[str, SectionState]:
    """What the person did in each section of the course, by section slug."""
    ids = same_person(person_id)
    read = {
        section: at
        for section, at in db.session.execute(
            select(ReadingRow.section, func.min(ReadingRow.read_at))
            .where(ReadingRow.person_id.in_(ids), ReadingRow.course == course.slug)
            .group_by(ReadingRow.section)
        )
    }
    attempts: dict[str, list[AttemptRow]] = defaultdict(list)
    for row in db.session.scalars(
        select(AttemptRow)
        .where(AttemptRow.person_id.in_(ids), AttemptRow.course == course.slug)
        .order_by(AttemptRow.started_at)
    ):
        attempts[row.section].append(row)
    return {
        s.slug: _section_state(read.get(s.slug), attempts.get(s.slug, [])) for s in course.sections
    }


def _section_state(read_at: datetime | None, attempts: Sequence[AttemptRow]) -> SectionState:
    passed = next((a.finished_at for a in attempts if a.passed), None)
    running = next((a.id for a in attempts if a.finished_at is None), None)
    failed = attempts[-1].id if attempts and attempts[-1].passed is False and passed is None else None
    answered = asked = 0
    if running is not None:
        answered = db.session.scalar(select(func.count()).where(AnswerRow.attempt_id == running)) or 0
        asked = db.session.scalar(select(func.count()).where(AttemptQuestionRow.attempt_id == running)) or 0
    return SectionState(read_at, passed, running, answered, asked, failed)


def latest_attempt(person_id: str, course: str, section: str) -> str | None:
    """The attempt begun last in a section, running or finished."""
    return db.session.scalar(
        select(AttemptRow.id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course,
            AttemptRow.section == section,
        )
        .order_by(AttemptRow.started_at.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """How a person stands on the day of 確認, for the certificate."""

    person_id: str
    name: str
    number: str
    department: str
    category: str


def confirm(holder: Holder, course: Course, now: datetime) -> CompletionRow:
    """Complete the course under its fixed sentence; pressing twice keeps the first. Raises NotYet."""
    begin_writing()
    earlier = find_completion(holder.person_id, course.slug)
    if earlier is not None:
        db.session.rollback()
        return find_completion(holder.person_id, course.slug) or earlier
    if not all(state.done for state in section_states(holder.person_id, course).values()):
        db.session.rollback()
        raise NotYet
    correct, asked = _passing_score(holder.person_id, course)
    for section in course.sections:
        keep_revision(course, section, now)
    completion = CompletionRow(
        serial=new_serial(),
        person_id=holder.person_id,
        course=course.slug,
        version=course.guideline.version,
        statement=course.rules.statement,
        method=ELEARNING,
        correct=correct,
        asked=asked,
        name=holder.name,
        number=holder.number,
        department=holder.department,
        category=holder.category,
        confirmed_at=now,
    )
    db.session.add(completion)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        winner = find_completion(holder.person_id, course.slug)
        if winner is None:
            raise
        return winner
    return completion


def _passing_score(person_id: str, course: Course) -> tuple[int, int]:
    """Right answers and questions over the first passing attempt of each section."""
    correct = asked = 0
    seen: set[str] = set()
    rows = db.session.execute(
        select(AttemptRow.section, AttemptRow.correct, func.count(AttemptQuestionRow.position))
        .join(AttemptQuestionRow, AttemptQuestionRow.attempt_id == AttemptRow.id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course.slug,
            AttemptRow.passed.is_(True),
        )
        .group_by(AttemptRow.id, AttemptRow.section, AttemptRow.correct, AttemptRow.finished_at)
        .order_by(AttemptRow.finished_at)
    )
    current = {section.slug for section in course.sections}
    for section, right, questions in rows:
        if section in current and section not in seen:
            seen.add(section)
            correct += right or 0
            asked += questions
    return correct, asked


def new_serial() -> str:
    """Eight unmistakable letters, in two groups: ABCD-2345."""
    letters = "".join(secrets.choice(SERIAL_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def find_completion(person_id: str, course: str) -> CompletionRow | None:
    """The person's completion of a course, or None."""
    return db.session.scalar(
        select(CompletionRow)
        .where(CompletionRow.person_id.in_(same_person(person_id)), CompletionRow.course == course)
        .order_by(CompletionRow.confirmed_at)
        .limit(1)
    )


def find_certificate(serial: str) -> CompletionRow | None:
    """The completion with this serial, or None."""
    return db.session.scalar(select(CompletionRow).where(CompletionRow.serial == serial))


def load_progress(course: str, ids: Iterable[str] | None = None) -> dict[str, Progress]:
    """What people did in a course, by person id (kept ids); people who did nothing are absent.

    ``ids`` limits the reading to these people; None reads everybody.
    """
    merges = merged_into()
    wanted: list[list[str] | None] = [None]
    if ids is not None:
        kept = set(ids)
        every = sorted(kept | {m for m, k in merges.items() if k in kept})
        wanted = [every[i : i + CHUNK] for i in range(0, len(every), CHUNK)]
    began: dict[str, datetime] = {}
    completions: dict[str, list[Completed]] = defaultdict(list)
    for chunk in wanted:
        for table, moment in ((ReadingRow, ReadingRow.read_at), (AttemptRow, AttemptRow.started_at)):
            query = select(table.person_id, func.min(moment)).where(table.course == course)
            if chunk is not None:
                query = query.where(table.person_id.in_(chunk))
            for person_id, at in db.session.execute(query.group_by(table.person_id)):
                kept_id = merges.get(person_id, person_id)
                began[kept_id] = min(began.get(kept_id, at), at)
        finished = select(
            CompletionRow.person_id,
            CompletionRow.confirmed_at,
            CompletionRow.correct,
            CompletionRow.asked,
            CompletionRow.method,
            CompletionRow.version,
            CompletionRow.serial,
        ).where(CompletionRow.course == course)
        if chunk is not None:
            finished = finished.where(CompletionRow.person_id.in_(chunk))
        for c in db.session.execute(finished.order_by(CompletionRow.confirmed_at)):
            score = None if not c.asked else percentage(c.correct, c.asked)
            completions[merges.get(c.person_id, c.person_id)].append(
                Completed(day_of(c.confirmed_at), score, c.method, c.version, c.serial)
            )
    return {
        person_id: Progress(
            began_on=day_of(began[person_id]) if person_id in began else None,
            completions=tuple(completions.get(person_id, ())),
        )
        for person_id in began.keys() | completions.keys()
    }
