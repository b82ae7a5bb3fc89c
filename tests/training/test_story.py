"""Scenarios that go on: where choices lead, what an end is worth, every step kept once, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.courses.load import load_course
from app.courses.model import Course, Scenario
from app.db import db
from app.training.attempts import Attempt, keep_answer, load_attempt, start_attempt
from app.training.grading import has_passed, percentage
from app.training.models import AnswerRow, AnswerStepRow, AttemptRow
from app.training.records import Holder, confirm, keep_reading
from app.training.story import HALF, RIGHT, WRONG, Grade, Step, grade_story, scene_after, stories
from tests.at_once import at_once
from tests.courses.test_kinds import FIND, GOES_ON
from tests.courses.tiny_course import SLUG, as_bytes, scenarios, tiny_course
from tests.people_builder import add_person

NOW = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
START, MORE, AFTER = "stale-notice", "more-questions", "after-fix"


def made(bank: str, questions: int) -> Course:
    files = tiny_course()
    files["2-more/scenarios.ja.md"] = bank
    files["course.toml"] = files["course.toml"].replace('"2-more" = 1', f'"2-more" = {questions}')
    return load_course(as_bytes(files), SLUG)


@pytest.fixture(scope="module")
def story() -> Scenario:
    found = made(GOES_ON, 1).scenario(START)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("places", "scene", "worth"),
    [
        ([], START, WRONG),
        ([0], MORE, WRONG),
        ([1], AFTER, RIGHT),
        ([2], None, WRONG),
        ([0, 0], None, HALF),
        ([0, 1], None, WRONG),
        ([1, 0], None, WRONG),
        ([1, 1], None, RIGHT),
    ],
)
def test_choices_lead_on_and_an_end_is_judged(
    story: Scenario, places: list[int], scene: str | None, worth: Grade
) -> None:
    steps: list[Step] = []
    for place in places:
        here = scene_after(story, steps)
        assert here is not None
        steps.append(Step(here.id, place))
    after = scene_after(story, steps)
    assert (after.id if after else None, grade_story(story, steps)) == (scene, worth)


def test_steps_that_do_not_follow_one_another_lead_nowhere(story: Scenario) -> None:
    for steps in ([Step(MORE, 0)], [Step(START, 9)]):
        assert scene_after(story, steps) is story
    assert grade_story(story, [Step(START, 1), Step(MORE, 0)]) == RIGHT  # the stray step says nothing


def test_every_story_ends(story: Scenario) -> None:
    every = list(stories(story))
    assert len(every) == 5
    assert all(scene_after(story, steps) is None for steps in every)
    assert [grade_story(story, steps) for steps in every].count(RIGHT) == 1


@pytest.mark.parametrize(
    ("correct", "halves", "asked", "mark", "passed", "percent"),
    [
        (3, 1, 4, 80, True, 87),
        (2, 2, 4, 80, True, 75),  # as much lost as by one wrong answer
        (2, 1, 4, 80, False, 62),
        (4, 2, 6, 80, True, 83),
        (4, 1, 6, 80, False, 75),
        (6, 1, 8, 80, True, 81),
        (0, 1, 1, 80, False, 50),
        (1, 1, 2, 100, True, 75),
        (7, 0, 9, 80, False, 77),
    ],
)
def test_two_halves_are_worth_one(
    correct: int, halves: int, asked: int, mark: int, passed: bool, percent: int
) -> None:
    assert has_passed(correct, asked, mark, halves) is passed
    assert percentage(correct, asked, halves) == percent


@pytest.fixture
def kana(either: Flask) -> Iterator[str]:
    either.config["GUARD_WRITES"] = False
    person_id = add_person("試験 花子")
    either.config["GUARD_WRITES"] = True
    yield person_id


def begin(person_id: str, course: Course) -> Attempt:
    attempt = load_attempt(start_attempt(person_id, course, course.sections[1], NOW), person_id, course)
    assert attempt is not None
    return attempt


def again(attempt: Attempt) -> Attempt:
    found = load_attempt(attempt.id)
    assert found is not None
    return found


def test_every_step_is_kept_and_the_last_one_answers(kana: str) -> None:
    attempt = begin(kana, made(GOES_ON, 1))
    first = attempt.questions[0]
    assert first.scene.id == START and first.scene_order == first.order
    step = keep_answer(attempt, first, frozenset([0]), NOW)
    assert not step.ended
    under_way = again(attempt)
    second = under_way.questions[0]
    assert (second.chosen, second.scene.id, under_way.passed) == (None, MORE, None)
    assert [(taken.scene.id, taken.chosen) for taken in second.steps] == [(START, 0)]
    assert sorted(second.scene_order) == [0, 1]
    answer = keep_answer(under_way, second, frozenset([0]), NOW + timedelta(minutes=1))
    assert (answer.ended, answer.correct, answer.half) == (True, False, True)
    done = again(attempt)
    assert (done.correct, done.halves, done.passed) == (0, 1, False)
    assert done.missed_clauses == ("2",)
    assert [(row.step, row.scene, row.chosen) for row in db.session.scalars(select(AnswerStepRow))] == [
        (1, START, 0),
        (2, MORE, 0),
    ]
    assert db.session.scalars(select(AnswerRow)).one().chosen == "0"


def test_a_step_sent_twice_or_late_is_kept_once(either: Flask, kana: str) -> None:
    attempt = begin(kana, made(GOES_ON, 1))
    first = attempt.questions[0]
    db.session.rollback()
    answers = at_once(
        either, *[lambda p=p: keep_answer(attempt, first, frozenset([p]), NOW) for p in (0, 1, 0, 1)]
    )
    assert len({answer.chosen for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(AnswerStepRow)) == 1
    later = keep_answer(attempt, first, frozenset([2]), NOW + timedelta(hours=1))
    assert later.chosen == answers[0].chosen and not later.ended


def test_who_comes_after_the_end_is_told_the_step_that_stands(kana: str) -> None:
    """Another tab ends the story first: what it chose in each scene stands, also where this one is."""
    attempt = begin(kana, made(GOES_ON, 1))
    first = attempt.questions[0]
    keep_answer(attempt, first, frozenset([0]), NOW)
    second = again(attempt).questions[0]
    ended = keep_answer(attempt, second, frozenset([1]), NOW)
    assert (ended.ended, ended.chosen) == (True, frozenset([1]))
    assert keep_answer(attempt, second, frozenset([0]), NOW).chosen == frozenset([1])
    assert keep_answer(attempt, first, frozenset([2]), NOW).chosen == frozenset([0])


def play(attempt: Attempt, repair: bool = False) -> Attempt:
    """Answer everything right; ``repair`` takes the wrong turn of stories and mends it."""
    while (question := attempt.next_question) is not None:
        scene = question.scene
        wanted = scene.right or frozenset(p for p, choice in enumerate(scene.choices) if choice.half)
        if repair and scene.id == START:
            wanted = frozenset([0])
        keep_answer(attempt, question, wanted, NOW)
        attempt = again(attempt)
    return attempt


def test_a_repaired_story_counts_half_in_test_and_completion(kana: str) -> None:
    course = made(scenarios("2") + GOES_ON + FIND, 7)
    for section in course.sections:
        keep_reading(kana, course, section, NOW)
    play(begin(kana, course), repair=True)
    row = db.session.scalars(select(AttemptRow)).one()
    assert (row.correct, row.halves, row.passed) == (6, 1, True)
    first = load_attempt(start_attempt(kana, course, course.sections[0], NOW), kana, course)
    assert first is not None and play(first).passed
    completion = confirm(Holder(kana, "試験 花子", "1", "課", "正規職員"), course, NOW)
    assert (completion.correct, completion.halves, completion.asked) == (8, 1, 9)


def test_a_post_is_searched_all_or_nothing(kana: str) -> None:
    course = made(FIND, 1)
    attempt = begin(kana, course)
    question = attempt.questions[0]
    assert question.order == tuple(range(7))
    assert keep_answer(attempt, question, frozenset([1]), NOW).correct is False
    other = begin(kana, course)
    assert keep_answer(other, other.questions[0], frozenset([1, 4]), NOW).correct is True
