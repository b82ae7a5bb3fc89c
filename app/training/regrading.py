"""A wrong question is withdrawn: marks without it, who passes because of it, and nobody's pass revoked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.clock import day_of, end_of
from app.db import begin_writing, db, held
from app.evidence import ledger
from app.people.directory import merged_into
from app.training import witness
from app.training.corrections_models import AmendmentOpeningRow, RegradeRow, WithdrawnQuestionRow
from app.training.grading import has_passed
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow
from app.training.progress import counting, passes, same_person, voided
from app.training.withdrawn import withdrawn_scenarios

#: For so many days the home page tells somebody that a test passes since.
TOLD_DAYS = 60


class NotPossible(Exception):
    """It cannot be done so; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A finished test's marks without the withdrawn questions."""

    attempt_id: str
    person_id: str
    section: str
    run_id: str
    correct: int
    halves: int
    asked: int
    passes: bool


def mark_without(attempt: AttemptRow, gone: Collection[str]) -> Marked:
    """What the test comes to when these questions are left out."""
    rows = db.session.execute(
        select(AttemptQuestionRow.scenario, AnswerRow.correct, AnswerRow.half)
        .outerjoin(
            AnswerRow,
            (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
            & (AnswerRow.position == AttemptQuestionRow.position),
        )
        .where(AttemptQuestionRow.attempt_id == attempt.id)
    ).all()
    left = [row for row in rows if row.scenario not in gone]
    correct = sum(bool(row.correct) for row in left)
    halves = sum(bool(row.half) for row in left)
    passed = bool(left) and has_passed(correct, len(left), attempt.pass_mark, halves)
    return Marked(
        attempt.id, attempt.person_id, attempt.section, attempt.run_id, correct, halves, len(left), passed
    )


def regrade_finished(attempt: AttemptRow, now: datetime) -> bool:
    """Let a test just finished pass when it fails only by withdrawn questions. Does not commit."""
    gone = withdrawn_scenarios(attempt.course)
    if attempt.passed or not gone:
        return False
    marked = mark_without(attempt, gone)
    if not marked.passes:
        return False
    asked = select(AttemptQuestionRow.scenario).where(AttemptQuestionRow.attempt_id == attempt.id)
    question = db.session.scalar(
        select(WithdrawnQuestionRow.id)
        .where(
            WithdrawnQuestionRow.course == attempt.course,
            WithdrawnQuestionRow.scenario.in_(asked),
            held(WithdrawnQuestionRow),
        )
        .limit(1)
    )
    assert question is not None
    keep_regrade(attempt, marked, question, "", now)
    return True


def keep_regrade(attempt: AttemptRow, marked: Marked, question: int, by: str, now: datetime) -> None:
    """Keep that a failed test passes. Does not commit."""
    row = RegradeRow(
        attempt_id=attempt.id, question_id=question, correct=marked.correct, halves=marked.halves,
        asked=marked.asked, recorded_at=now,
    )  # fmt: skip
    db.session.add(row)
    witness.attempt_regraded(attempt, row, by, now)


def would_pass(course: str, scenario: str) -> list[Marked]:
    """Failed tests that would pass without the question, one for everybody who has not passed otherwise."""
    gone = {*withdrawn_scenarios(course), scenario}
    merges = merged_into()
    found: dict[tuple[str, str, str], Marked] = {}
    for attempt in db.session.scalars(
        select(AttemptRow)
        .join(AttemptQuestionRow, AttemptQuestionRow.attempt_id == AttemptRow.id)
        .where(
            AttemptRow.course == course,
            AttemptRow.passed.is_(False),
            ~passes(),
            AttemptQuestionRow.scenario == scenario,
        )
        .order_by(AttemptRow.finished_at, AttemptRow.id)
    ):
        key = (merges.get(attempt.person_id, attempt.person_id), attempt.section, attempt.run_id)
        if key in found or _passed_already(attempt):
            continue
        marked = mark_without(attempt, gone)
        if marked.passes:
            found[key] = marked
    return list(found.values())


def _passed_already(attempt: AttemptRow) -> bool:
    """Passed in another test, or the test is void because a completion was annulled.

    Once an amended section is owed again, a pass of its older text is none.
    """
    if db.session.scalar(select(AttemptRow.id).where(AttemptRow.id == attempt.id, voided())) is not None:
        return True
    query = select(AttemptRow.id).where(
        AttemptRow.person_id.in_(same_person(attempt.person_id)),
        AttemptRow.course == attempt.course,
        AttemptRow.section == attempt.section,
        AttemptRow.run_id == attempt.run_id,
        counting(),
    )
    opened_on = db.session.scalar(
        select(func.max(AmendmentOpeningRow.opened_on)).where(
            AmendmentOpeningRow.course == attempt.course,
            AmendmentOpeningRow.section == attempt.section,
            AmendmentOpeningRow.opened_on <= day_of(attempt.started_at),
            held(AmendmentOpeningRow),
        )
    )
    if opened_on is not None:
        since = end_of(opened_on - timedelta(days=1))
        query = query.where((AttemptRow.started_at >= since) | (AttemptRow.revision == attempt.revision))
    return db.session.scalar(query.limit(1)) is not None


def times_asked(course: str, scenario: str) -> int:
    """In how many tests the question was asked."""
    return len(
        db.session.scalars(
            select(AttemptQuestionRow.attempt_id)
            .join(AttemptRow, AttemptRow.id == AttemptQuestionRow.attempt_id)
            .where(AttemptRow.course == course, AttemptQuestionRow.scenario == scenario)
        ).all()
    )


def withdraw_question(course: str, scenario: str, reason: str, by: str, now: datetime) -> list[AttemptRow]:
    """Begin a transaction that withdraws a question; return the tests that pass because of it.

    Open tests that wait for nothing else are finished. The caller commits. Raises NotPossible.
    """
    if not reason.strip():
        raise NotPossible("取り下げる理由を入力してください。")
    begin_writing()
    # Who answers just now is waited for, or waits (PostgreSQL); before the chain, which they lock after it.
    open_tests = select(AttemptRow.id).where(AttemptRow.course == course, AttemptRow.finished_at.is_(None))
    db.session.scalars(open_tests.order_by(AttemptRow.id).with_for_update(key_share=True)).all()
    if scenario in withdrawn_scenarios(course):
        db.session.rollback()
        raise NotPossible("この問題は、もう取り下げられています。")
    regraded = would_pass(course, scenario)
    row = WithdrawnQuestionRow(
        course=course, scenario=scenario, reason=reason.strip(), recorded_by=by, recorded_at=now
    )
    db.session.add(row)
    db.session.flush()
    ledger.append("question.withdrawn", now, by=by, course=course, scenario=scenario)
    passed = []
    for marked in regraded:
        attempt = db.session.get_one(AttemptRow, marked.attempt_id)
        keep_regrade(attempt, marked, row.id, by, now)
        passed.append(attempt)
    return passed + _finish_waiting(course, now)


def _finish_waiting(course: str, now: datetime) -> list[AttemptRow]:
    """Finish open tests in which only withdrawn questions lack an answer; return those that pass."""
    gone = withdrawn_scenarios(course)
    passed = []
    for attempt in db.session.scalars(
        select(AttemptRow).where(AttemptRow.course == course, AttemptRow.finished_at.is_(None))
    ).all():
        rows = db.session.execute(
            select(AttemptQuestionRow.scenario, AnswerRow.correct, AnswerRow.half)
            .outerjoin(
                AnswerRow,
                (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
                & (AnswerRow.position == AttemptQuestionRow.position),
            )
            .where(AttemptQuestionRow.attempt_id == attempt.id)
        ).all()
        answered = [row for row in rows if row.correct is not None]
        if not answered or any(row.correct is None and row.scenario not in gone for row in rows):
            continue
        attempt.correct = sum(row.correct for row in answered)
        attempt.halves = sum(row.half for row in answered)
        attempt.passed = has_passed(attempt.correct, len(rows), attempt.pass_mark, attempt.halves)
        attempt.finished_at = now
        witness.attempt_submitted(attempt)
        if regrade_finished(attempt, now) or attempt.passed:
            passed.append(attempt)
    return passed


def reinstate(question_id: int, by: str, now: datetime) -> bool:
    """Ask a question again; who passed by its withdrawal keeps the pass. False when it was not withdrawn."""
    begin_writing()
    row = db.session.get(WithdrawnQuestionRow, question_id)
    if row is None or row.withdrawn_at is not None:
        db.session.rollback()
        return False
    row.withdrawn_at = now
    ledger.append("question.reinstated", now, by=by, course=row.course, scenario=row.scenario)
    db.session.commit()
    return True


def withdrawn_on_record() -> Sequence[tuple[WithdrawnQuestionRow, int]]:
    """Every question withdrawn, newest first, with the number of tests that pass because of it."""
    rows = db.session.scalars(select(WithdrawnQuestionRow).order_by(WithdrawnQuestionRow.id.desc())).all()
    of = list(db.session.scalars(select(RegradeRow.question_id)))
    return [(row, of.count(row.id)) for row in rows]


@dataclass(frozen=True, slots=True)
class News:
    """A test of somebody that passes since a question was withdrawn."""

    course: str
    section: str
    run_id: str


def news_for(person_id: str, now: datetime) -> list[News]:
    """What the home page tells: tests that pass since, for some weeks."""
    rows = db.session.execute(
        select(AttemptRow.course, AttemptRow.section, AttemptRow.run_id)
        .join(RegradeRow, RegradeRow.attempt_id == AttemptRow.id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            RegradeRow.recorded_at > now - timedelta(days=TOLD_DAYS),
        )
        .order_by(RegradeRow.id.desc())
    )
    return [News(*row) for row in rows]
