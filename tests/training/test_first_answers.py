"""The first answer of a person to a scenario, once, whatever records they had, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from app.courses.library import Library
from app.training.attempts import keep_answer, load_attempt, start_attempt
from app.training.first_answers import first_answers, load_first_answers
from tests.answering import answer_all
from tests.people_builder import add_person

NOW = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_first_answer_counts_once(either: Flask, library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    section = course.sections[0]
    either.config["GUARD_WRITES"] = False
    one, other = add_person("試験 花子"), add_person("試験 はな子")
    for person, wrong, when in ((one, len(section.scenarios), NOW), (other, 0, NOW + DAY)):
        started = load_attempt(start_attempt(person, course, section, when), person, course)
        assert started is not None
        answer_all(started, when, wrong)
        if person == one:
            asked = {question.scenario.id for question in started.questions}
    apart = load_first_answers(course.slug, NOW, NOW + DAY, {})
    assert {a.person_id for a in apart} == {one, other}
    assert [a.correct for a in apart if a.person_id == one] == [False] * section.questions
    assert all(a.correct and a.passed and a.chosen and a.clauses for a in apart if a.person_id == other)
    counted = first_answers(course.slug, NOW + DAY)
    assert sum(n for _right, n in counted.values()) == len(apart)
    together = load_first_answers(course.slug, NOW, NOW + DAY, {other: one})
    assert {a.person_id for a in together} == {one}
    assert len({a.scenario for a in together}) == len(together)
    assert not any(a.correct for a in together if a.scenario in asked)
    later = load_first_answers(course.slug, NOW + DAY, NOW + DAY, {other: one})
    assert asked.isdisjoint(a.scenario for a in later)


def test_an_open_test_says_no_outcome(either: Flask, library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    either.config["GUARD_WRITES"] = False
    person = add_person("試験 花子")
    attempt = load_attempt(start_attempt(person, course, course.sections[0], NOW), person, course)
    assert attempt is not None
    keep_answer(attempt, attempt.questions[0], frozenset({0}), NOW)
    (only,) = load_first_answers(course.slug, NOW, NOW, {})
    assert (only.scenario, only.passed) == (attempt.questions[0].scenario.id, None)
