"""A question is withdrawn in the moment the last answers are sent: every test ends, with the right marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.audit.check import check_all
from app.courses.model import Course, Section
from app.db import db
from app.training.attempts import Attempt, Question, keep_answer, load_attempt, start_attempt
from app.training.grading import has_passed
from app.training.regrading import reinstate, withdrawn_on_record
from app.training.withdrawing import withdraw
from tests.answering import wanted
from tests.at_once import at_once
from tests.people_builder import add_person

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
SECTION = "4-basics"
COURSE = "sns-guideline"


@dataclass(frozen=True)
class Racer:
    """Somebody whose test waits for one answer, or for that and the question that is withdrawn."""

    attempt: Attempt
    last: Question
    wrong: int


@pytest.fixture
def section(course: Course) -> Section:
    found = course.section(SECTION)
    assert found is not None
    return found


def loaded(attempt_id: str) -> Attempt:
    attempt = load_attempt(attempt_id)
    assert attempt is not None
    return attempt


def racer(course: Course, section: Section, wrong: int, open_questions: int) -> Racer:
    """A new person's test, answered but for its last questions, the first ``wrong`` wrongly."""
    attempt = loaded(start_attempt(add_person(), course, section, NOW))
    while any(question.scenario.goes_on for question in attempt.questions[-2:]):
        attempt = loaded(start_attempt(add_person(), course, section, NOW))
    last = len(attempt.questions) - open_questions
    while (question := attempt.next_question) is not None and question.position <= last:
        keep_answer(attempt, question, wanted(question, question.position > wrong), NOW)
        attempt = loaded(attempt.id)
    return Racer(attempt, attempt.questions[last], wrong)


def race(either: Flask, course: Course, section: Section, number: int) -> None:
    """One withdrawal against everybody's last answer."""
    either.config["GUARD_WRITES"] = False
    wrong = number % 3
    # Waits for one answer beside the withdrawn question; for the withdrawn question itself; for neither.
    beside = racer(course, section, wrong, 2)
    gone = beside.attempt.questions[-1].scenario.id
    itself = racer(course, section, wrong, 1)
    others = [racer(course, section, 0, 1) for _ in range(2)]
    either.config["GUARD_WRITES"] = True
    db.session.rollback()
    everybody = [beside, itself, *others]
    at_once(
        either,
        lambda: withdraw(COURSE, gone, "正答が二つある", "人事", NOW),
        *[lambda r=r: keep_answer(r.attempt, r.last, wanted(r.last), NOW) for r in everybody],
    )
    for one in everybody:
        judge(one, gone)
    assert check_all().findings == []
    assert reinstate(withdrawn_on_record()[0][0].id, "人事", NOW)


def judge(one: Racer, gone: str) -> None:
    """The test is over; it says what was answered, and passes with the withdrawn question or without."""
    done = loaded(one.attempt.id)
    assert done.finished_at is not None
    assert done.correct == marks(done)[0]
    assert done.passed is (has_passed_with(done) or has_passed_with(done, gone))


def marks(done: Attempt, gone: str = "") -> tuple[int, int, int]:
    """Right answers, questions, answers worth half."""
    left = [question for question in done.questions if question.scenario.id != gone]
    return (
        sum(bool(question.correct) for question in left),
        len(left),
        sum(question.half for question in left),
    )


def has_passed_with(done: Attempt, gone: str = "") -> bool:
    right, asked, halves = marks(done, gone)
    return has_passed(right, asked, 80, halves)


def test_withdrawn_while_the_last_answers_are_sent(
    either: Flask, course: Course, section: Section, pytestconfig: pytest.Config
) -> None:
    for number in range(60 if pytestconfig.getoption("--long") else 3):
        race(either, course, section, number)


def test_an_answer_to_the_withdrawn_question_comes_after_it_ended_the_test(
    either: Flask, course: Course, section: Section
) -> None:
    either.config["GUARD_WRITES"] = False
    late = racer(course, section, 0, 1)
    gone = late.last.scenario.id
    assert withdraw(COURSE, gone, "正答が二つある", "人事", NOW) == 1
    assert keep_answer(late.attempt, late.last, wanted(late.last), NOW).chosen == frozenset()
    judge(late, gone)
    assert check_all().findings == []
