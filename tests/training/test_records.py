"""What people did is kept once, whatever they press and however often, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.courses.model import Course, Section
from app.db import Base, begin_writing, db
from app.people.models import MergeRow
from app.training.attempts import Attempt, keep_answer, load_attempt, start_attempt
from app.training.models import (
    AnswerRow,
    AttemptRow,
    CompletionRow,
    ContentFileRow,
    ContentRevisionRow,
    ReadingRow,
)
from app.training.progress import find_completion, load_progress, section_states
from app.training.records import Holder, NotYet, confirm, find_certificate, keep_reading
from tests.answering import answer_all
from tests.at_once import at_once
from tests.people_builder import RECORDED, add_person

NOW = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def kana(either: Flask) -> Iterator[str]:
    """A new hire's id."""
    either.config["GUARD_WRITES"] = False
    person_id = add_person("試験 花子")
    either.config["GUARD_WRITES"] = True
    yield person_id


def count(table: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def begin(person_id: str, course: Course, section: Section, now: datetime = NOW) -> Attempt:
    attempt = load_attempt(start_attempt(person_id, course, section, now), person_id, course)
    assert attempt is not None
    return attempt


def finish(attempt: Attempt, wrong: int = 0, now: datetime = NOW) -> Attempt:
    """Answer every question, the first ``wrong`` of them wrongly."""
    return answer_all(attempt, now, wrong)


def complete_sections(person_id: str, course: Course) -> None:
    for section in course.sections:
        keep_reading(person_id, course, section, NOW)
        finish(begin(person_id, course, section))


def holder(person_id: str) -> Holder:
    return Holder(person_id, "試験 花子", "0001234", "給食センター", "会計年度任用職員(パートタイム)")


def test_reading_twice_is_kept_once_with_its_text(kana: str, course: Course) -> None:
    section = course.sections[0]
    keep_reading(kana, course, section, NOW)
    keep_reading(kana, course, section, NOW + timedelta(hours=1))
    assert count(ReadingRow) == 1
    assert section_states(kana, course)[section.slug].read_at == NOW
    revision = db.session.get_one(ContentRevisionRow, section.revision)
    assert revision.section == section.slug


def test_two_people_begin_at_once_on_a_text_nobody_had(
    either: Flask,
    kana: str,
    course: Course,
) -> None:
    either.config["GUARD_WRITES"] = False
    others = [add_person(f"試験 {n}") for n in range(4)]
    db.session.rollback()
    section = course.sections[2]
    ids = at_once(
        either,
        *[lambda p=p: start_attempt(p, course, section, NOW) for p in [kana, *others]],
    )
    assert len(set(ids)) == 5
    assert count(ContentRevisionRow) == 1
    assert count(ContentFileRow) == len(section.files)


def test_pressing_start_in_two_tabs_begins_one_test(
    either: Flask,
    kana: str,
    course: Course,
) -> None:
    section = course.sections[0]
    db.session.rollback()
    ids = at_once(either, *[lambda: start_attempt(kana, course, section, NOW)] * 4)
    assert len(set(ids)) == 1
    assert count(AttemptRow) == 1
    state = section_states(kana, course)[section.slug]
    assert (state.open_attempt, state.answered, state.asked) == (ids[0], 0, section.questions)


def test_the_first_answer_stands(kana: str, course: Course) -> None:
    attempt = begin(kana, course, course.sections[0])
    question = attempt.questions[0]
    wrong = frozenset([next(p for p in question.order if p not in question.scenario.right)])
    first = keep_answer(attempt, question, wrong, NOW)
    again = keep_answer(attempt, question, question.scenario.right, NOW + timedelta(minutes=1))
    assert first == again
    assert (again.chosen, again.correct) == (wrong, False)
    assert count(AnswerRow) == 1


def test_four_answers_at_once_to_one_question_agree(
    either: Flask,
    kana: str,
    course: Course,
) -> None:
    attempt = begin(kana, course, course.sections[0])
    question = attempt.questions[0]
    db.session.rollback()
    answers = at_once(
        either,
        *[lambda c=c: keep_answer(attempt, question, frozenset([c]), NOW) for c in question.order],
    )
    assert len(set(answers)) == 1
    assert count(AnswerRow) == 1


def test_the_last_answers_sent_at_once_finish_the_test_once(
    either: Flask,
    kana: str,
    course: Course,
) -> None:
    attempt = begin(kana, course, course.sections[0])
    db.session.rollback()
    at_once(
        either,
        *[lambda q=q: keep_answer(attempt, q, q.scenario.right, NOW) for q in attempt.questions],
    )
    done = load_attempt(attempt.id)
    assert done is not None
    assert (done.passed, done.correct, done.finished_at) == (True, len(attempt.questions), NOW)
    assert done.next_question is None


def test_a_failed_test_says_what_to_read_again_and_a_new_draw_asks_it(kana: str, course: Course) -> None:
    section = course.sections[3]
    failed = finish(begin(kana, course, section), wrong=2)
    assert failed.passed is False
    assert failed.correct == section.questions - 2
    missed = set(failed.missed_clauses)
    assert missed == {c for q in failed.questions if not q.correct for c in q.scenario.clauses}
    assert section_states(kana, course)[section.slug].last_failed == failed.id
    again = begin(kana, course, section, NOW + timedelta(minutes=5))
    assert again.id != failed.id
    asked_before = {q.scenario.id for q in failed.questions}
    assert not asked_before & {q.scenario.id for q in again.questions}
    assert missed & {c for q in again.questions for c in q.scenario.clauses}


def test_a_pass_is_never_lost_by_a_later_try(kana: str, course: Course) -> None:
    section = course.sections[0]
    finish(begin(kana, course, section))
    finish(begin(kana, course, section, NOW + timedelta(days=1)), wrong=3)
    state = section_states(kana, course)[section.slug]
    assert state.passed_at == NOW
    assert state.last_failed is None


def test_somebody_elses_attempt_is_not_there(either: Flask, kana: str, course: Course) -> None:
    either.config["GUARD_WRITES"] = False
    stranger = add_person("試験 太郎")
    attempt = begin(kana, course, course.sections[0])
    assert load_attempt(attempt.id, stranger) is None
    assert load_attempt("0" * 32, kana) is None


def test_confirming_waits_for_all_sections(kana: str, course: Course) -> None:
    for section in course.sections[:-1]:
        keep_reading(kana, course, section, NOW)
        finish(begin(kana, course, section))
    keep_reading(kana, course, course.sections[-1], NOW)
    with pytest.raises(NotYet):
        confirm(holder(kana), course, NOW)
    assert find_completion(kana, course.slug) is None


def test_a_completion_keeps_the_sentence_the_person_and_the_score(
    either: Flask,
    kana: str,
    course: Course,
) -> None:
    complete_sections(kana, course)
    db.session.rollback()
    serials = at_once(either, *[lambda: confirm(holder(kana), course, NOW).serial] * 3)
    assert len(set(serials)) == 1
    kept = find_certificate(serials[0])
    assert kept is not None and count(CompletionRow) == 1
    assert kept.statement == course.rules.statement
    assert kept.version == course.guideline.version
    assert (kept.name, kept.number, kept.department) == ("試験 花子", "0001234", "給食センター")
    assert kept.correct == kept.asked == sum(s.questions for s in course.sections)
    assert confirm(holder(kana), course, NOW + timedelta(days=9)).confirmed_at == NOW
    progress = load_progress(course.slug, [kana])[kana]
    assert progress.began_on == date(2026, 4, 2)
    assert [(c.on, c.score, c.serial) for c in progress.completions] == [(date(2026, 4, 2), 100, serials[0])]


def test_the_score_is_that_of_the_first_pass_of_each_section(kana: str, course: Course) -> None:
    complete_sections(kana, course)
    for hours, wrong in ((1, 3), (2, 1)):
        later = NOW + timedelta(hours=hours)
        finish(begin(kana, course, course.sections[0], later), wrong, later)
    completion = confirm(holder(kana), course, NOW + timedelta(hours=3))
    assert completion.correct == completion.asked


def test_what_stands_under_a_merged_record_counts_for_the_kept_one(
    either: Flask,
    kana: str,
    course: Course,
) -> None:
    either.config["GUARD_WRITES"] = False
    second = add_person("試験 花子")
    complete_sections(second, course)
    begin_writing()
    db.session.add(MergeRow(kept_id=kana, merged_id=second, recorded_at=RECORDED))
    db.session.commit()
    assert all(state.done for state in section_states(kana, course).values())
    confirm(holder(kana), course, NOW)
    assert set(load_progress(course.slug)) == {kana}
    assert set(load_progress(course.slug, [second])) == {kana}
