"""The 確認テスト a person takes: drawn, kept answer by answer, shown again as it was."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from app.courses.model import Course, Section
from app.db import begin_writing, db, read
from app.training import witness
from app.training.corrections_models import RegradeRow
from app.training.drawing import Asked, Drawn, choice_order, draw
from app.training.grading import grade, has_passed
from app.training.models import AnswerRow, AnswerStepRow, AttemptQuestionRow, AttemptRow
from app.training.paper import Answer as Answer
from app.training.paper import Attempt as Attempt
from app.training.paper import Question as Question
from app.training.paper import Taken
from app.training.progress import same_person
from app.training.regrading import regrade_finished
from app.training.revisions import course_at, keep_revision
from app.training.story import Grade, Step, grade_story, scene_after, told
from app.training.withdrawn import withdrawn_scenarios


def start_attempt(person_id: str, course: Course, section: Section, now: datetime) -> str:
    """Draw a test and return its id; a test already under way goes on instead (two tabs, two clicks)."""
    begin_writing()
    running = open_attempt(person_id, course.slug, section.slug)
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
        asked = asked_before(attempt.person_id, attempt.course)
        gone = withdrawn_scenarios(course.slug)
        bank = [one for one in section.scenarios if one.id not in gone] or section.scenarios
        keep_form(attempt, section, draw(bank, section.questions, asked, attempt.seed))
        identifier = attempt.id
        witness.attempt_started(attempt, now)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        winner = open_attempt(person_id, course.slug, section.slug)
        if winner is None:
            raise
        return winner
    return identifier


def keep_form(attempt: AttemptRow, text: Section | Course, form: Sequence[Drawn]) -> None:
    """Keep what was drawn from ``text``. Does not commit."""
    for position, item in enumerate(form, start=1):
        scenario = text.scenario(item.scenario)
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


def open_attempt(person_id: str, course: str, section: str, run_id: str = "") -> str | None:
    """The test this person has under way in a section, or (section "") in a year's run."""
    return db.session.scalar(
        select(AttemptRow.id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course,
            AttemptRow.section == section,
            AttemptRow.run_id == run_id,
            AttemptRow.finished_at.is_(None),
        )
        .order_by(AttemptRow.started_at.desc())
        .limit(1)
    )


def asked_before(person_id: str, course: str) -> Asked:
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


_ATTEMPT = select(AttemptRow.__table__).where(AttemptRow.id == bindparam("attempt"))
#: The same, locked before anything is added (PostgreSQL): answers to one test wait for each other, the first
#: of two to one question stands, and the last of all sees the others.
_LOCKED = _ATTEMPT.with_for_update(key_share=True)
_QUESTIONS = (
    select(
        AttemptQuestionRow.position,
        AttemptQuestionRow.scenario,
        AttemptQuestionRow.choice_order,
        AnswerRow.chosen,
        AnswerRow.correct,
        AnswerRow.half,
    )
    .outerjoin(
        AnswerRow,
        (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
        & (AnswerRow.position == AttemptQuestionRow.position),
    )
    .where(AttemptQuestionRow.attempt_id == bindparam("attempt"))
    .order_by(AttemptQuestionRow.position)
)
_ANSWERS = select(AnswerRow.position, AnswerRow.chosen, AnswerRow.correct, AnswerRow.half).where(
    AnswerRow.attempt_id == bindparam("attempt")
)
_KEEP = insert(AnswerRow)


def load_attempt(
    attempt_id: str, person_id: str | None = None, shown: Course | None = None
) -> Attempt | None:
    """Return an attempt with its questions in the text it was drawn from, whatever the course says today.

    ``shown`` is today's course in the language and with the readings wanted (default: the attempt's
    language). None when there is no such attempt, or it is not ``person_id``'s (None asks for anybody's).
    """
    row = next(iter(read(_ATTEMPT, {"attempt": attempt_id})), None)
    if row is None:
        return None
    if person_id not in (None, row.person_id) and row.person_id not in same_person(person_id or ""):
        return None
    text = _text_of(row, shown)
    asked_of = text.section(row.section) if row.section else text
    assert asked_of is not None
    return Attempt(
        id=row.id,
        person_id=row.person_id,
        course=row.course,
        section=row.section,
        run_id=row.run_id,
        revision=row.revision,
        language=row.language,
        started_at=row.started_at,
        finished_at=row.finished_at,
        correct=row.correct,
        halves=row.halves,
        passed=row.passed or (None if row.passed is None else _passes_since(row)),
        questions=_skipping(row, _questions(row, asked_of)),
        text=text,
    )


def _text_of(row: Row[Any], shown: Course | None) -> Course:
    """Today's course when it (its section) still reads as it did, else the kept text."""
    if shown is None:
        return course_at(row.course, row.revision, row.language)
    today = shown.section(row.section) if row.section else shown
    if shown.slug == row.course and today is not None and today.revision == row.revision:
        return shown
    return course_at(row.course, row.revision, shown.language, shown.ruby)


def _questions(attempt: Row[Any], text: Section | Course) -> tuple[Question, ...]:
    steps: dict[int, list[AnswerStepRow]] | None = None
    questions = []
    for row in read(_QUESTIONS, {"attempt": attempt.id}):
        scenario = text.scenario(row.scenario)
        assert scenario is not None
        order, chosen = _split(row.choice_order), _taken(row.chosen)
        question = Question(
            row.position, scenario, order, chosen, row.correct, row.half or False, (), scenario.id, order
        )
        if scenario.goes_on:
            steps = _steps(attempt.id) if steps is None else steps
            question = _story(question, steps.get(row.position, []), attempt.seed)
        questions.append(question)
    return tuple(questions)


def _skipping(row: Any, questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """A test leaves out what was withdrawn before it was answered; a finished one what it never asked."""
    if row.finished_at is not None:
        gone = frozenset(q.scenario.id for q in questions if q.chosen is None)
    else:
        gone = _left_out(row.course, questions)
    if not gone:
        return questions
    return tuple(
        replace(q, skipped=True) if q.chosen is None and q.scenario.id in gone else q for q in questions
    )


def _left_out(course: str, questions: Sequence[Question]) -> frozenset[str]:
    """What a test under way does not ask: the questions withdrawn now, as long as anything else is asked."""
    withdrawn = withdrawn_scenarios(course)
    return withdrawn if any(q.scenario.id not in withdrawn for q in questions) else frozenset()


def _passes_since(row: Any) -> bool:
    """Whether a failed test passes since a wrong question was withdrawn."""
    return db.session.scalar(select(RegradeRow.id).where(RegradeRow.attempt_id == row.id)) is not None


def _steps(attempt_id: str, position: int | None = None) -> dict[int, list[AnswerStepRow]]:
    """The steps taken, in order, by the question's position."""
    query = select(AnswerStepRow).where(AnswerStepRow.attempt_id == attempt_id)
    if position is not None:
        query = query.where(AnswerStepRow.position == position)
    found: dict[int, list[AnswerStepRow]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(AnswerStepRow.position, AnswerStepRow.step)):
        found[row.position].append(row)
    return found


def _story(question: Question, rows: Sequence[AnswerStepRow], seed: str) -> Question:
    """The question with its steps as shown, and the scene to answer now."""
    scenario, steps = question.scenario, _as_steps(rows)
    taken = tuple(
        Taken(scene, _split(row.choice_order), row.chosen)
        for row, (scene, _) in zip(rows, told(scenario, steps), strict=False)
    )
    now = scene_after(scenario, steps) or (taken[-1].scene if taken else scenario)
    order = question.order if now is scenario else choice_order(now, seed)
    return replace(question, steps=taken, scene_id=now.id, scene_order=order)


def _as_steps(rows: Sequence[AnswerStepRow]) -> list[Step]:
    return [Step(row.scene, row.chosen) for row in rows]


def keep_answer(
    attempt: Attempt,
    question: Question,
    chosen: frozenset[int],
    now: datetime,
    passed: Callable[[AttemptRow], None] | None = None,
) -> Answer:
    """Keep the first answer to a question and finish the test with its last; safe to repeat.

    Of a story it keeps one step, in the scene ``question`` stands at. Returns the answer (of a story: the
    step) that stands: one given already stands, whatever is sent later, and to a test that is over nothing is
    added. ``passed`` is called before the commit when this answer passes the test.
    """
    begin_writing()
    (here,) = read(_LOCKED, {"attempt": attempt.id})
    kept = {answer.position: answer for answer in read(_ANSWERS, {"attempt": attempt.id})}
    story = question.scenario.goes_on
    steps = _steps(attempt.id, question.position).get(question.position, []) if story else []
    # Of a story that ended before this scene nothing stands here.
    there = frozenset(step.chosen for step in steps[len(question.steps) :][:1])
    if (earlier := kept.get(question.position)) is not None:
        stands = there if story else frozenset(_split(earlier.chosen))
        db.session.rollback()
        return Answer(stands, earlier.correct, earlier.half)
    if here.finished_at is not None:
        # Since the test was read, HR withdrew the question, and nothing else was waited for.
        db.session.rollback()
        return Answer(there, False)
    if story:
        if len(steps) != len(question.steps):
            db.session.rollback()
            return Answer(there, False, ended=False)
        steps.append(_new_step(attempt, question, chosen, now))
        if scene_after(question.scenario, _as_steps(steps)) is not None:
            db.session.commit()
            return Answer(chosen, False, ended=False)
        worth, first = grade_story(question.scenario, _as_steps(steps)), frozenset([steps[0].chosen])
    else:
        worth, first = Grade(grade(question.scenario, chosen)), chosen
    answer = {
        "attempt_id": attempt.id,
        "position": question.position,
        "chosen": _join(sorted(first)),
        "correct": worth.correct,
        "half": worth.half,
        "answered_at": now,
    }
    db.session.connection().execute(_KEEP, answer)
    answered = kept.keys() | {question.position}
    waiting = [q.scenario.id for q in attempt.questions if q.position not in answered]
    # Since the test was read, HR may have withdrawn a question or brought one back.
    if not waiting or _left_out(attempt.course, attempt.questions).issuperset(waiting):
        results = [worth, *(Grade(a.correct, a.half) for a in kept.values())]
        row = db.session.get_one(AttemptRow, attempt.id)
        _finish(row, results, len(attempt.questions), now, passed)
    db.session.commit()
    return Answer(chosen, worth.correct, worth.half)


def _new_step(attempt: Attempt, question: Question, chosen: frozenset[int], now: datetime) -> AnswerStepRow:
    (place,) = chosen
    row = AnswerStepRow(
        attempt_id=attempt.id,
        position=question.position,
        step=len(question.steps) + 1,
        scene=question.scene.id,
        choice_order=_join(question.scene_order),
        chosen=place,
        answered_at=now,
    )
    db.session.add(row)
    return row


def _finish(
    row: AttemptRow,
    results: Sequence[Grade],
    asked: int,
    now: datetime,
    passed: Callable[[AttemptRow], None] | None,
) -> None:
    if row.finished_at is not None:
        return
    row.correct = sum(result.correct for result in results)
    row.halves = sum(result.half for result in results)
    row.passed = has_passed(row.correct, asked, row.pass_mark, row.halves)
    row.finished_at = now
    witness.attempt_submitted(row)
    if (regrade_finished(row, now) or row.passed) and passed is not None:
        passed(row)


def _taken(chosen: str | None) -> frozenset[int] | None:
    return None if chosen is None else frozenset(_split(chosen))


def _join(places: list[int] | tuple[int, ...]) -> str:
    return ",".join(map(str, places))


def _split(places: str) -> tuple[int, ...]:
    return tuple(map(int, places.split(",")))
