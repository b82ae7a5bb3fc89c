"""How many sections somebody has behind them: reminders and the 所属長 count as the course itself does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.courses.model import Course, Section
from app.reminders import outbox
from app.reminders.due import Kind
from app.training.annulling import annul, restore
from app.training.attempts import load_attempt, start_attempt
from app.training.decision import ANNULMENT_REASONS
from app.training.passed import sections_passed
from app.training.progress import section_states
from app.training.records import Holder, confirm, keep_reading
from app.training.withdrawing import withdraw
from app.training.yearly import keep_run_answer, start_run_attempt
from tests.answering import answer_all
from tests.people_builder import hire
from tests.signing_in import sign_in
from tests.web.hr_city import build_city
from tests.web.running import a_run, completed

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


def passes(person: str, course: Course, section: Section) -> None:
    """Read the lesson and pass its test."""
    keep_reading(person, course, section, NOW)
    found = load_attempt(start_attempt(person, course, section, NOW))
    assert found is not None
    assert answer_all(found, NOW).passed is True


def counted(person: str, course: Course) -> set[str]:
    """The sections counted of one person; the course's own page counts the same."""
    found = sections_passed(course, [person]).get(person, set())
    assert found == {slug for slug, state in section_states(person, course).items() if state.passed_at}
    return found


@pytest.fixture
def annulled(app: Flask, course: Course) -> tuple[str, str]:
    """Somebody whose completion on the site was annulled, and its serial."""
    person = hire("0000901", "試験 取消", date(2026, 5, 20), department="012")
    for section in course.sections:
        passes(person, course, section)
    serial = confirm(Holder(person, "試験 取消", "0000901", "", "正規職員"), course, NOW).serial
    annul(serial, ANNULMENT_REASONS[0], "8人第1号", "人事", NOW + timedelta(hours=1))
    return person, serial


def test_tests_of_an_annulled_completion_do_not_count(annulled: tuple[str, str], course: Course) -> None:
    person, serial = annulled
    assert counted(person, course) == set()
    restore(serial, "人事", NOW + timedelta(hours=2))
    assert len(counted(person, course)) == len(course.sections)


def test_who_begins_again_after_an_annulment_is_reminded_of_being_behind(
    annulled: tuple[str, str], course: Course
) -> None:
    person, _serial = annulled
    (request,) = outbox.plan_on(date(2026, 6, 10), [person]).requests
    assert request.kind is Kind.BEHIND


def test_the_head_is_told_what_counts(
    client: FlaskClient, annulled: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KENSHU_NOW", "2026-06-10T12:00")
    people = build_city()
    sign_in(client, people["head"], Role.HEAD, department="012")
    html = client.get("/department/").get_data(as_text=True)
    assert "試験 取消" in html
    assert "まだログインしていません" in html
    assert "節が済みました" not in html


def test_a_test_that_passes_since_a_question_was_withdrawn_counts(app: Flask, course: Course) -> None:
    person = hire("0000902")
    section = course.section("4-basics")
    assert section is not None
    attempt = load_attempt(start_attempt(person, course, section, NOW))
    assert attempt is not None
    gone = attempt.questions[0].scenario.id
    attempt = answer_all(attempt, NOW, wrong=2)
    assert attempt.passed is False
    assert counted(person, course) == set()
    withdraw("sns-guideline", gone, "正答が二つある", "人事", NOW + timedelta(hours=1))
    assert counted(person, course) == {"4-basics"}


def test_a_year_s_run_is_no_section_of_the_course(app: Flask, course: Course) -> None:
    person = hire("0000903")
    completed(person, date(2025, 5, 1))
    run = a_run()
    attempt = load_attempt(start_run_attempt(person, course, run, NOW))
    assert attempt is not None
    assert answer_all(attempt, NOW, keep=keep_run_answer).passed is True
    assert counted(person, course) == set()
