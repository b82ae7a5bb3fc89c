"""A wrong question is withdrawn: who failed only by it passes and is told; nobody's pass is revoked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.audit.check import check_all
from app.courses.model import Course, Section
from app.training.attempts import Attempt, keep_answer, load_attempt, start_attempt
from app.training.progress import section_states
from app.training.regrading import NotPossible, news_for, reinstate, withdrawn_on_record, would_pass
from app.training.withdrawing import withdraw
from tests.answering import wanted
from tests.people_builder import hire

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
SECTION = "4-basics"


@pytest.fixture
def section(course: Course) -> Section:
    found = course.section(SECTION)
    assert found is not None
    return found


def answer(attempt_id: str, wrong: set[int], upto: int = 99) -> Attempt:
    """Answer the questions up to a place, those at ``wrong`` wrongly."""
    moment = NOW + timedelta(minutes=1)
    attempt = load_attempt(attempt_id)
    assert attempt is not None
    while attempt.passed is None and (asked := attempt.next_question) is not None and asked.position <= upto:
        keep_answer(attempt, asked, wanted(asked, asked.position not in wrong), moment)
        attempt = load_attempt(attempt_id)
        assert attempt is not None
    return attempt


def started(course: Course, section: Section) -> str:
    """A test that is answered in one step where only its last question is still to come."""
    for number in range(1, 100):
        drawn = load_attempt(start_attempt(hire(str(number)), course, section, NOW))
        assert drawn is not None
        if not drawn.questions[-2].scenario.goes_on:
            return drawn.id
    raise AssertionError("stories only")


def test_who_failed_only_by_the_question_passes_and_others_do_not(
    app: Flask, course: Course, section: Section
) -> None:
    near, far, good = hire("1"), hire("2"), hire("3")
    failed = answer(start_attempt(near, course, section, NOW), {1, 2})
    assert failed.passed is False
    gone = failed.questions[0].scenario.id
    answer(start_attempt(far, course, section, NOW), {1, 2, 3, 4})
    passed = answer(start_attempt(good, course, section, NOW), set())
    assert passed.passed is True
    assert [one.person_id for one in would_pass("sns-guideline", gone)] == [near]
    with pytest.raises(NotPossible):
        withdraw("sns-guideline", gone, " ", "人事", NOW)
    assert withdraw("sns-guideline", gone, "正答が二つある", "人事", NOW) == 1
    with pytest.raises(NotPossible):
        withdraw("sns-guideline", gone, "もう一度", "人事", NOW)
    assert section_states(near, course)[SECTION].passed_at is not None
    assert section_states(far, course)[SECTION].passed_at is None
    assert section_states(good, course)[SECTION].passed_at is not None
    after = load_attempt(failed.id)
    assert after is not None
    assert after.passed is True
    assert len(news_for(near, NOW)) == 1
    assert news_for(good, NOW) == []
    assert check_all().findings == []
    ((row, count),) = withdrawn_on_record()
    assert count == 1
    assert reinstate(row.id, "人事", NOW)
    assert section_states(near, course)[SECTION].passed_at is not None
    assert not reinstate(row.id, "人事", NOW)


def test_it_is_drawn_no_more_and_an_open_test_leaves_it_out(
    app: Flask, course: Course, section: Section
) -> None:
    person = hire("1")
    identifier = start_attempt(person, course, section, NOW)
    attempt = load_attempt(identifier)
    assert attempt is not None
    gone = attempt.questions[1].scenario.id
    withdraw("sns-guideline", gone, "正答が二つある", "人事", NOW)
    done = answer(identifier, {1})
    assert done.passed is True
    assert done.questions[1].chosen is None
    for number in range(2, 12):
        other = load_attempt(start_attempt(hire(str(number)), course, section, NOW))
        assert other is not None
        assert gone not in {q.scenario.id for q in other.questions}
    assert check_all().findings == []


def test_an_open_test_that_waited_for_nothing_else_is_finished(
    app: Flask, course: Course, section: Section
) -> None:
    identifier = start_attempt(hire("1", start=date(2024, 4, 1)), course, section, NOW)
    attempt = load_attempt(identifier)
    assert attempt is not None
    last = len(attempt.questions)
    answer(identifier, set(), upto=last - 1)
    withdraw("sns-guideline", attempt.questions[-1].scenario.id, "古い事例", "人事", NOW)
    after = load_attempt(identifier)
    assert after is not None
    assert after.passed is True
    assert after.next_question is None


def test_the_last_answer_is_sent_while_another_question_is_withdrawn(
    app: Flask, course: Course, section: Section
) -> None:
    identifier = started(course, section)
    attempt = answer(identifier, set(), upto=section.questions - 2)
    sent, other = attempt.questions[-2:]
    withdraw("sns-guideline", other.scenario.id, "正答が二つある", "人事", NOW)
    keep_answer(attempt, sent, wanted(sent, True), NOW)
    after = load_attempt(identifier)
    assert after is not None
    assert (after.next_question, after.passed) == (None, True)


def test_the_last_answer_is_sent_while_a_question_is_brought_back(
    app: Flask, course: Course, section: Section
) -> None:
    identifier = started(course, section)
    drawn = load_attempt(identifier)
    assert drawn is not None
    withdraw("sns-guideline", drawn.questions[-1].scenario.id, "正答が二つある", "人事", NOW)
    attempt = answer(identifier, {1}, upto=section.questions - 2)
    sent, other = attempt.questions[-2:]
    assert reinstate(withdrawn_on_record()[0][0].id, "人事", NOW)
    keep_answer(attempt, sent, wanted(sent, True), NOW)
    after = load_attempt(identifier)
    assert after is not None
    assert after.passed is None
    assert after.next_question is not None
    assert after.next_question.position == other.position
