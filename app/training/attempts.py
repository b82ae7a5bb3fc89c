"""The 確認テスト a person takes: drawn, kept answer by answer, shown again as it was."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.courses.model import Course, Scenario, Section
from app.db import begin_writing, db
from app.training.drawing import Asked, draw
from app.training.grading import grade, has_passed
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow
from app.training.progress import same_person
from app.training.revisions import course_at, keep_revision


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that stands: places in the text of the choices taken, and whether they are right."""

    chosen: frozenset[int]
    correct: bool


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
    """One 確認テスト of one person; ``passed`` is None while it runs.

    ``text`` is the course as it was when the test was drawn (for certain its section and the guideline).
    """

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
    text: Course

    @property
    def next_question(self) -> Question | None:
        """The first question without an answer."""
        return next((q for q in self.questions if q.chosen is None), None)

    @property
    def missed_clauses(self) -> tuple[str, ...]:
        """What to read again: the clauses of wrong answers, in the guideline's order."""
        wrong = {c for q in self.questions if q.correct is False for c in q.scenario.clauses}
        return tuple(label for label in self.text.guideline.clauses if label in wrong)

    def question(self, position: int) -> Question | None:
        """The question at ``position`` (from 1), or None."""
        return next((q for q in self.questions if q.position == position), None)


def start_attempt(person_id: str, course: Course, section: Section, now: datetime) -> str:
    """Draw a test and return its id; a test already under way goes on instead (two tabs, two clicks)."""
    begin_writing()
    running = _open_attempt(person_id, course.slug, section.slug)
    if running is not None:
        db.session.rollback()
        return running
    attempt = AttemptRow(
        person_id=person_id,
        course=course.slug,
        section=section.slug,
        revision=keep_revision(course, section, now),
        language=course.language,
        seed=secrets.token_hex(16),
        pass_mark=course.rules.pass_mark,
        started_at=now,
    )
    db.session.add(attempt)
    try:
        db.session.flush()
        _keep_questions(attempt, section)
        identifier = attempt.id
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        winner = _open_attempt(person_id, course.slug, section.slug)
        if winner is None:
            raise
        return winner
    return identifier


def _keep_questions(attempt: AttemptRow, section: Section) -> None:
    asked = _asked(attempt.person_id, attempt.course)
    for position, item in enumerate(draw(section.scenarios, section.questions, asked, attempt.seed), start=1):
        scenario = section.scenario(item.scenario)
        assert scenario is not None
        db.session.add(
            AttemptQuestionRow(
                attempt_id=attempt.id,
                position=position,
                scenario=scenario.id,
                scenario_revision=scenario.revision,
                choice_order=_join(item.choice_order),
                clauses=",".join(scenario.clauses),
            )
        )


def _open_attempt(person_id: str, course: str, section: str) -> str | None:
    return db.session.scalar(
        select(AttemptRow.id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course,
            AttemptRow.section == section,
            AttemptRow.finished_at.is_(None),
        )
        .order_by(AttemptRow.started_at.desc())
        .limit(1)
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
        .order_by(AttemptRow.started_at, AttemptRow.id, AttemptQuestionRow.position)
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


def load_attempt(
    attempt_id: str, person_id: str | None = None, shown: Course | None = None
) -> Attempt | None:
    """Return an attempt with its questions in the text it was drawn from, whatever the course says today.

    ``shown`` is today's course in the language and with the readings wanted (default: the attempt's
    language). None when there is no such attempt, or it is not ``person_id``'s (None asks for anybody's).
    """
    row = db.session.get(AttemptRow, attempt_id)
    if row is None or (person_id is not None and row.person_id not in same_person(person_id)):
        return None
    text = _text_of(row, shown)
    section = text.section(row.section)
    assert section is not None
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
        questions=_questions(attempt_id, section),
        text=text,
    )


def _text_of(row: AttemptRow, shown: Course | None) -> Course:
    """Today's course when its section still reads as it did, else the kept text."""
    if shown is None:
        return course_at(row.course, row.revision, row.language)
    section = shown.section(row.section)
    if shown.slug == row.course and section is not None and section.revision == row.revision:
        return shown
    return course_at(row.course, row.revision, shown.language, shown.ruby)


def _questions(attempt_id: str, section: Section) -> tuple[Question, ...]:
    rows = db.session.execute(
        select(
            AttemptQuestionRow.position,
            AttemptQuestionRow.scenario,
            AttemptQuestionRow.choice_order,
            AnswerRow.chosen,
            AnswerRow.correct,
        )
        .outerjoin(
            AnswerRow,
            (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
            & (AnswerRow.position == AttemptQuestionRow.position),
        )
        .where(AttemptQuestionRow.attempt_id == attempt_id)
        .order_by(AttemptQuestionRow.position)
    )
    questions = []
    for position, scenario_id, choice_order, chosen, correct in rows:
        scenario = section.scenario(scenario_id)
        assert scenario is not None
        questions.append(Question(position, scenario, _split(choice_order), _taken(chosen), correct))
    return tuple(questions)


def keep_answer(attempt: Attempt, question: Question, chosen: frozenset[int], now: datetime) -> Answer:
    """Keep the first answer to a question and finish the test with its last; safe to repeat.

    Returns the answer that stands: one given already stands, whatever is sent later.
    """
    begin_writing()
    # Locked before anything is added (PostgreSQL): answers to one test wait for each other, the first of
    # two to one question stands, and the last of all sees the others.
    row = db.session.get_one(AttemptRow, attempt.id, with_for_update={"key_share": True})
    earlier = _kept_answer(attempt.id, question.position)
    if earlier is not None:
        db.session.rollback()
        return earlier
    answer = Answer(chosen, grade(question.scenario, chosen))
    db.session.add(
        AnswerRow(
            attempt_id=attempt.id,
            position=question.position,
            chosen=_join(sorted(chosen)),
            correct=answer.correct,
            answered_at=now,
        )
    )
    db.session.flush()
    _finish_when_complete(row, len(attempt.questions), now)
    db.session.commit()
    return answer


def _kept_answer(attempt_id: str, position: int) -> Answer | None:
    row = db.session.get(AnswerRow, (attempt_id, position))
    return None if row is None else Answer(frozenset(_split(row.chosen)), row.correct)


def _finish_when_complete(row: AttemptRow, asked: int, now: datetime) -> None:
    results = list(db.session.scalars(select(AnswerRow.correct).where(AnswerRow.attempt_id == row.id)))
    if len(results) == asked and row.finished_at is None:
        row.correct = sum(results)
        row.passed = has_passed(row.correct, asked, row.pass_mark)
        row.finished_at = now


def _taken(chosen: str | None) -> frozenset[int] | None:
    return None if chosen is None else frozenset(_split(chosen))


def _join(places: list[int] | tuple[int, ...]) -> str:
    return ",".join(map(str, places))


def _split(places: str) -> tuple[int, ...]:
    return tuple(map(int, places.split(",")))
