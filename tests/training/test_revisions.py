"""The text a person was shown can be read again byte for byte, whatever the content says today."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from app.courses.library import Library
from app.courses.load import load_course
from app.courses.model import Course
from app.training.attempts import load_attempt, start_attempt
from app.training.models import ContentFileRow
from app.training.revisions import course_at, revision_files
from tests.people_builder import add_person
from tests.training.test_records import count, finish

NOW = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
SCENARIOS = "3-scope/scenarios.ja.md"


def reworded(course: Course) -> Course:
    """The course after an author changed every situation of section 3 and dropped its first scenario."""
    text = course.files[SCENARIOS].decode().replace("どう考えますか。", "さて、どう考えるでしょうか。")
    parts = text.split("\n## ")
    files = {**course.files, SCENARIOS: "\n## ".join([parts[0], *parts[2:]]).encode()}
    return load_course(files, course.slug)


def test_the_bytes_come_back(app: Flask, course: Course) -> None:
    section = course.sections[2]
    start_attempt(add_person(), course, section, NOW)
    assert revision_files(section.revision) == dict(course.sources(section))


def test_files_that_did_not_change_are_kept_once(app: Flask, course: Course) -> None:
    person_id = add_person()
    section = course.sections[2]
    finish_of = load_attempt(start_attempt(person_id, course, section, NOW))
    assert finish_of is not None
    finish(finish_of)
    files = count(ContentFileRow)
    changed = reworded(course)
    start_attempt(person_id, changed, changed.sections[2], NOW)
    assert count(ContentFileRow) == files + 1


def test_a_running_test_keeps_its_text_when_the_content_changes(app: Flask, course: Course) -> None:
    section = course.sections[2]
    person_id = add_person()
    before = load_attempt(start_attempt(person_id, course, section, NOW), person_id, course)
    assert before is not None
    changed = reworded(course)
    assert start_attempt(person_id, changed, changed.sections[2], NOW) == before.id
    after = load_attempt(before.id, person_id, changed)
    assert after is not None
    assert [q.scenario for q in after.questions] == [q.scenario for q in before.questions]
    assert [q.order for q in after.questions] == [q.order for q in before.questions]
    assert all("さて、" not in q.scenario.text for q in after.questions)
    assert finish(after).passed is True


def test_the_same_text_under_two_courses_stays_with_its_own(app: Flask, course: Course) -> None:
    twin = load_course(course.files, "next-year")
    person_id = add_person()
    start_attempt(person_id, course, course.sections[2], NOW)
    attempt = load_attempt(start_attempt(person_id, twin, twin.sections[2], NOW))
    assert attempt is not None
    assert attempt.text.slug == "next-year"


def test_readings_and_language_follow_the_reader_not_the_attempt(
    app: Flask, course: Course, library: Library
) -> None:
    person_id = add_person()
    attempt_id = start_attempt(person_id, course, course.sections[2], NOW)
    with_readings = library.course(course.slug, "ja", True)
    shown = load_attempt(attempt_id, person_id, with_readings)
    assert shown is not None
    assert shown.text.ruby is True


def test_an_unknown_revision_is_refused(app: Flask) -> None:
    with pytest.raises(LookupError):
        course_at("sns-guideline", "0" * 64)
