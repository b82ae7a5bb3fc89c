"""What the chain of evidence says of what people do; appended in the transaction that keeps it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, or_, select

from app.clock import day_of
from app.courses.model import Course
from app.db import db, read
from app.evidence import ledger
from app.evidence.chain import Value, digest, stamp
from app.evidence.ledger import Happening, Subject
from app.people.models import AppointmentRow, DepartmentRow, PlacementRow, ProfileRow, TermRow
from app.training.corrections_models import RegradeRow
from app.training.models import AnswerRow, AnswerStepRow, AttemptQuestionRow, AttemptRow, CompletionRow
from app.training.passed import first_passes, score_of
from app.training.progress import same_person

#: The rule by which ``attempt.submitted`` was passed: the mark, or one question lost, never nothing right.
RULE = "mark-or-one-lost"

Shown = tuple[int, str, str, str]
"""One question of an attempt: position, scenario, its revision, order of its choices."""
Answered = tuple[int, str, bool, bool, datetime]
"""One answer: position, places of the choices taken, whether right, whether worth half, when."""
Stepped = tuple[int, int, str, str, int, datetime]
"""One step of a story: position, step, scene, order of its choices, place taken, when."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything shown and answered in one attempt."""

    questions: tuple[Shown, ...] = ()
    answers: tuple[Answered, ...] = ()
    steps: tuple[Stepped, ...] = ()

    def shown_digest(self) -> str:
        """SHA-256 over what was drawn."""
        return digest([list(question) for question in self.questions])

    def digest(self, seed: str) -> str:
        """SHA-256 over what was shown and what was answered; without the seed it says nothing."""
        given: dict[int, list[Value]] = {
            position: [chosen, int(right), int(half), stamp(at)]
            for position, chosen, right, half, at in self.answers
        }
        return digest(
            [
                seed,
                [[*question, *given.get(question[0], [])] for question in self.questions],
                [[*step[:5], stamp(step[5])] for step in self.steps],
            ]
        )


def content_published(course: str, section: str, revision: str, now: datetime) -> None:
    """The text of a section ("" for all of them) was kept for the first time: somebody is shown it."""
    facts = published(course, section, revision)
    ledger.append_all([Happening("content.published", now, facts=facts)])


def attempt_started(attempt: AttemptRow, now: datetime) -> None:
    """A person began a test; its questions are there already."""
    who = subject_on(attempt.person_id, day_of(now))
    ledger.append_all([started(attempt, sheet_of(attempt.id), who)])


def attempt_submitted(attempt: AttemptRow) -> None:
    """A person gave a test's last answer; nothing happens while one is missing."""
    if attempt.finished_at is None:
        return
    ledger.append_all([submitted(attempt, sheet_of(attempt.id))])


def completion_granted(
    completion: CompletionRow, course: Course, by: str = "", attempts: list[str] | None = None
) -> None:
    """A person completed a course (``by`` is who recorded it from paper), resting on ``attempts``."""
    db.session.flush()  # what the row leaves to its defaults stands from here on
    if attempts is None:
        attempts = passing_attempts(completion, {section.slug for section in course.sections})
    ledger.append_all([granted(completion, attempts, by)])


def completion_annulled(
    completion: CompletionRow, reason: str, document: str, by: str, now: datetime
) -> None:
    """A completion was taken back; ``reason`` is a category, never a sentence about somebody."""
    ledger.append(
        "completion.annulled", now, completion.person_id, by,
        serial=completion.serial, reason=reason, document=document,
    )  # fmt: skip


def completion_restored(completion: CompletionRow, by: str, now: datetime) -> None:
    """An annulment was a mistake and is taken back."""
    ledger.append("completion.restored", now, completion.person_id, by, serial=completion.serial)


def attempt_regraded(attempt: AttemptRow, regrade: RegradeRow, by: str, now: datetime) -> None:
    """A failed test passes, as it failed only because of withdrawn questions."""
    ledger.append(
        "attempt.regraded", now, attempt.person_id, by,
        attempt=attempt.id, course=attempt.course, section=attempt.section, run=attempt.run_id,
        correct=regrade.correct, halves=regrade.halves, asked=regrade.asked, passed=1,
    )  # fmt: skip


# ---- the same as values, for one and for many


def published(course: str, section: str, revision: str) -> dict[str, Value]:
    """Facts of ``content.published``."""
    return {"course": course, "section": section, "revision": revision}


def started(attempt: AttemptRow, sheet: Sheet, who: Subject | str) -> Happening:
    """``attempt.started``: what was drawn, as a digest."""
    facts: dict[str, Value] = {
        **_about(attempt),
        "language": attempt.language,
        "questions": sheet.shown_digest(),
    }
    return Happening("attempt.started", attempt.started_at, who, facts=facts)


def submitted(attempt: AttemptRow, sheet: Sheet) -> Happening:
    """``attempt.submitted``: score, rule, and the answers as a digest salted with the attempt's seed."""
    assert attempt.finished_at is not None
    facts: dict[str, Value] = {
        **_about(attempt),
        "answers": sheet.digest(attempt.seed),
        "asked": len(sheet.questions),
        "correct": attempt.correct or 0,
        "halves": attempt.halves,
        "passed": int(bool(attempt.passed)),
        "pass_mark": attempt.pass_mark,
        "rule": RULE,
    }
    return Happening("attempt.submitted", attempt.finished_at, attempt.person_id, facts=facts)


def granted(completion: CompletionRow, attempts: Sequence[str], by: str = "") -> Happening:
    """``completion.granted``: what the certificate says, and the tests it rests on.

    What was entered later (paper, a test that passes since) says when it was done in ``confirmed_at``.
    """
    who = Subject(completion.person_id, completion.number, completion.name, completion.department)
    facts = completion_facts(completion) | {"attempts": list(attempts)}
    if completion.recorded_at is not None:
        facts["confirmed_at"] = stamp(completion.confirmed_at)
    if completion.amendment:
        facts["amendment"] = completion.amendment
    return Happening("completion.granted", completion.recorded_at or completion.confirmed_at, who, by, facts)


def completion_facts(completion: CompletionRow) -> dict[str, Value]:
    """What chain and table must agree on, whoever holds it."""
    return {
        "serial": completion.serial,
        "course": completion.course,
        "run": completion.run_id,
        "version": completion.version,
        "method": completion.method,
        "statement": hashlib.sha256(completion.statement.encode()).hexdigest(),
        "correct": completion.correct,
        "halves": completion.halves,
        "asked": completion.asked,
        "paper": completion.evidence_number,
    }


def _about(attempt: AttemptRow) -> dict[str, Value]:
    return {
        "attempt": attempt.id,
        "course": attempt.course,
        "run": attempt.run_id,
        "section": attempt.section,
        "revision": attempt.revision,
    }


# ---- reading


def sheet_of(attempt: str) -> Sheet:
    """Everything shown and answered in one attempt."""
    return sheets_of([attempt])[attempt]


_ATTEMPTS: BindParameter[str] = bindparam("attempts", expanding=True)
_QUESTIONS = (
    select(
        AttemptQuestionRow.attempt_id,
        AttemptQuestionRow.position,
        AttemptQuestionRow.scenario,
        AttemptQuestionRow.scenario_revision,
        AttemptQuestionRow.choice_order,
    )
    .where(AttemptQuestionRow.attempt_id.in_(_ATTEMPTS))
    .order_by(AttemptQuestionRow.position)
)
_ANSWERS = (
    select(
        AnswerRow.attempt_id,
        AnswerRow.position,
        AnswerRow.chosen,
        AnswerRow.correct,
        AnswerRow.half,
        AnswerRow.answered_at,
    )
    .where(AnswerRow.attempt_id.in_(_ATTEMPTS))
    .order_by(AnswerRow.position)
)
_STEPS = (
    select(
        AnswerStepRow.attempt_id,
        AnswerStepRow.position,
        AnswerStepRow.step,
        AnswerStepRow.scene,
        AnswerStepRow.choice_order,
        AnswerStepRow.chosen,
        AnswerStepRow.answered_at,
    )
    .where(AnswerStepRow.attempt_id.in_(_ATTEMPTS))
    .order_by(AnswerStepRow.position, AnswerStepRow.step)
)


def sheets_of(attempts: Sequence[str]) -> dict[str, Sheet]:
    """Everything shown and answered in these attempts, in order."""
    questions, answers, steps = (_by_attempt(query, attempts) for query in (_QUESTIONS, _ANSWERS, _STEPS))
    return {a: Sheet(tuple(questions[a]), tuple(answers[a]), tuple(steps[a])) for a in attempts}


def _by_attempt(query: Select[*tuple[Any, ...]], attempts: Sequence[str]) -> dict[str, list[Any]]:
    """Rows without their first column, by it."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in read(query, {"attempts": list(attempts)}):
        found[row[0]].append(tuple(row[1:]))
    return found


def passing_attempts(completion: CompletionRow, sections: Collection[str] | None = None) -> list[str]:
    """The tests a completion rests on: the first pass of each of ``sections`` (None: of any).

    [] when they don't explain its score.
    """
    first = first_passes(
        completion.person_id,
        completion.course,
        completion.run_id,
        None if completion.run_id else sections,
        completion.confirmed_at,
    )
    explained = score_of(first) == (completion.correct, completion.halves, completion.asked)
    return [one.attempt for one in first] if explained else []


def subject_on(person_id: str, day: date) -> Subject:
    """Number, name and department of a person on ``day``: of the 本務 in force, else of the latest post."""
    name = db.session.scalar(
        select(ProfileRow.name).where(ProfileRow.person_id == person_id, ProfileRow.withdrawn_at.is_(None))
    )
    post = db.session.execute(
        select(AppointmentRow.id, AppointmentRow.number)
        .join(TermRow, TermRow.appointment_id == AppointmentRow.id)
        .where(
            AppointmentRow.person_id.in_(same_person(person_id)),
            AppointmentRow.withdrawn_at.is_(None),
            TermRow.withdrawn_at.is_(None),
        )
        .order_by(
            or_(AppointmentRow.start > day, func.coalesce(TermRow.end, day) < day),
            AppointmentRow.main.desc(),
            AppointmentRow.start.desc(),
            AppointmentRow.id,
        )
        .limit(1)
    ).first()
    if post is None:
        return Subject(person_id, "", name or "", "")
    code = db.session.scalar(
        select(PlacementRow.department)
        .where(PlacementRow.appointment_id == post.id, PlacementRow.withdrawn_at.is_(None))
        .order_by(PlacementRow.since > day, PlacementRow.since.desc(), PlacementRow.id.desc())
        .limit(1)
    )
    department = db.session.scalar(
        select(DepartmentRow.name)
        .where(DepartmentRow.code == code, DepartmentRow.withdrawn_at.is_(None))
        .order_by(DepartmentRow.valid_from.desc())
        .limit(1)
    )
    return Subject(person_id, post.number, name or "", department or code or "")
